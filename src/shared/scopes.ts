/** What a caller may be allowed to do; every route asks for one of these. */
export const SCOPES = {
  'projects:read': 'Read projects',
  'projects:write': 'Add, change and delete projects',
  'tokens:admin': 'Create, list and revoke API tokens',
  'issuers:admin': 'Decide whose OpenID Connect tokens are accepted',
  'metrics:read': 'Read the metrics of the server',
} as const;

export type Scope = keyof typeof SCOPES;

export const SCOPE_NAMES = Object.keys(SCOPES) as Scope[];

/** These are about the whole register: who has one is not bound to projects. */
export const UNBOUND_SCOPES: readonly Scope[] = ['tokens:admin', 'issuers:admin'];
