import { SCOPE_NAMES, type Scope } from './scopes.js';

/** Ids of the projects that something holds for; null: every project, also those to come. */
export type Projects = readonly number[] | null;

/** Scopes that hold for the same projects. */
export interface Grant {
  readonly scopes: readonly Scope[];
  readonly projects: Projects;
}

/** A grant as the database keeps it: an empty list must never come to mean all. */
export interface StoredGrant {
  readonly scopes: readonly string[];
  readonly everyProject: boolean;
  readonly projectIds: number[];
}

export function grantOf({ scopes, everyProject, projectIds }: StoredGrant) {
  return { scopes: scopes as Scope[], projects: everyProject ? null : projectIds };
}

/** Who sent a request. */
export interface Caller {
  /** Who it stands for: rules about "somebody else" compare subjects, never credentials. */
  readonly subject: string;
  /** Names the credential in logs and keeps apart what belongs to it: `token:ID`, or `issuers:IDS:SUBJECT`. */
  readonly credential: string;
  readonly grants: readonly Grant[];
}

/** Everybody, where callers are not told apart. */
export const ANONYMOUS: Caller = {
  subject: 'anonymous',
  credential: 'anonymous',
  grants: [{ scopes: SCOPE_NAMES, projects: null }],
};

export function hasScope({ grants }: Caller, scope: Scope): boolean {
  return grants.some(({ scopes }) => scopes.includes(scope));
}

/** The projects that a caller has a scope for; none of them where it does not have it. */
export function projectsFor({ grants }: Caller, scope: Scope): Projects {
  const [first, ...others] = grants.filter(({ scopes }) => scopes.includes(scope));
  if (!first) return [];
  if (others.length === 0) return first.projects;
  const ids = new Set<number>();
  for (const { projects } of [first, ...others]) {
    if (projects === null) return null;
    for (const id of projects) ids.add(id);
  }
  return [...ids];
}

/** Does the caller have the scope for this project? */
export function reaches(caller: Caller, scope: Scope, project: number): boolean {
  const projects = projectsFor(caller, scope);
  return projects === null || projects.includes(project);
}

/** The scopes of a grant that the caller does not have for all of the grant's projects. */
export function scopesBeyond(caller: Caller, { scopes, projects }: Grant): Scope[] {
  return scopes.filter((scope) => {
    const own = projectsFor(caller, scope);
    if (own === null) return false;
    return (
      projects === null || !hasScope(caller, scope) || projects.some((id) => !own.includes(id))
    );
  });
}
