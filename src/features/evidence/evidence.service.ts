import { reaches } from '../../access/caller.js';
import type { Scope } from '../../access/scopes.js';
import { mapPage, type Page, pageById } from '../../contract/page.js';
import type { CallContext } from '../../database/context.js';
import { fromJson } from '../../database/json.js';
import type { Summary } from '../../documents/parsing/summary.js';
import type { Evidence as EvidenceRow, Prisma } from '../../generated/prisma/client.js';
import { AppError } from '../../shared/app-error.js';
import { requireRelease } from '../releases/index.js';
import type { ReceivedDocument } from './body.js';
import type { Waiting } from './document-reader.js';
import type { ListEvidenceQuery, STATUSES, UploadQuery } from './evidence.schemas.js';
import {
  readUpload,
  type Stored,
  storeUpload,
  type Upload,
  type UploadTarget,
  type UploadTools,
  uploadTarget,
} from './upload.js';

type Status = (typeof STATUSES)[number];

/** As the API shows it. */
export type Evidence = Omit<
  EvidenceRow,
  'artifactSha256' | 'absolves' | 'supersededById' | 'summary'
> & {
  readonly artifact: string | null;
  readonly status: Status;
  readonly supersededBy: string | null;
  readonly summary: Summary;
};

/** The document as it is stored. */
export interface DocumentFile {
  readonly sha256: string;
  readonly mediaType: string;
  /** `trivy-019aaf61.json` */
  readonly fileName: string;
  readonly size: number;
  /** Pieces of its gzip stream. */
  pieces(): AsyncGenerator<Uint8Array>;
}

const notFound = () => new AppError('evidence-not-found', 'Evidence not found');

const BY_STATUS: Record<Status, Prisma.EvidenceWhereInput> = {
  current: { supersededAt: null, retractedAt: null },
  superseded: { supersededAt: { not: null }, retractedAt: null },
  retracted: { retractedAt: { not: null } },
};

function statusOf({ retractedAt, supersededAt }: EvidenceRow): Status {
  if (retractedAt) return 'retracted';
  return supersededAt ? 'superseded' : 'current';
}

function present(row: EvidenceRow): Evidence {
  const { artifactSha256, absolves: _absolves, supersededById, summary, ...rest } = row;
  return {
    ...rest,
    artifact: artifactSha256,
    status: statusOf(row),
    supersededBy: supersededById,
    summary: fromJson<Summary>(summary),
  };
}

async function find({ caller, prisma }: CallContext, scope: Scope, id: string) {
  const row = await prisma.evidence.findUnique({ where: { id: id.toLowerCase() } });
  if (!row || !reaches(caller, scope, row.projectId)) throw notFound();
  return row;
}

export type EvidenceService = ReturnType<typeof evidenceService>;

/** What tools said about releases: kept as it came, superseded or retracted visibly, never changed. */
export function evidenceService(tools: UploadTools) {
  return {
    /** What a document is uploaded to. @throws {AppError} `release-not-found` */
    release: uploadTarget,

    /**
     * Reads a document; `store` then keeps it. Close what it returns, whatever happens.
     * @throws {AppError} as `readUpload`
     */
    read(
      context: CallContext,
      target: UploadTarget,
      query: UploadQuery,
      received: ReceivedDocument & Waiting,
    ): Promise<Upload> {
      return readUpload(context, tools, target, query, received);
    },

    async store(
      context: CallContext,
      upload: Upload,
    ): Promise<{ evidence: Evidence } & Pick<Stored, 'created'>> {
      const { evidence, created } = await storeUpload(context, tools, upload);
      return { evidence: present(evidence), created };
    },

    /** @throws {AppError} `evidence-not-found` */
    async get(context: CallContext, id: string): Promise<Evidence> {
      return present(await find(context, 'evidence:read', id));
    },

    /** The newest first. @throws {AppError} `release-not-found` */
    async list(
      context: CallContext,
      releaseId: string,
      { limit, cursor, kind, label, artifact, status }: ListEvidenceQuery,
    ): Promise<Page<Evidence>> {
      await requireRelease(context, 'evidence:read', releaseId);
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
      return mapPage(pageById(rows, limit), present);
    },

    /** @throws {AppError} `evidence-not-found` */
    async document(context: CallContext, id: string): Promise<DocumentFile> {
      const { projectId, storedSha256, mediaType, kind } = await find(context, 'evidence:read', id);
      const { size } = await context.prisma.document.findUniqueOrThrow({
        where: { projectId_sha256: { projectId, sha256: storedSha256 } },
        select: { size: true },
      });
      const ending = mediaType.endsWith('xml') ? 'xml' : 'json';
      return {
        sha256: storedSha256,
        mediaType,
        fileName: `${kind}-${id}.${ending}`,
        size,
        pieces: () => tools.store.read(projectId, storedSha256),
      };
    },

    /**
     * Does not count from now on, for good. Retracting again for the same reason changes nothing.
     * @throws {AppError} `evidence-not-found`, `evidence-retracted`, `insufficient-scope`
     */
    async retract(context: CallContext, id: string, reason: string): Promise<Evidence> {
      const evidence = await find(context, 'evidence:retract', id);
      if (evidence.absolves && !reaches(context.caller, 'vex:write', evidence.projectId)) {
        const detail =
          'What it says of findings has an effect: this needs the scope vex:write, too';
        throw new AppError('insufficient-scope', detail);
      }
      const [row] = await context.prisma.evidence.updateManyAndReturn({
        where: { id, retractedAt: null },
        data: {
          retractedBy: context.caller.subject,
          retractReason: reason,
        },
      });
      if (row) return present(row);
      const current = await find(context, 'evidence:retract', id);
      if (current.retractReason === reason) return present(current);
      throw new AppError('evidence-retracted', `It was retracted before: ${current.retractReason}`);
    },
  };
}
