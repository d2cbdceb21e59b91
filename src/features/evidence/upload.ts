import { type CallContext, query, type TransactionContext } from '../../database/context.js';
import { toJson } from '../../database/json.js';
import { takeTurn } from '../../database/turns.js';
import { type ChangeContext, change } from '../../events/index.js';
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

const WAIT_LONGER = {
  name: 'upload-lock-timeout',
  text: `SELECT set_config('lock_timeout', $1, true)`,
};

/** An upload of the same document, or of another one with this label, waits until this one is done. */
async function takeUploadTurn(context: TransactionContext, upload: Upload): Promise<void> {
  const { releaseId, artifactSha256, label, receivedSha256, document } = upload;
  await query(context, WAIT_LONGER, [String(LOCK_TIMEOUT_MS)]);
  const about = [releaseId, document.head.kind, artifactSha256, label ?? receivedSha256];
  await takeTurn(context, about);
}

/** No row: it was retracted in this very moment. `$1`: the evidence. */
const RECEIVED_AGAIN = {
  name: 'evidence-received-again',
  text: `UPDATE evidence SET last_received_at = GREATEST(last_received_at, now())
          WHERE id = $1::uuid AND retracted_at IS NULL RETURNING 1`,
};

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
  context: ChangeContext,
  upload: Upload,
): Promise<EvidenceRow | undefined> {
  const { prisma } = context;
  const { receivedSha256, absolves, document } = upload;
  const { parserVersion } = document.head;
  const [row] = await prisma.evidence.findMany({
    where: { ...rivals(upload), receivedSha256, absolves, parserVersion },
    orderBy: { id: 'desc' },
    take: 1,
  });
  if (!row) return undefined;
  if ((await query(context, RECEIVED_AGAIN, [row.id])).length === 0) return undefined;
  const { id, projectId, releaseId } = row;
  const data = { receivedSha256 };
  context.record('evidence.received-again', { id, projectId, releaseId, data });
  return prisma.evidence.findUniqueOrThrow({ where: { id: row.id } });
}

/** What this evidence stands for from now on: that of its label, of a caller with the same right. */
async function supersede(
  { prisma }: TransactionContext,
  upload: Upload,
  supersededById: string,
): Promise<string[]> {
  if (upload.label === null) return [];
  const rows = await prisma.evidence.updateManyAndReturn({
    // What a caller said who may say it, only such a caller takes back.
    where: {
      ...rivals(upload),
      id: { not: supersededById },
      ...(!upload.mayAbsolve && { absolves: false }),
    },
    data: { supersededById },
    select: { id: true },
  });
  return rows.map(({ id }) => id);
}

async function insert(
  context: ChangeContext,
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
  const superseded = await supersede(context, upload, evidence.id);
  await insertRows(context, evidence, document.batches());
  const { id, projectId, releaseId, kind, label, mayAbsolve } = evidence;
  const { receivedSha256, storedSha256, artifactSha256: artifact } = evidence;
  const digests = { artifact, receivedSha256, storedSha256 };
  const data = { kind, label, ...digests, mayAbsolve, superseded };
  context.record('evidence.received', { id, projectId, releaseId, data });
  return evidence;
}

/** Stores a document with all that it says, or nothing of it. */
export function storeUpload(
  context: CallContext,
  store: DocumentStore,
  upload: Upload,
): Promise<Stored> {
  return change(context, async (changing) => {
    await takeUploadTurn(changing, upload);
    const known = await receiveAgain(changing, upload);
    if (known) return { evidence: known, created: false };
    return { evidence: await insert(changing, store, upload), created: true };
  });
}
