import { gunzipSync } from 'node:zlib';
import { serverCaller } from '../../access/caller.js';
import { type CallContext, callContext, query } from '../../database/context.js';
import { toJson } from '../../database/json.js';
import { bookkeeping } from '../../database/transaction.js';
import { change } from '../../events/index.js';
import type { Job, JobLog } from '../../jobs/job.js';
import { type DocumentReader, documentReader, type OpenDocument } from './document-reader.js';
import { documentStore } from './document-store.js';
import { insertRows } from './evidence.sql.js';
import {
  INSERT_READING,
  LOCK_UNREAD,
  NEXT_UNREAD,
  SUPERSEDE_READ,
  type Unread,
} from './read-again.sql.js';
import { type SecretKey, secretKey } from './secret-key.js';
import { openStored } from './stored-document.js';

const store = documentStore();

const READER = serverCaller('read-evidence-again');

async function bytesOf(context: CallContext, { projectId, storedSha256 }: Unread) {
  const pieces: Uint8Array[] = [];
  for await (const piece of store.read(context, projectId, storedSha256)) pieces.push(piece);
  return new Uint8Array(gunzipSync(Buffer.concat(pieces)));
}

/** What the readings of one run share. */
interface Session {
  readonly context: CallContext;
  readonly reader: DocumentReader;
  readonly keyOf: SecretKey;
  readonly signal: AbortSignal;
}

/** @returns why this version refuses the document, if it does */
async function openAgain(
  { context, reader, keyOf, signal }: Session,
  evidence: Unread,
): Promise<OpenDocument | string> {
  const { lastReceivedAt: receivedAt } = evidence;
  const stored = { bytes: await bytesOf(context, evidence), receivedAt, ...evidence };
  return openStored(reader, stored, await keyOf(context), { owner: READER.credential, signal });
}

/** Stores the new reading, and supersedes the old one, unless it does not count any more. */
function storeAgain(context: CallContext, unread: Unread, document: OpenDocument): Promise<void> {
  const { id: before, kind: _kind, storedSha256: _stored, commit: _commit, ...about } = unread;
  return change(context, async (changing) => {
    const [current] = await query(changing, LOCK_UNREAD, [before]);
    if (!current) return changing.unchanged(undefined);
    const { summary, document: stored, ...head } = document.head;
    const isNew = await store.put(changing, unread.projectId, stored);
    const evidence = await changing.prisma.evidence.create({
      data: {
        ...about,
        ...head,
        summary: toJson(summary),
        storedSha256: stored.sha256,
        absolves: unread.mayAbsolve && summary.claims !== undefined,
      },
    });
    if (!isNew) await store.putAgain(changing, unread.projectId, stored);
    await query(changing, SUPERSEDE_READ, [before, evidence.id]);
    const receivedAt = unread.lastReceivedAt;
    const rows = await insertRows(changing, evidence, document.batches(), receivedAt);
    await query(changing, INSERT_READING, [before, evidence.id]);
    const { id, projectId, releaseId, receivedSha256, parserVersion } = evidence;
    const data = { before, receivedSha256, parserVersion, rows };
    changing.record('evidence.read-again', { id, projectId, releaseId, data });
  });
}

/** The next evidence below this id; after the last one also what another instance stored since. */
async function nextUnread(context: CallContext, after?: string): Promise<Unread | undefined> {
  const [next] = await query<Unread>(context, NEXT_UNREAD, [after ?? null]);
  return next ?? (after === undefined ? undefined : nextUnread(context));
}

/**
 * Reads a document as new evidence with the old time of receipt.
 * @returns why this version refuses the document, if it does
 */
async function readAgain(session: Session, unread: Unread): Promise<string | undefined> {
  const { context } = session;
  const document = await openAgain(session, unread);
  if (typeof document === 'string') {
    await bookkeeping(context, (writing) => query(writing, INSERT_READING, [unread.id, null]));
    return document;
  }
  try {
    await storeAgain(context, unread, document);
  } finally {
    document.close();
  }
  return undefined;
}

const RETRY_MS = 60_000;

/**
 * The job that reads each document that counts again. It runs after the start of the server, once per database.
 * @param openReader is called only if there is something to read
 */
export const readingAgain = (openReader: (log: JobLog) => DocumentReader): Job => ({
  name: 'read-evidence-again',
  everyMs: RETRY_MS,
  runAtStart: true,
  async run({ database, log, signal }) {
    const context = callContext(database.store, READER, 'read-evidence-again');
    let unread = await nextUnread(context);
    if (!unread) return 'done';
    log.info({}, 'reading stored evidence again, because it was read before coverage was stored');
    const reader = openReader(log);
    const session = { context, reader, keyOf: secretKey(), signal };
    const counts = { read: 0, refused: 0 };
    try {
      while (unread && !signal.aborted) {
        const reason = await readAgain(session, unread);
        counts[reason === undefined ? 'read' : 'refused'] += 1;
        if (reason !== undefined) {
          const details = { evidence: unread.id, reason };
          log.warn(details, 'stored evidence cannot be read again: it does not count as a scan');
        }
        unread = await nextUnread(context, unread.id);
      }
    } finally {
      await reader.close();
    }
    if (signal.aborted) return 'again';
    log.info(counts, 'read stored evidence again');
    return 'done';
  },
});

/** It has a thread of its own, so that uploads do not wait for it. */
export const readAgainJob = readingAgain((log) =>
  documentReader(1, (error) => log.error({ err: error }, 'a document parser thread failed')),
);
