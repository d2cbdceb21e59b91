import { type CallContext, query, type TransactionContext } from '../../database/context.js';
import { toJson } from '../../database/json.js';
import { shareTurn, takeTurn } from '../../database/turns.js';
import { type ChangeContext, change } from '../../events/index.js';
import type { Evidence as EvidenceRow, Prisma } from '../../generated/prisma/client.js';
import { personBehind } from '../../security/authentication/identity.js';
import type { OpenDocument } from './document-reader.js';
import type { DocumentStore } from './document-store.js';
import { insertRows } from './evidence.sql.js';
import { checkQuota, type EvidenceQuota } from './quota.js';
import { refuseRetracted } from './retracted.js';
import {
  besideWarnings,
  type Older,
  relicensedWarnings,
  replacedWarnings,
  supersede,
} from './supersede.js';

/** A parsed document, and what it will be evidence of. */
export interface Upload {
  readonly projectId: number;
  readonly releaseId: string;
  readonly artifactSha256: string | null;
  readonly label: string | null;
  readonly mediaType: string;
  readonly size: number;
  readonly receivedSha256: string;
  readonly mayAbsolve: boolean;
  /** `mayAbsolve`, and the document has claims. */
  readonly absolves: boolean;
  /** What the tool looked for, by the word of the uploader. */
  readonly scanners: string[];
  /** What the uploader should look at. */
  readonly warnings: readonly string[];
  readonly document: OpenDocument;
}

export interface Stored {
  readonly evidence: EvidenceRow;
  /** False if the same document was already stored and counts. */
  readonly created: boolean;
  readonly superseded: readonly Older[];
  readonly warnings: readonly string[];
}

/** How long an upload waits for another one with the same label, or of the same document. */
const LOCK_TIMEOUT_MS = 15_000;

const WAIT_LONGER = {
  name: 'upload-lock-timeout',
  text: `SELECT set_config('lock_timeout', $1, true)`,
};

/** Serializes uploads of the same document, and of documents with the same label. */
async function takeUploadTurn(context: TransactionContext, upload: Upload): Promise<void> {
  const { releaseId, artifactSha256, label, receivedSha256, document } = upload;
  await query(context, WAIT_LONGER, [String(LOCK_TIMEOUT_MS)]);
  const about = [releaseId, document.head.kind, artifactSha256, label ?? receivedSha256];
  await takeTurn(context, about);
}

/** Returns no row if the evidence was retracted at the same time. `$1`: the evidence. */
const RECEIVED_AGAIN = {
  name: 'evidence-received-again',
  text: `UPDATE evidence SET last_received_at = GREATEST(last_received_at, now())
          WHERE id = $1::uuid AND retracted_at IS NULL RETURNING 1`,
};

/** Evidence of other releases with the same document, the latest. `$1`: project, `$2`: digest, `$3`: release. */
const OF_OTHER_RELEASE = {
  name: 'evidence-of-other-release',
  text: `SELECT e.id, r.version FROM evidence e JOIN releases r ON r.id = e.release_id
          WHERE e.project_id = $1 AND e.stored_sha256 = $2 AND e.release_id <> $3::uuid
          ORDER BY e.id DESC LIMIT 1`,
};

/** Tells the uploader that a document is that of another release: it says nothing about what came later. */
async function sentBeforeWarnings(
  context: TransactionContext,
  { projectId, storedSha256, releaseId }: EvidenceRow,
): Promise<string[]> {
  const values = [projectId, storedSha256, releaseId];
  const rows = await query<{ id: string; version: string }>(context, OF_OTHER_RELEASE, values);
  return rows.map(
    ({ id, version }) =>
      `The same document is evidence ${id} of the release ${version}. Check that it is about this release`,
  );
}

/** Current evidence of the same kind, label and artifact. */
const sameSlot = ({ releaseId, artifactSha256, label, document }: Upload) =>
  ({
    releaseId,
    kind: document.head.kind,
    label,
    artifactSha256,
    supersededAt: null,
    retractedAt: null,
  }) satisfies Prisma.EvidenceWhereInput;

/**
 * Finds current evidence of the same document and updates when it was received. Evidence of another parser version, or
 * of a caller with another right to make claims, is not the same: its report says which ids are one vulnerability.
 */
async function receiveAgain(
  context: ChangeContext,
  store: DocumentStore,
  upload: Upload,
): Promise<EvidenceRow | undefined> {
  const { prisma } = context;
  const { receivedSha256, mayAbsolve, document } = upload;
  const { parserVersion } = document.head;
  const [row] = await prisma.evidence.findMany({
    where: {
      ...sameSlot(upload),
      receivedSha256,
      mayAbsolve,
      parserVersion,
      scanners: { equals: upload.scanners },
    },
    orderBy: { id: 'desc' },
    take: 1,
  });
  if (!row) return undefined;
  // Retention waits for nobody who has this turn, and removed the bytes before it or not at all.
  await shareTurn(context, ['document', row.projectId, row.storedSha256]);
  await store.putAgain(context, row.projectId, document.head.document);
  if ((await query(context, RECEIVED_AGAIN, [row.id])).length === 0) return undefined;
  const { id, projectId, releaseId } = row;
  const data = { receivedSha256 };
  context.record('evidence.received-again', { id, projectId, releaseId, data });
  return prisma.evidence.findUniqueOrThrow({ where: { id: row.id } });
}

async function insert(
  context: ChangeContext,
  store: DocumentStore,
  upload: Upload,
): Promise<Omit<Stored, 'created'>> {
  const { document, warnings: _warnings, ...about } = upload;
  const { summary, document: stored, ...head } = document.head;
  const isNew = await store.put(context, upload.projectId, stored);
  const triggeredBy = await personBehind(context, context.caller);
  const evidence = await context.prisma.evidence.create({
    data: {
      ...about,
      ...head,
      summary: toJson(summary),
      storedSha256: stored.sha256,
      createdBy: context.caller.subject,
      triggeredBy,
    },
  });
  if (!isNew) await store.putAgain(context, upload.projectId, stored);
  const { mayAbsolve, label } = upload;
  // First, because what is superseded depends on the findings.
  const rows = await insertRows(context, evidence, document.batches());
  const slot = { ...about, kind: head.kind };
  const { superseded, beside, replaced, relicensed } = await supersede(context, slot, {
    id: evidence.id,
    mayAbsolve,
    receivedSha256: upload.receivedSha256,
    scanners: upload.scanners,
    document: { ...summary, tool: evidence.tool, testNames: document.testNames },
  });
  const { id, projectId, releaseId, kind } = evidence;
  const { receivedSha256, storedSha256, artifactSha256: artifact } = evidence;
  const digests = { artifact, receivedSha256, storedSha256 };
  const ids = superseded.map((older) => older.id);
  const data = { kind, label, ...digests, mayAbsolve, triggeredBy, superseded: ids, rows };
  const relicensedIds = relicensed.map((one) => one.id);
  context.record('evidence.received', {
    ...{ id, projectId, releaseId },
    data: { ...data, ...(relicensed.length > 0 && { relicensed: relicensedIds }) },
  });
  const ofLabel =
    label === null
      ? []
      : [
          ...besideWarnings(beside, label),
          ...replacedWarnings(replaced, label),
          ...relicensedWarnings(relicensed, superseded, label, context.caller.subject),
        ];
  const warnings = [...(await sentBeforeWarnings(context, evidence)), ...ofLabel];
  return { evidence, superseded, warnings };
}

/**
 * Stores a document with all its contents, or nothing.
 * @throws {AppError} `quota-exceeded`, `evidence-retracted`
 */
export function storeUpload(
  context: CallContext,
  store: DocumentStore,
  upload: Upload,
  quota: EvidenceQuota,
): Promise<Stored> {
  return change(context, async (changing) => {
    await takeUploadTurn(changing, upload);
    const known = await receiveAgain(changing, store, upload);
    if (known) return { evidence: known, created: false, superseded: [], warnings: [] };
    await refuseRetracted(changing, { ...upload, kind: upload.document.head.kind });
    const stored = await insert(changing, store, upload);
    await checkQuota(changing, upload, quota);
    return { ...stored, created: true };
  });
}
