import { requireVersion } from '../../contract/entity-tags.js';
import { mapPage, type Page, pageById } from '../../contract/page.js';
import { type CallContext, query } from '../../database/context.js';
import { isForeignKeyViolation } from '../../database/errors.js';
import { lockRow } from '../../database/lock-row.js';
import { type ChangeContext, change } from '../../events/index.js';
import type { Prisma, Release as ReleaseRow } from '../../generated/prisma/client.js';
import { personBehind } from '../../security/authentication/identity.js';
import { AppError } from '../../shared/app-error.js';
import { hasHappened } from '../../shared/once-with-reason.js';
import { requireProject, requireReach } from '../projects/index.js';
import { type Release, releaseNotFound, requireRelease, toRelease } from './release.js';
import type {
  CreateRelease,
  ListReleasesQuery,
  PutRelease,
  UpdateRelease,
} from './releases.schemas.js';
import { INSERT_RELEASE } from './releases.sql.js';

const OTHER_VERSION = 'Register another commit under another version';

export type ReleasesService = ReturnType<typeof releasesService>;

/** Returns the subject of an event about a release. */
const subjectOf = ({ id, projectId }: Pick<Release, 'id' | 'projectId'>) => ({
  id,
  projectId,
  releaseId: id,
});

const exists = (projectId: number, version: string) =>
  new AppError('release-exists', `Project ${projectId} already has a release ${version}`);

/** The states of a release are open, sealed and revoked. Its version, commit and branch never change. */
export function releasesService() {
  /**
   * @returns undefined if the project already has a release of this version
   * @throws {AppError} `project-not-found`
   */
  async function insert(
    context: ChangeContext,
    projectId: number,
    input: CreateRelease,
  ): Promise<Release | undefined> {
    const { version, branch = null, notes = null, links = [], authors = [] } = input;
    const commit = input.commit.toLowerCase();
    const { subject } = context.caller;
    const triggeredBy = await personBehind(context, context.caller);
    const described = [branch, notes, JSON.stringify(links)];
    const values = [projectId, version, commit, ...described, subject, triggeredBy, authors];
    const [row] = await query<ReleaseRow>(context, INSERT_RELEASE, values).catch(
      (error: unknown) => {
        if (!isForeignKeyViolation(error)) throw error;
        throw new AppError('project-not-found', 'Project not found');
      },
    );
    if (!row) return undefined;
    context.record('release.created', {
      ...subjectOf(row),
      data: { version, commit, triggeredBy },
    });
    return toRelease(row);
  }

  /**
   * Returns the release and locks its row until the transaction ends.
   * @throws {AppError} `release-not-found`, `precondition-failed`
   */
  async function lock(
    context: ChangeContext,
    id: string,
    versions: number[] | undefined,
  ): Promise<Release> {
    // First without the lock: a caller of other projects must not make this one's callers wait.
    await requireRelease(context, 'releases:write', id);
    await lockRow(context, 'releases', id);
    const release = await requireRelease(context, 'releases:write', id);
    requireVersion(release.revision, versions);
    return release;
  }

  async function update(
    { caller, prisma }: ChangeContext,
    id: string,
    data: Prisma.ReleaseUpdateInput,
  ): Promise<Release> {
    const where = { id };
    return toRelease(
      await prisma.release.update({ where, data: { ...data, updatedBy: caller.subject } }),
    );
  }

  return {
    /** @throws {AppError} `project-not-found`, `release-exists` */
    async create(context: CallContext, projectId: number, input: CreateRelease): Promise<Release> {
      requireReach(context.caller, 'releases:write', projectId);
      return change(context, async (changing) => {
        const release = await insert(changing, projectId, input);
        if (!release) throw exists(projectId, input.version);
        return release;
      });
    },

    /**
     * Registers the version, or returns the existing release.
     * @throws {AppError} `project-not-found`; `release-differs` if the version has another commit
     */
    async createOrGet(
      context: CallContext,
      projectId: number,
      version: string,
      input: PutRelease,
    ): Promise<{ release: Release; created: boolean }> {
      requireReach(context.caller, 'releases:write', projectId);
      const where = { projectId_version: { projectId, version } };
      let row = await context.prisma.release.findUnique({ where });
      if (!row) {
        const created = await change(context, async (changing) => {
          const release = await insert(changing, projectId, { version, ...input });
          return release ?? changing.unchanged(undefined);
        });
        if (created) return { release: created, created: true };
        // A concurrent call registered the version between the SELECT and the INSERT.
        row = await context.prisma.release.findUnique({ where });
      }
      if (!row) throw releaseNotFound();
      if (row.commit !== input.commit.toLowerCase()) {
        const detail = `Release ${version} was built from commit ${row.commit}. ${OTHER_VERSION}`;
        throw new AppError('release-differs', detail);
      }
      return { release: toRelease(row), created: false };
    },

    /** @throws {AppError} `release-not-found` */
    get(context: CallContext, id: string): Promise<Release> {
      return requireRelease(context, 'releases:read', id);
    },

    /** Lists releases, newest first. @throws {AppError} `project-not-found` */
    async list(
      context: CallContext,
      projectId: number,
      { limit, cursor, state, commit, version }: ListReleasesQuery,
    ): Promise<Page<Release>> {
      requireReach(context.caller, 'releases:read', projectId);
      const rows = await context.prisma.release.findMany({
        where: {
          projectId,
          ...(state !== 'all' && { state }),
          ...(commit !== undefined && { commit: commit.toLowerCase() }),
          ...(version !== undefined && { version }),
          ...(cursor !== undefined && { id: { lt: cursor } }),
        },
        orderBy: { id: 'desc' },
        take: limit + 1,
      });
      if (rows.length === 0) await requireProject(context, projectId);
      return mapPage(pageById(rows, limit), toRelease);
    },

    /** @throws {AppError} `release-not-found`, `precondition-failed` */
    async update(
      context: CallContext,
      id: string,
      input: UpdateRelease,
      versions?: number[],
    ): Promise<Release> {
      return change(context, async (changing) => {
        const before = await lock(changing, id, versions);
        const fields = Object.keys(input);
        if (fields.length === 0) return changing.unchanged(before);
        const release = await update(changing, before.id, input);
        // A trigger counts changes of the row. If it had all these values, nothing happened.
        if (release.revision === before.revision) return changing.unchanged(release);
        const data = { fields, revision: release.revision };
        changing.record('release.updated', { ...subjectOf(release), data });
        return release;
      });
    },

    /**
     * Closes the release for new artifacts. Sealing it again has no effect.
     * @throws {AppError} `release-not-found`, `release-revoked`, `precondition-failed`
     */
    async seal(context: CallContext, id: string, versions?: number[]): Promise<Release> {
      return change(context, async (changing) => {
        const before = await lock(changing, id, versions);
        if (before.state === 'sealed') return changing.unchanged(before);
        if (before.state === 'revoked') {
          throw new AppError('release-revoked', 'A revoked release cannot be sealed');
        }
        const { subject } = context.caller;
        const release = await update(changing, before.id, { state: 'sealed', sealedBy: subject });
        const data = { state: { before: before.state, after: release.state } };
        changing.record('release.sealed', { ...subjectOf(release), data });
        return release;
      });
    },

    /**
     * Revokes the release permanently. Revoking it again for the same reason has no effect.
     * @throws {AppError} `release-not-found`, `release-revoked`, `precondition-failed`
     */
    async revoke(
      context: CallContext,
      id: string,
      reason: string,
      versions?: number[],
    ): Promise<Release> {
      return change(context, async (changing) => {
        const before = await lock(changing, id, versions);
        const once = { stored: before.revokedReason, reason, done: 'revoked', what: 'release' };
        if (hasHappened({ ...once, code: 'release-revoked' })) return changing.unchanged(before);
        const { subject } = context.caller;
        const revoked = { state: 'revoked', revokedBy: subject, revokedReason: reason } as const;
        const release = await update(changing, before.id, revoked);
        const data = { state: { before: before.state, after: release.state } };
        changing.record('release.revoked', { ...subjectOf(release), data });
        return release;
      });
    },
  };
}
