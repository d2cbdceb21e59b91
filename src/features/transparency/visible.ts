import { type Caller, commonProjects, type Projects, projectsFor } from '../../access/caller.js';
import { SCOPES, type Scope } from '../../access/scopes.js';
import type { SubjectKind } from '../../events/catalogue.js';

/** The scope that a caller needs, besides `events:read`, to see events of a kind. */
export const SCOPE_OF_KIND: Readonly<Record<SubjectKind, Scope>> = {
  project: 'projects:read',
  release: 'releases:read',
  artifact: 'releases:read',
  evidence: 'evidence:read',
  document: 'evidence:read',
  'legal-hold': 'holds:write',
  'retention-policy': 'retention:write',
  policy: 'policies:read',
  'policy-version': 'policies:read',
  environment: 'environments:read',
  window: 'environments:read',
  stop: 'environments:read',
  deployment: 'deployments:read',
  waiver: 'waivers:read',
  'approval-request': 'approvals:read',
  approval: 'approvals:read',
  'break-glass': 'deployments:read',
  verdict: 'verdicts:read',
  token: 'tokens:admin',
  issuer: 'issuers:admin',
  log: 'log:read',
  key: 'log:read',
  session: 'identities:admin',
  identity: 'identities:admin',
  'identity-link': 'identities:admin',
  'group-grant': 'identities:admin',
  webhook: 'webhooks:read',
};

/** Kinds of subjects without a project. */
export const WITHOUT_PROJECT: ReadonlySet<string> = new Set<SubjectKind>([
  'retention-policy',
  'policy',
  'policy-version',
  'environment',
  'window',
  'stop',
  'token',
  'issuer',
  'log',
  'key',
  'session',
  'identity',
  'identity-link',
  'group-grant',
  'webhook',
]);

/** Events of these kinds and projects. null: every project, and none. */
export interface Visible {
  readonly kinds: readonly string[];
  readonly projects: Projects;
}

function projectsOf(caller: Caller, kind: SubjectKind): Projects {
  const events = projectsFor(caller, 'events:read');
  const scope = SCOPE_OF_KIND[kind];
  const own = projectsFor(caller, scope);
  if (!WITHOUT_PROJECT.has(kind)) return commonProjects(events, own);
  // What belongs to no project is for callers whose events are not bound to projects.
  return events === null && (own === null || (SCOPES[scope].bindable && own.length > 0))
    ? null
    : [];
}

/** The events that a caller may see: with `events:read` and the scope of what they are about, for its project. */
export function visibleTo(caller: Caller): Visible[] {
  const byProjects = new Map<string, { kinds: string[]; projects: Projects }>();
  for (const kind of Object.keys(SCOPE_OF_KIND) as SubjectKind[]) {
    const projects = projectsOf(caller, kind);
    if (projects?.length === 0) continue;
    const key = JSON.stringify(projects);
    const group = byProjects.get(key) ?? { kinds: [], projects };
    group.kinds.push(kind);
    byProjects.set(key, group);
  }
  return [...byProjects.values()];
}
