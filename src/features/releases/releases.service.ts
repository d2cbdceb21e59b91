import { changed, requireVersion } from '../../contract/entity-tags.js';
import { mapPage, type Page, pageById } from '../../contract/page.js';
import type { CallContext } from '../../database/context.js';
import { isForeignKeyViolation, isUniqueViolation } from '../../database/errors.js';
import type { Prisma } from '../../generated/prisma/client.js';
import { AppError } from '../../shared/app-error.js';
import { requireProject, requireReach } from '../projects/index.js';
import { notFound, present, type Release, requireRelease } from './release.js';
import type {
  CreateRelease,
  ListReleasesQuery,
  PutRelease,
  UpdateRelease,
} from './releases.schemas.js';

export type ReleasesService = ReturnType<typeof releasesService>;

/** The life of a release: open, sealed, revoked. What it was made from is never changed. */
export function releasesService() {
  /** @throws {AppError} `release-exists`, `project-not-found` */
  async function insert(
    { caller, prisma }: CallContext,
    projectId: number,
    { commit, ...input }: CreateRelease,
  ): Promise<Release> {
    const { subject } = caller;
    const data = { ...input, commit: commit.toLowerCase(), projectId };
    const row = await prisma.release
      .create({ data: { ...data, createdBy: subject, updatedBy: subject } })
      .catch((error: unknown) => {
        if (isForeignKeyViolation(error))
          throw new AppError('project-not-found', 'Project not found');
        throw error;
      });
    return present(row);
  }

  /** Changes a release, if it is one of these versions; says why not. */
  async function change(
    context: CallContext,
    id: string,
    data: Prisma.ReleaseUpdateManyMutationInput,
    where: Prisma.ReleaseWhereInput,
    versions: number[] | undefined,
  ): Promise<Release | undefined> {
    const { caller, prisma } = context;
    const [row] = await prisma.release.updateManyAndReturn({
      where: { id, ...where, ...(versions && { revision: { in: versions } }) },
      data: { ...data, updatedBy: caller.subject },
    });
    if (row) return present(row);
    const current = await requireRelease(context, 'releases:write', id);
    if (versions && !versions.includes(current.revision)) throw changed(current.revision);
    return undefined;
  }

  return {
    /** @throws {AppError} `project-not-found`, `release-exists` */
    async create(context: CallContext, projectId: number, input: CreateRelease): Promise<Release> {
      requireReach(context.caller, 'releases:write', projectId);
      try {
        return await insert(context, projectId, input);
      } catch (error) {
        if (!isUniqueViolation(error)) throw error;
        const detail = `Project ${projectId} has a release ${input.version} already`;
        throw new AppError('release-exists', detail);
      }
    },

    /**
     * The release of this version: a new one, or the one that there is.
     * @throws {AppError} `project-not-found`; `release-differs` if there is one of another commit
     */
    async createOrGet(
      context: CallContext,
      projectId: number,
      version: string,
      input: PutRelease,
    ): Promise<{ release: Release; created: boolean }> {
      requireReach(context.caller, 'releases:write', projectId);
      const where = { projectId_version: { projectId, version } };
      const find = () => context.prisma.release.findUnique({ where });
      let row = await find();
      if (!row) {
        try {
          return {
            release: await insert(context, projectId, { version, ...input }),
            created: true,
          };
        } catch (error) {
          if (!isUniqueViolation(error)) throw error;
          row = await find(); // somebody was faster
        }
      }
      if (!row) throw notFound();
      if (row.commit !== input.commit.toLowerCase()) {
        const detail = `Release ${version} was made from commit ${row.commit}: give what was built from another one another version`;
        throw new AppError('release-differs', detail);
      }
      return { release: present(row), created: false };
    },

    /** @throws {AppError} `release-not-found` */
    get(context: CallContext, id: string): Promise<Release> {
      return requireRelease(context, 'releases:read', id);
    },

    /** The newest first. @throws {AppError} `project-not-found` */
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
      return mapPage(pageById(rows, limit), present);
    },

    /** @throws {AppError} `release-not-found`, `precondition-failed` */
    async update(
      context: CallContext,
      id: string,
      input: UpdateRelease,
      versions?: number[],
    ): Promise<Release> {
      const current = await requireRelease(context, 'releases:write', id);
      if (Object.keys(input).length === 0) {
        requireVersion(current.revision, versions);
        return current;
      }
      const row = await change(context, id, input, {}, versions);
      if (!row) throw notFound();
      return row;
    },

    /**
     * Takes no more artifacts from now on. Sealing again changes nothing.
     * @throws {AppError} `release-not-found`, `release-revoked`, `precondition-failed`
     */
    async seal(context: CallContext, id: string, versions?: number[]): Promise<Release> {
      const current = await requireRelease(context, 'releases:write', id);
      const data = { state: 'sealed', sealedBy: context.caller.subject } as const;
      if (current.state === 'open') {
        const row = await change(context, id, data, { state: 'open' }, versions);
        if (row) return row;
      }
      const release = await requireRelease(context, 'releases:write', id);
      requireVersion(release.revision, versions);
      if (release.state === 'sealed') return release;
      throw new AppError('release-revoked', 'A revoked release is not sealed any more');
    },

    /**
     * Must not ship any more, for good. Revoking again for the same reason changes nothing.
     * @throws {AppError} `release-not-found`, `release-revoked`, `precondition-failed`
     */
    async revoke(
      context: CallContext,
      id: string,
      reason: string,
      versions?: number[],
    ): Promise<Release> {
      await requireRelease(context, 'releases:write', id);
      const data = { revokedBy: context.caller.subject, revokedReason: reason };
      const where = { state: { not: 'revoked' } } as const;
      const row = await change(context, id, { state: 'revoked', ...data }, where, versions);
      if (row) return row;
      const release = await requireRelease(context, 'releases:write', id);
      if (release.revokedReason === reason) return release;
      throw new AppError('release-revoked', `It was revoked before: ${release.revokedReason}`);
    },
  };
}
