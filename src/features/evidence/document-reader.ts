import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { MessageChannel, type MessagePort, type TransferListItem } from 'node:worker_threads';
import type { Batch } from '../../documents/parsing/columns.js';
import type { Fault, Message } from '../../documents/parsing/messages.js';
import type { DocumentHead, DocumentRequest } from '../../documents/parsing/read-document.js';
import type { TestNames } from '../../documents/parsing/test-names.js';
import { CODE } from '../../paths.js';
import { AppError } from '../../shared/app-error.js';
import { fairShare, type Load } from '../../shared/fair-share.js';
import type { ProblemCode } from '../../shared/problems.js';
import { quotaExceeded } from '../../shared/quota.js';
import { threadPool } from '../../shared/thread-pool.js';

/** A document that a worker has parsed and still holds. */
export interface OpenDocument {
  readonly head: DocumentHead;
  readonly testNames: TestNames | undefined;
  /** Requests the rows from the worker, batch by batch. Can be called once. */
  batches(): AsyncGenerator<Batch>;
  /** Frees the worker for the next document. Must always be called. */
  close(): void;
}

/** `owner` waits for a thread; `signal` ends the wait. */
export interface Waiting {
  readonly owner: string;
  readonly signal?: AbortSignal | undefined;
}

export interface DocumentReader {
  /**
   * Waits for a thread and parses the document. The waiting owner with the fewest threads comes first.
   * @throws {AppError} `document-unrecognized`, `document-invalid`, `payload-too-large`, `quota-exceeded`, `overloaded`
   */
  open(request: DocumentRequest, waiting: Waiting): Promise<OpenDocument>;
  close(): Promise<void>;
}

export interface DocumentThreads extends DocumentReader {
  /** How many there are, how many work, and who waits for one. */
  load(): Load & { readonly total: number };
}

/** Longer than a normal document of 32 MiB takes on a slow machine. */
const PARSE_TIMEOUT_MS = 30_000;
/** How long a request waits for a thread. Longer than one document may take. */
const THREAD_TIMEOUT_MS = 60_000;
const IDLE_MS = 30_000;
/** Heap limit for the objects of one document. They usually take twelve times its size, which is at most 32 MiB. */
const HEAP_MIB = 768;

const CODES: Record<Extract<Fault['reason'], string>, ProblemCode> = {
  invalid: 'document-invalid',
  unrecognized: 'document-unrecognized',
  limit: 'payload-too-large',
};

/** Field names in a document can have any length, so pointers are shortened. */
const MAX_POINTER = 500;

function errorOfFault({ fault, position, reason, ...where }: Fault): AppError {
  if (typeof reason !== 'string') {
    const name = reason.row.slice(0, 200);
    const what =
      reason.quota === 'QUOTA_ALIASES_PER_FINDING'
        ? 'ids of one finding beside its own'
        : 'licences of one component';
    return quotaExceeded(
      reason,
      `${what} (${name})`,
      'The document was not stored. Correct it, or ask the operator to raise the quota',
    );
  }
  const pointer = where.pointer.slice(0, MAX_POINTER);
  const column = position?.column === undefined ? '' : `, column ${position.column}`;
  const message = position ? `${fault} (line ${position.line}${column})` : fault;
  return new AppError(CODES[reason], `${pointer || 'The document'} ${message}`, {
    errors: [{ in: 'body', pointer, message }],
  });
}

/** Path of the worker: the built file, or in development the loader that runs the sources. */
export function evidenceWorker(): string {
  const built = new URL('evidence-worker.js', CODE);
  const source = new URL('documents/parsing/worker-from-sources.mjs', CODE);
  return fileURLToPath(existsSync(built) ? built : source);
}

/** Returns the worker's messages one by one. Rejects if the worker ends without a message. */
function inbox(port: MessagePort, ended: Promise<unknown>): () => Promise<Message> {
  const arrived: Message[] = [];
  let wake = () => {};
  port.on('message', (message: Message) => {
    arrived.push(message);
    wake();
  });
  const silence = ended.then(() => {
    throw new Error('the worker ended without an answer');
  });
  silence.catch(() => {}); // Promise.race below reports it
  return async () => {
    const message = arrived.shift();
    if (message) return message;
    await Promise.race([
      silence,
      new Promise<void>((resolve) => {
        wake = resolve;
      }),
    ]);
    return arrived.shift() as Message;
  };
}

/** Translates a worker that ran out of memory or time into a refusal of the document. */
function errorOfWorker(error: unknown, timeoutMs: number): unknown {
  const { code, name } = error as { code?: unknown; name?: unknown };
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') {
    const detail = `Parsing the document takes more than ${HEAP_MIB} MiB of memory. Upload several smaller documents`;
    return new AppError('payload-too-large', detail, { cause: error });
  }
  if (name === 'AbortError') {
    const detail = `Parsing the document takes longer than ${timeoutMs / 1000} s. Upload several smaller documents`;
    return new AppError('payload-too-large', detail, { cause: error });
  }
  return error;
}

export interface ReaderOptions {
  /** Path of the worker that parses. */
  readonly worker?: string;
  /** How long parsing a document may take. */
  readonly timeoutMs?: number;
  /** How long a request waits for a thread. */
  readonly waitMs?: number;
}

/** Parses documents in threads, so that the main thread stays free. The first document starts them. */
export function documentReader(
  threads: number,
  onError: (error: Error) => void,
  {
    worker = evidenceWorker(),
    timeoutMs = PARSE_TIMEOUT_MS,
    waitMs = THREAD_TIMEOUT_MS,
  }: ReaderOptions = {},
): DocumentThreads {
  // The pool's own queue is not fair between owners, and does not replace a thread that was ended.
  const turns = fairShare({
    total: threads,
    timeoutMs: waitMs,
    busy: 'Too many documents are being parsed',
  });
  const pool = threadPool({
    ...{ worker, threads, onError },
    heapMib: HEAP_MIB,
    idleMs: IDLE_MS,
  });

  /** Sends the document to a thread and waits for its first result, up to the time limit. */
  async function read(request: DocumentRequest, port: MessagePort, far: MessagePort) {
    const running = await pool.started();
    const abort = new AbortController();
    const transferList = [request.bytes.buffer as ArrayBuffer, far] as TransferListItem[];
    const task = running.run({ ...request, port: far }, { transferList, signal: abort.signal });
    const next = inbox(port, task);
    const timer = setTimeout(() => abort.abort(), timeoutMs);
    try {
      await next(); // the worker has started
      return { first: await next(), next };
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    async open(request, { owner, signal }) {
      const turn = await turns.take(1, owner, signal);
      const { port1: port, port2: far } = new MessageChannel();
      const close = () => {
        port.close();
        turn.giveBack();
      };
      try {
        const { first, next } = await read(request, port, far);
        if (first.type === 'fault') throw errorOfFault(first.fault);
        if (first.type !== 'head')
          throw new Error(`unexpected message of the worker: ${first.type}`);
        return {
          head: first.head,
          testNames: first.testNames,
          close,
          async *batches() {
            for (;;) {
              port.postMessage('next');
              const message = await next().catch((error: unknown) => {
                throw errorOfWorker(error, timeoutMs);
              });
              if (message.type !== 'batch') return;
              yield message.batch;
            }
          },
        };
      } catch (error) {
        close();
        throw errorOfWorker(error, timeoutMs);
      }
    },

    load: () => ({ ...turns.load(), total: threads }),
    close: pool.close,
  };
}
