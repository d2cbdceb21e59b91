import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { MessageChannel, type MessagePort, type TransferListItem } from 'node:worker_threads';
import type { Piscina } from 'piscina';
import type { Batch } from '../../documents/parsing/columns.js';
import type { Fault, Message } from '../../documents/parsing/messages.js';
import type { DocumentHead, DocumentRequest } from '../../documents/parsing/read-document.js';
import { CODE } from '../../paths.js';
import { AppError } from '../../shared/app-error.js';
import { fairShare } from '../../shared/fair-share.js';
import type { ProblemCode } from '../../shared/problems.js';

/** A document that a worker has read and still holds. */
export interface OpenDocument {
  readonly head: DocumentHead;
  /** Its rows; asks the worker for each batch. Once. */
  batches(): AsyncGenerator<Batch>;
  /** Lets the worker go on to the next document. Always call it. */
  close(): void;
}

/** Who waits for a thread, and what ends the waiting. */
export interface Waiting {
  readonly owner: string;
  readonly signal?: AbortSignal | undefined;
}

export interface DocumentReader {
  /**
   * Waits for a thread, which is given to whoever has the fewest.
   * @throws {AppError} `document-unrecognized`, `document-invalid`, `payload-too-large`, `overloaded`
   */
  open(request: DocumentRequest, whose: Waiting): Promise<OpenDocument>;
  close(): Promise<void>;
}

/** Longer than any honest document of 32 MiB takes on a slow machine. */
const PARSE_TIMEOUT_MS = 30_000;
/** How long one waits for a thread: longer than the document that has it may take. */
const THREAD_TIMEOUT_MS = 60_000;
const IDLE_MS = 30_000;
/** What the objects of a document of 32 MiB may take: twelve times its size is usual. */
const HEAP_MIB = 768;

const CODES: Record<Fault['reason'], ProblemCode> = {
  invalid: 'document-invalid',
  unrecognized: 'document-unrecognized',
  limit: 'payload-too-large',
};

/** Names of the document's own fields may be of any length. */
const MAX_POINTER = 500;

function problemOf({ fault, position, reason, ...where }: Fault): AppError {
  const pointer = where.pointer.slice(0, MAX_POINTER);
  const column = position?.column === undefined ? '' : `, column ${position.column}`;
  const message = position ? `${fault} (line ${position.line}${column})` : fault;
  return new AppError(CODES[reason], `${pointer || 'The document'} ${message}`, {
    errors: [{ in: 'body', pointer, message }],
  });
}

/** The worker beside this file: as it was built, or from the sources by the loader that runs them in development. */
function worker(): string {
  const built = new URL('evidence-worker.js', CODE);
  const source = new URL('documents/parsing/worker-from-sources.mjs', CODE);
  return fileURLToPath(existsSync(built) ? built : source);
}

/** What a worker says, one message after the other; rejects when it ends without a word. */
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
  silence.catch(() => {}); // whoever waits for a message hears of it
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

/** A document that a worker did not survive is the document's fault. */
function refusal(error: unknown, timeoutMs: number): unknown {
  const { code, name } = error as { code?: unknown; name?: unknown };
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') {
    const detail = `It takes more than ${HEAP_MIB} MiB of memory to read`;
    return new AppError('payload-too-large', detail, { cause: error });
  }
  if (name === 'AbortError') {
    const detail = `It takes longer than ${timeoutMs / 1000} s to read`;
    return new AppError('payload-too-large', detail, { cause: error });
  }
  return error;
}

export interface ReaderLimits {
  /** How long a document may take until it is known what is in it. */
  readonly timeoutMs?: number;
  /** How long one waits for a thread. */
  readonly waitMs?: number;
}

/** Threads that read documents, so that the one that answers requests never does. Started for the first document. */
export function documentReader(
  threads: number,
  onError: (error: Error) => void,
  { timeoutMs = PARSE_TIMEOUT_MS, waitMs = THREAD_TIMEOUT_MS }: ReaderLimits = {},
): DocumentReader {
  // Not the pool's own queue: it is nobody's turn there, and it starts no thread for one that was ended.
  const turns = fairShare({
    total: threads,
    timeoutMs: waitMs,
    busy: 'Too many documents are being read',
  });
  let pool: Promise<Piscina> | undefined;
  const start = async () => {
    const { Piscina } = await import('piscina');
    const threadPool = new Piscina({
      filename: worker(),
      minThreads: 0,
      maxThreads: threads,
      idleTimeout: IDLE_MS,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB, maxYoungGenerationSizeMb: 24 },
    });
    // Of a thread that breaks while it has nothing to do: without a listener it would end the process.
    return threadPool.on('error', onError);
  };
  const started = () => {
    pool ??= start().catch((error: unknown) => {
      pool = undefined; // the next document tries again
      throw error;
    });
    return pool;
  };

  /** Gives the document to a thread, which has so much time until it tells what is in it. */
  async function read(request: DocumentRequest, port: MessagePort, far: MessagePort) {
    const running = await started();
    const abort = new AbortController();
    const transferList = [request.bytes.buffer as ArrayBuffer, far] as TransferListItem[];
    const task = running.run({ ...request, port: far }, { transferList, signal: abort.signal });
    const next = inbox(port, task);
    const timer = setTimeout(() => abort.abort(), timeoutMs);
    try {
      await next(); // it has begun
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
        if (first.type === 'fault') throw problemOf(first.fault);
        if (first.type !== 'head') throw new Error(`the worker said ${first.type}`);
        return {
          head: first.head,
          close,
          async *batches() {
            for (;;) {
              port.postMessage('next');
              const message = await next().catch((error: unknown) => {
                throw refusal(error, timeoutMs);
              });
              if (message.type !== 'batch') return;
              yield message.batch;
            }
          },
        };
      } catch (error) {
        close();
        throw refusal(error, timeoutMs);
      }
    },

    async close() {
      await (await pool)?.destroy();
    },
  };
}
