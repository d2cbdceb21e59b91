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
  'policies:read': { meaning: 'Read policies', bindable: false },
  'policies:write': { meaning: 'Add policies, and versions of them', bindable: false },
  'environments:read': { meaning: 'Read environments', bindable: false },
  'environments:write': {
    meaning: 'Add environments, and decide which policies guard them',
    bindable: false,
  },
  'deployments:read': { meaning: 'Read which releases run where', bindable: true },
  'deployments:write': { meaning: 'Record which releases run where', bindable: true },
  'waivers:read': { meaning: 'Read waivers', bindable: true },
  'waivers:request': { meaning: 'Ask for waivers', bindable: true },
  'waivers:approve': {
    meaning: 'Approve waivers that somebody else asked for, and revoke any',
    bindable: true,
  },
  'verdicts:read': { meaning: 'Read verdicts', bindable: true },
  'verdicts:write': {
    meaning: 'Ask for verdicts: may this release go to that environment?',
    bindable: true,
  },
  'events:read': { meaning: 'Read events: what changed, when, and who changed it', bindable: true },
  'tokens:admin': { meaning: 'Create, list and revoke API tokens', bindable: false },
  'issuers:admin': {
    meaning: 'Decide whose OpenID Connect tokens are accepted',
    bindable: false,
  },
  'metrics:read': { meaning: 'Read the metrics of the server', bindable: false },
} as const;

export type Scope = keyof typeof SCOPES;

export const SCOPE_NAMES = Object.keys(SCOPES) as Scope[];
