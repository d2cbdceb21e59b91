import type { Piscina } from 'piscina';

export interface ThreadPoolOptions {
  /** Path of the worker. */
  readonly worker: string;
  readonly threads: number;
  /** Limit of the heap of a thread, in MiB. A thread that exceeds it ends. */
  readonly heapMib: number;
  /** An idle thread ends after this time. */
  readonly idleMs: number;
  /** Called when a thread fails between two tasks. */
  readonly onError: (error: Error) => void;
}

export interface ThreadPool {
  /** The first call loads the library and creates the pool. */
  started(): Promise<Piscina>;
  close(): Promise<void>;
}

/** Worker threads that start when needed. The pool's own queue is not fair: take a turn first (`fairShare`). */
export function threadPool(options: ThreadPoolOptions): ThreadPool {
  const { worker, threads, heapMib, idleMs, onError } = options;
  let pool: Promise<Piscina> | undefined;
  const start = async () => {
    const { Piscina } = await import('piscina');
    const created = new Piscina({
      filename: worker,
      minThreads: 0,
      maxThreads: threads,
      idleTimeout: idleMs,
      resourceLimits: { maxOldGenerationSizeMb: heapMib, maxYoungGenerationSizeMb: 24 },
    });
    // Without a listener, a failure of an idle thread would end the process.
    return created.on('error', onError);
  };
  return {
    started() {
      pool ??= start().catch((error: unknown) => {
        pool = undefined; // the next task tries again
        throw error;
      });
      return pool;
    },
    async close() {
      await (await pool)?.destroy();
    },
  };
}
