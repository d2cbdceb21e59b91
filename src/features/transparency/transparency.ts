import type { Place } from '../../database/context.js';
import type { JobLog } from '../../jobs/job.js';
import type { Keys } from '../../security/signing/keys.js';
import { type Check, newestCheck } from './check.js';
import { type Observed, type Sequencer, sequencer } from './sequencer.js';

/** Who is told what the log does. */
export interface Watcher {
  readonly log: JobLog;
  /** Called after each batch and each signature. */
  observe(observed: Observed): void;
  /** Called with the length of the queue, up to 10,000. */
  observeQueue(length: number, waits: number): void;
}

/** The signed log of one process: it belongs to one application, which watches and closes it. */
export interface Transparency {
  readonly keys: Keys;
  readonly sequencer: Sequencer;
  readonly check: Check;
  watch(watcher: Watcher): void;
  /** Begins to integrate and to check. Call it when the server listens. */
  start(): void;
  close(): Promise<void>;
}

const nobody: JobLog = { info() {}, warn() {}, error() {}, child: () => nobody };

/** Opens nothing and starts nothing. */
export function openTransparency({ store, keys }: Place & { keys: Keys }): Transparency {
  let watcher: Watcher = { log: nobody, observe() {}, observeQueue() {} };
  const log: JobLog = {
    info: (details, message) => watcher.log.info(details, message),
    warn: (details, message) => watcher.log.warn(details, message),
    error: (details, message) => watcher.log.error(details, message),
    child: (details) => watcher.log.child(details),
  };
  const running = sequencer({
    store,
    keys,
    log,
    observe: (observed) => watcher.observe(observed),
    observeQueue: (length, waits) => watcher.observeQueue(length, waits),
  });
  const check = newestCheck({ store, keys, log });
  return {
    keys,
    sequencer: running,
    check,
    watch(next) {
      watcher = next;
    },
    start() {
      running.start();
      check.start();
    },
    async close() {
      await check.close();
      await running.close();
    },
  };
}
