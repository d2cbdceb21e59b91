import { SCOPE_NAMES, type Scope } from './scopes.js';

/** Project ids. null: all projects, including future ones. */
export type Projects = readonly number[] | null;

/** Scopes for one set of projects. */
export interface Grant {
  readonly scopes: readonly Scope[];
  readonly projects: Projects;
}

/** A grant as the database stores it. `everyProject` is separate, so that an empty list never means all. */
export interface StoredGrant {
  readonly scopes: readonly string[];
  readonly everyProject: boolean;
  readonly projectIds: number[];
}

export function grantOf({ scopes, everyProject, projectIds }: StoredGrant) {
  return { scopes: scopes as Scope[], projects: everyProject ? null : projectIds };
}

/** Another name of the same person, by a link that an admin made. */
export interface Alias {
  readonly subject: string;
  /** When the link ended. null: it counts. */
  readonly until: Date | null;
}

/** The sender of a request. */
export interface Caller {
  /** The person, team or pipeline. The four-eyes rule compares subjects, not credentials. */
  readonly subject: string;
  /**
   * Identifies the credential in logs, rate limits and idempotency keys: `token:ID`, `issuers:IDS:SUBJECT` or
   * `session:ID`.
   */
  readonly credential: string;
  readonly grants: readonly Grant[];
  /** Other names of the caller, now and earlier. */
  readonly aliases?: readonly Alias[];
  /** True for a person: by signing in, or by a token that an admin marked. Otherwise the caller is a program. */
  readonly person?: boolean;
  /** How the server knows that the caller is a person. */
  readonly via?: 'sign-in' | 'token';
  /** The groups of a person who signed in. */
  readonly groups?: readonly string[];
  /** When the person last proved who it is, by the identity provider. Absent: the provider does not say. */
  readonly signedInAt?: Date;
  /** Of a pipeline: the person who set it off, as its issuer names it. */
  readonly triggeredBy?: string;
}

/** The server itself, as the actor of what a job does. It has no rights. @param credential name of the job */
export const serverCaller = (credential: string): Caller => ({
  subject: 'server',
  credential,
  grants: [],
});

/** Every caller with AUTH_MODE=none. */
export const ANONYMOUS: Caller = {
  subject: 'anonymous',
  credential: 'anonymous',
  grants: [{ scopes: SCOPE_NAMES, projects: null }],
};

export function hasScope({ grants }: Caller, scope: Scope): boolean {
  return grants.some(({ scopes }) => scopes.includes(scope));
}

/** The projects for which the caller has the scope. Empty if the caller does not have it. */
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

/** The projects that are in both. */
export function commonProjects(some: Projects, others: Projects): Projects {
  if (some === null) return others;
  return others === null ? some : some.filter((id) => others.includes(id));
}

/** The condition for rows of these projects, for Prisma. */
export const inProjects = (projects: Projects) =>
  projects === null ? {} : { projectId: { in: [...projects] } };

/** True if the caller has the scope for this project. */
export function reaches(caller: Caller, scope: Scope, project: number): boolean {
  const projects = projectsFor(caller, scope);
  return projects === null || projects.includes(project);
}

/** The scopes of the grant that the caller does not have for all of its projects. */
export function scopesBeyond(caller: Caller, { scopes, projects }: Grant): Scope[] {
  return scopes.filter((scope) => {
    const own = projectsFor(caller, scope);
    if (own === null) return false;
    return (
      projects === null || !hasScope(caller, scope) || projects.some((id) => !own.includes(id))
    );
  });
}
