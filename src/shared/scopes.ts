/**
 * What a caller may be allowed to do; every route asks for one of these. `bindable`: whether it can be for
 * some projects only; the others are about the whole register.
 */
export const SCOPES = {
  'projects:read': { meaning: 'Read projects', bindable: true },
  'projects:write': { meaning: 'Add, change and delete projects', bindable: true },
  'releases:read': { meaning: 'Read releases and artifacts', bindable: true },
  'releases:write': { meaning: 'Add, seal and revoke releases, add artifacts', bindable: true },
  'evidence:read': {
    meaning: 'Read evidence, its documents, components and findings',
    bindable: true,
  },
  'evidence:write': { meaning: 'Upload evidence', bindable: true },
  'evidence:retract': { meaning: 'Withdraw evidence that was uploaded wrongly', bindable: true },
  'vex:write': {
    meaning: 'With `evidence:write`: what its documents say does not count, does not count',
    bindable: true,
  },
  'tokens:admin': { meaning: 'Create, list and revoke API tokens', bindable: false },
  'issuers:admin': {
    meaning: 'Decide whose OpenID Connect tokens are accepted',
    bindable: false,
  },
  'metrics:read': { meaning: 'Read the metrics of the server', bindable: false },
} as const;

export type Scope = keyof typeof SCOPES;

export const SCOPE_NAMES = Object.keys(SCOPES) as Scope[];
