import { inProjects, projectsFor } from '../../access/caller.js';
import { mapPage, type Page, pageById } from '../../contract/page.js';
import { requirePurl } from '../../contract/purl.js';
import { type CallContext, query } from '../../database/context.js';
import { isUniqueViolation } from '../../database/errors.js';
import { change } from '../../events/index.js';
import type { Artifact as ArtifactRow, Prisma } from '../../generated/prisma/client.js';
import { AppError } from '../../shared/app-error.js';
import type {
  Artifact,
  CreateArtifact,
  FoundArtifact,
  ListArtifactsQuery,
} from './artifacts.schemas.js';
import { requireRelease, requireReleaseRef } from './release.js';

const toArtifact = ({ size, ...row }: ArtifactRow): Artifact => ({
  ...row,
  size: size === null ? null : Number(size),
});

const SHARE_RELEASE = {
  name: 'release-share',
  text: 'SELECT 1 FROM releases WHERE id = $1::uuid FOR SHARE',
};

export type ArtifactsService = ReturnType<typeof artifactsService>;

/** Says which digests the artifact was registered without: it never changes, so they need a new release. */
function existsAlready({ sha256, digests }: ArtifactRow, asked: readonly string[]): AppError {
  const missing = asked.filter(
    (digest) => digest !== `sha256:${sha256}` && !digests.includes(digest),
  );
  const detail = `The release already has an artifact ${sha256}`;
  if (missing.length === 0) return new AppError('artifact-exists', detail);
  const lacks = `It was registered without ${missing.join(', ')}. To add digests, register a new release`;
  return new AppError('artifact-exists', `${detail}. ${lacks}`);
}

/** Artifacts are added while the release is open. They are never changed or deleted. */
export function artifactsService() {
  return {
    /**
     * @throws {AppError} `release-not-found`, `release-sealed`, `release-revoked`, `artifact-exists`,
     * `validation-failed`
     */
    async create(
      context: CallContext,
      releaseId: string,
      input: CreateArtifact,
    ): Promise<Artifact> {
      const purl = input.purl === undefined ? undefined : requirePurl('body', input.purl);
      const sha256 = input.sha256.toLowerCase();
      return change(context, async (changing) => {
        const { caller, prisma, record } = changing;
        // First without the lock: a caller of other projects must not wait for this one's callers.
        await requireRelease(changing, 'releases:write', releaseId);
        // The shared lock is held until COMMIT: a concurrent seal waits, and then includes this artifact.
        await query(changing, SHARE_RELEASE, [releaseId]);
        const { projectId, state } = await requireRelease(changing, 'releases:write', releaseId);
        const { name, kind, size, digests = [] } = input;
        const same = { releaseId_sha256: { releaseId, sha256 } };
        const existing = await prisma.artifact.findUnique({ where: same });
        // Before the state: a pipeline that runs again needs no other answer when the release is sealed by then.
        if (existing) throw existsAlready(existing, digests);
        if (state !== 'open') {
          throw new AppError(
            `release-${state}`,
            `The release is ${state}, so no artifact can be added. Register a new release`,
          );
        }
        const data: Prisma.ArtifactUncheckedCreateInput = {
          projectId,
          releaseId,
          name,
          kind,
          sha256,
          size: size ?? null,
          purl: purl?.purl ?? null,
          purlKey: purl?.key ?? null,
          digests,
          createdBy: caller.subject,
        };
        const row = await prisma.artifact.create({ data }).catch((error: unknown) => {
          if (!isUniqueViolation(error)) throw error;
          throw new AppError('artifact-exists', `The release already has an artifact ${sha256}`);
        });
        record('artifact.added', { id: row.id, projectId, releaseId, data: { sha256, kind } });
        return toArtifact(row);
      });
    },

    /** Lists artifacts, oldest first. @throws {AppError} `release-not-found` */
    async list(
      context: CallContext,
      releaseId: string,
      { limit, cursor }: ListArtifactsQuery,
    ): Promise<Page<Artifact>> {
      const { projectId } = await requireReleaseRef(context, 'releases:read', releaseId);
      const rows = await context.prisma.artifact.findMany({
        where: { projectId, releaseId, ...(cursor !== undefined && { id: { gt: cursor } }) },
        orderBy: { id: 'asc' },
        take: limit + 1,
      });
      return mapPage(pageById(rows, limit), toArtifact);
    },

    /**
     * Lists the releases with an artifact of this digest that the caller may see, oldest first.
     * @throws {AppError} `artifact-not-found` if no such release exists
     */
    async findByDigest(
      { caller, prisma }: CallContext,
      sha256: string,
      { limit, cursor }: ListArtifactsQuery,
    ): Promise<Page<FoundArtifact>> {
      const among = projectsFor(caller, 'releases:read');
      const rows = await prisma.artifact.findMany({
        where: {
          sha256: sha256.toLowerCase(),
          ...inProjects(among),
          ...(cursor !== undefined && { id: { gt: cursor } }),
        },
        include: {
          release: {
            select: {
              id: true,
              version: true,
              state: true,
              project: { select: { id: true, name: true } },
            },
          },
        },
        orderBy: { id: 'asc' },
        take: limit + 1,
      });
      if (rows.length === 0 && cursor === undefined) {
        throw new AppError('artifact-not-found', 'No release has an artifact with this digest');
      }
      return mapPage(pageById(rows, limit), ({ release: { project, ...release }, ...row }) => ({
        ...toArtifact(row),
        release,
        project,
      }));
    },
  };
}
