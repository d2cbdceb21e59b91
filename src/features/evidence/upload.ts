import { atomically, type CallContext } from '../../database/context.js';
import { toJson } from '../../database/json.js';
import type { Evidence as EvidenceRow, Prisma } from '../../generated/prisma/client.js';
import type { OpenDocument } from './document-reader.js';
import type { DocumentStore } from './document-store.js';
import { insertRows } from './evidence.sql.js';

/** A document that was read, and what it will be evidence of. */
export interface Upload {
  readonly projectId: number;
  readonly releaseId: string;
  readonly artifactSha256: string | null;
  readonly label: string | null;
  readonly mediaType: string;
  readonly size: number;
  readonly receivedSha256: string;
  readonly mayAbsolve: boolean;
  /** It may, and the document has something to say. */
  readonly absolves: boolean;
  readonly document: OpenDocument;
}

export interface Stored {
  readonly evidence: EvidenceRow;
  /** False: there was the same document, and it counts. */
  readonly created: boolean;
}

/** Two uploads of one label, or of one document, come one after the other. */
const LOCK_TIMEOUT_MS = 15_000;

/** The longest transaction of an upload: 200,000 findings. */
export const UPLOAD_TIMEOUT_MS = 120_000;

/** Whoever uploads the same document, or another one with this label, waits until this is done. */
async function takeTurn({ prisma }: CallContext, upload: Upload): Promise<void> {
  const { releaseId, artifactSha256, label, receivedSha256, document } = upload;
  const about = [releaseId, document.head.kind, artifactSha256, label ?? receivedSha256];
  await prisma.$executeRaw`SELECT set_config('lock_timeout', ${String(LOCK_TIMEOUT_MS)}, true)`;
  await prisma.$executeRaw`
    SELECT pg_advisory_xact_lock(hashtextextended(${JSON.stringify(about)}, 0))`;
}

/** What counts now, of the same kind, label and artifact. */
const rivals = ({ releaseId, artifactSha256, label, document }: Upload) =>
  ({
    releaseId,
    kind: document.head.kind,
    label,
    artifactSha256,
    supersededAt: null,
    retractedAt: null,
  }) satisfies Prisma.EvidenceWhereInput;

/**
 * The same document, that counts already, and was read as it would be now. What it says of findings may have had no
 * effect, and would have one now, or the other way round: then it is another one.
 */
async function receiveAgain(
  { prisma }: CallContext,
  upload: Upload,
): Promise<EvidenceRow | undefined> {
  const { receivedSha256, absolves, document } = upload;
  const { parserVersion } = document.head;
  const [row] = await prisma.evidence.findMany({
    where: { ...rivals(upload), receivedSha256, absolves, parserVersion },
    orderBy: { id: 'desc' },
    take: 1,
  });
  if (!row) return undefined;
  const received = await prisma.$executeRaw`
    UPDATE evidence SET last_received_at = GREATEST(last_received_at, now())
     WHERE id = ${row.id}::uuid AND retracted_at IS NULL`;
  if (received === 0) return undefined; // retracted in this very moment
  return prisma.evidence.findUniqueOrThrow({ where: { id: row.id } });
}

async function insert(
  context: CallContext,
  store: DocumentStore,
  upload: Upload,
): Promise<EvidenceRow> {
  const { document, ...about } = upload;
  const { summary, document: stored, ...head } = document.head;
  await store.put(context, upload.projectId, stored);
  const evidence = await context.prisma.evidence.create({
    data: {
      ...about,
      ...head,
      summary: toJson(summary),
      storedSha256: stored.sha256,
      createdBy: context.caller.subject,
    },
  });
  if (upload.label !== null) {
    await context.prisma.evidence.updateMany({
      // What somebody said who may say it, only such a caller takes back.
      where: {
        ...rivals(upload),
        id: { not: evidence.id },
        ...(!upload.mayAbsolve && { absolves: false }),
      },
      data: { supersededById: evidence.id },
    });
  }
  await insertRows(context, evidence, document.batches());
  return evidence;
}

/** Stores a document with all that it says, or nothing of it. */
export function storeUpload(
  context: CallContext,
  store: DocumentStore,
  upload: Upload,
): Promise<Stored> {
  return atomically(
    context,
    async (context) => {
      await takeTurn(context, upload);
      const known = await receiveAgain(context, upload);
      if (known) return { evidence: known, created: false };
      return { evidence: await insert(context, store, upload), created: true };
    },
    UPLOAD_TIMEOUT_MS,
  );
}
