import { reaches } from '../../access/caller.js';
import { type Page, pageById } from '../../contract/page.js';
import type { CallContext, Place } from '../../database/context.js';
import { lockRow } from '../../database/lock-row.js';
import { change } from '../../events/index.js';
import type { Evidence as EvidenceRow, Prisma } from '../../generated/prisma/client.js';
import { AppError } from '../../shared/app-error.js';
import { hasHappened } from '../../shared/once-with-reason.js';
import { requireReleaseRef } from '../releases/index.js';
import type { DocumentStore } from './document-store.js';
import { type Evidence, requireEvidence, toEvidence } from './evidence.js';
import type { ListEvidenceQuery } from './evidence.schemas.js';
import { documentRemoved, removalsOf } from './removals.js';

/** The stored document. */
export interface DocumentFile {
  readonly sha256: string;
  readonly mediaType: string;
  /** Kind, id and extension: `trivy-019aaf61-….json` */
  readonly fileName: string;
  readonly size: number;
  /** Yields the gzip stream of the document in pieces. */
  pieces(): AsyncGenerator<Uint8Array>;
}

const BY_STATUS: Record<Evidence['status'], Prisma.EvidenceWhereInput> = {
  current: { supersededAt: null, retractedAt: null },
  superseded: { supersededAt: { not: null }, retractedAt: null },
  retracted: { retractedAt: { not: null } },
};

/** Evidence of one project, with what is known of its documents. */
async function shown(context: Place, rows: readonly EvidenceRow[]): Promise<Evidence[]> {
  const [first] = rows;
  if (!first) return [];
  const digests = rows.map(({ storedSha256 }) => storedSha256);
  const removals = await removalsOf(context, first.projectId, digests);
  return rows.map((row) => toEvidence(row, removals.get(row.storedSha256)));
}

async function shownOne(context: Place, row: EvidenceRow): Promise<Evidence> {
  const removals = await removalsOf(context, row.projectId, [row.storedSha256]);
  return toEvidence(row, removals.get(row.storedSha256));
}

export type EvidenceService = ReturnType<typeof evidenceService>;

/** Reads and retracts evidence. Stored evidence is never changed: it is superseded or retracted, and stays readable. */
export function evidenceService(store: DocumentStore) {
  return {
    /** @throws {AppError} `evidence-not-found` */
    async get(context: CallContext, id: string): Promise<Evidence> {
      return shownOne(context, await requireEvidence(context, 'evidence:read', id));
    },

    /** Lists evidence, newest first. @throws {AppError} `release-not-found` */
    async list(
      context: CallContext,
      releaseId: string,
      { limit, cursor, kind, label, artifact, status }: ListEvidenceQuery,
    ): Promise<Page<Evidence>> {
      await requireReleaseRef(context, 'evidence:read', releaseId);
      const rows = await context.prisma.evidence.findMany({
        where: {
          releaseId,
          ...(status !== 'all' && BY_STATUS[status]),
          ...(kind !== undefined && { kind }),
          ...(label !== undefined && { label }),
          ...(artifact !== undefined && { artifactSha256: artifact.toLowerCase() }),
          ...(cursor !== undefined && { id: { lt: cursor } }),
        },
        orderBy: { id: 'desc' },
        take: limit + 1,
      });
      const page = pageById(rows, limit);
      return { ...page, items: await shown(context, page.items) };
    },

    /** @throws {AppError} `evidence-not-found`, `document-removed` */
    async document(context: CallContext, id: string): Promise<DocumentFile> {
      const { projectId, storedSha256, mediaType, kind } = await requireEvidence(
        context,
        'evidence:read',
        id,
      );
      const { size } = await context.prisma.document.findUniqueOrThrow({
        where: { projectId_sha256: { projectId, sha256: storedSha256 } },
        select: { size: true },
      });
      const removal = (await removalsOf(context, projectId, [storedSha256])).get(storedSha256);
      if (removal) throw documentRemoved(removal);
      const ending = /xml(?:;|$)/.test(mediaType) ? 'xml' : 'json';
      return {
        sha256: storedSha256,
        mediaType,
        fileName: `${kind}-${id}.${ending}`,
        size,
        pieces: () => store.read(context, projectId, storedSha256),
      };
    },

    /**
     * Retracts evidence permanently. Repeating the call with the same reason has no effect.
     * @throws {AppError} `evidence-not-found`, `evidence-retracted`, `insufficient-scope`
     */
    async retract(context: CallContext, id: string, reason: string): Promise<Evidence> {
      const evidence = await requireEvidence(context, 'evidence:retract', id);
      if (evidence.absolves && !reaches(context.caller, 'vex:write', evidence.projectId)) {
        const detail =
          'Claims of this evidence take effect. Retracting it also needs the scope vex:write';
        throw new AppError('insufficient-scope', detail);
      }
      return change(context, async (changing) => {
        const { caller, prisma, record, unchanged } = changing;
        await lockRow(changing, 'evidence', id);
        const before = await requireEvidence(changing, 'evidence:retract', id);
        const once = { stored: before.retractReason, reason, what: 'evidence', done: 'retracted' };
        if (hasHappened({ ...once, code: 'evidence-retracted' }))
          return unchanged(await shownOne(changing, before));
        const row = await prisma.evidence.update({
          where: { id: before.id },
          data: { retractedBy: caller.subject, retractReason: reason },
        });
        const { projectId, releaseId, receivedSha256 } = row;
        record('evidence.retracted', {
          id: row.id,
          projectId,
          releaseId,
          data: { receivedSha256 },
        });
        return shownOne(changing, row);
      });
    },
  };
}
