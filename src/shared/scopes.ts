/**
 * What a caller may be allowed to do; every route asks for one of these. `bindable`: whether it can be for
 * some projects only; the others are about the whole register.
 */
export const SCOPES = {
  'projects:read': { meaning: 'Read projects', bindable: true },
  'projects:write': { meaning: 'Add, change and delete projects', bindable: true },
  'tokens:admin': { meaning: 'Create, list and revoke API tokens', bindable: false },
  'issuers:admin': {
    meaning: 'Decide whose OpenID Connect tokens are accepted',
    bindable: false,
  },
  'metrics:read': { meaning: 'Read the metrics of the server', bindable: false },
} as const;

export type Scope = keyof typeof SCOPES;

export const SCOPE_NAMES = Object.keys(SCOPES) as Scope[];
