import { gunzipSync } from 'node:zlib';
import type { Caller } from '../../access/caller.js';
import { type CallContext, callContext, query } from '../../database/context.js';
import { toJson } from '../../database/json.js';
import { bookkeeping } from '../../database/transaction.js';
import { kinds } from '../../documents/kinds/index.js';
import { change } from '../../events/index.js';
import type { Job, JobLog } from '../../jobs/job.js';
import { AppError } from '../../shared/app-error.js';
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
import { secretKey } from './secret-key.js';

const store = documentStore();
const keyOf = secretKey();

/** Not a caller: it has no rights, and only signs the events. */
const READER: Caller = { subject: 'server', credential: 'read-evidence-again', grants: [] };

async function bytesOf(context: CallContext, { projectId, storedSha256 }: Unread) {
  const pieces: Uint8Array[] = [];
  for await (const piece of store.read(context, projectId, storedSha256)) pieces.push(piece);
  return new Uint8Array(gunzipSync(Buffer.concat(pieces)));
}

/** @returns why this version refuses the document, if it does */
async function openAgain(
  context: CallContext,
  reader: DocumentReader,
  evidence: Unread,
  signal: AbortSignal,
): Promise<OpenDocument | string> {
  const kind = kinds.find(({ name }) => name === evidence.kind);
  if (!kind) return `This version does not know the kind ${evidence.kind}`;
  const bytes = await bytesOf(context, evidence);
  const [, charset] = /; charset=(.+)$/.exec(evidence.mediaType) ?? [];
  const format: 'json' | 'xml' = kind.format === 'xml' ? 'xml' : 'json';
  const request = { bytes, format, charset, kind: kind.name, secretKey: await keyOf(context) };
  return reader.open(request, { owner: READER.credential, signal }).catch((error: unknown) => {
    if (error instanceof AppError && error.status < 500) return error.message;
    throw error;
  });
}

/** Stores the new reading, and supersedes the old one, unless it does not count any more. */
function storeAgain(context: CallContext, unread: Unread, document: OpenDocument): Promise<void> {
  const { id: before, kind: _kind, storedSha256: _stored, ...about } = unread;
  return change(context, async (changing) => {
    const [current] = await query(changing, LOCK_UNREAD, [before]);
    if (!current) return changing.unchanged(undefined);
    const { summary, document: stored, ...head } = document.head;
    await store.put(changing, unread.projectId, stored);
    const evidence = await changing.prisma.evidence.create({
      data: {
        ...about,
        ...head,
        summary: toJson(summary),
        storedSha256: stored.sha256,
        absolves: unread.mayAbsolve && summary.claims !== undefined,
      },
    });
    await query(changing, SUPERSEDE_READ, [before, evidence.id]);
    await insertRows(changing, evidence, document.batches(), unread.lastReceivedAt);
    await query(changing, INSERT_READING, [before, evidence.id]);
    const { id, projectId, releaseId, receivedSha256, parserVersion } = evidence;
    const data = { before, receivedSha256, parserVersion };
    changing.record('evidence.read-again', { id, projectId, releaseId, data });
  });
}

/** What became of one document: nothing is left, it counts with its coverage, or this version refuses it. */
type Reading = 'none' | 'read' | { readonly refused: string; readonly reason: string };

/** Reads the newest document that was read before coverage was stored, as new evidence with the old time of receipt. */
async function readNextAgain(
  context: CallContext,
  reader: DocumentReader,
  signal: AbortSignal,
): Promise<Reading> {
  const [unread] = await query<Unread>(context, NEXT_UNREAD, []);
  if (!unread) return 'none';
  const document = await openAgain(context, reader, unread, signal);
  if (typeof document === 'string') {
    await bookkeeping(context, (writing) => query(writing, INSERT_READING, [unread.id, null]));
    return { refused: unread.id, reason: document };
  }
  try {
    await storeAgain(context, unread, document);
  } finally {
    document.close();
  }
  return 'read';
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
    if ((await query(context, NEXT_UNREAD, [])).length === 0) return 'done';
    log.info({}, 'reading stored evidence again, because it was read before coverage was stored');
    const reader = openReader(log);
    const counts = { read: 0, refused: 0 };
    try {
      while (!signal.aborted) {
        const reading = await readNextAgain(context, reader, signal);
        if (reading === 'none') break;
        if (reading === 'read') {
          counts.read += 1;
          continue;
        }
        counts.refused += 1;
        const { refused: evidence, reason } = reading;
        log.warn(
          { evidence, reason },
          'stored evidence cannot be read again: it does not count as a scan',
        );
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
