import { setTimeout as sleep } from 'node:timers/promises';
import { type Place, query } from '../../database/context.js';
import { isDatabaseUnavailable, isStatementTimeout, rootCause } from '../../database/errors.js';
import { onRecorded } from '../../events/index.js';
import type { JobLog } from '../../jobs/job.js';
import type { Keys } from '../../security/signing/keys.js';
import { BATCH, type Integrated, integrate, publish } from './integrate.js';
import { LOOK } from './log.sql.js';
import { type LogState, troubleOf } from './state.js';

/** Events of this process are integrated once in this time. Checkpoints are signed no more often while many wait. */
const PACE_MS = 1000;
/** How often this process looks for events of other processes, and of programs that write beside the API. */
const POLL_MS = 10_000;
/** The first wait after a failure. It doubles up to `POLL_MS`. */
const RETRY_MS = 1000;
/** Wait while another instance integrates. */
const TURN_MS = 50;
/** How long a server that stops goes on with events that wait. The next one takes the rest. */
const LAST_MS = 2000;

const FAILS =
  'Events could not be integrated into the log, and wait. The log of the server has the cause. Often the disk is full';

export interface Observed {
  readonly state: LogState;
  readonly size: number;
  readonly added: number;
}

export interface SequencerOptions extends Place {
  readonly keys: Keys;
  readonly log: JobLog;
  readonly batch?: number;
  /** Called after each batch and each signature. */
  readonly observe?: (observed: Observed) => void;
  /** Called with the length of the queue, up to 10,000, and the seconds that its first event waits. */
  readonly observeQueue?: (length: number, waits: number) => void;
}

export interface Sequencer {
  /** What was last seen. undefined: nothing yet. */
  readonly state: LogState | undefined;
  /** What a person should correct. undefined: nothing. */
  readonly trouble: string | undefined;
  /** Begins to integrate by itself. */
  start(): void;
  /**
   * Integrates and publishes what is committed now. Concurrent callers share the work. Resolves also if the log does
   * not sign; `state` says so.
   */
  settle(): Promise<void>;
  /** Ends it. What is committed is integrated, unless that fails. */
  close(): Promise<void>;
}

/** Runs work for callers that come while it runs once more, for all of them together. */
function shared(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const begin = () => {
    running = work().finally(() => {
      running = undefined;
    });
    return running;
  };
  const afterwards = async (before: Promise<void>) => {
    await before.catch(() => {});
    next = undefined;
    return begin();
  };
  return () => {
    if (!running) return begin();
    next ??= afterwards(running);
    return next;
  };
}

/**
 * Gives events their place in the log, apart from the requests that record them. Every instance has one; a lock lets
 * one work at a time. It may be killed at any statement: the queue, the log and the file of the last signature say
 * where to go on.
 */
export function sequencer(options: SequencerOptions): Sequencer {
  const { keys, log, batch = BATCH, observe = () => {}, observeQueue = () => {} } = options;
  const place: Place = { store: options.store };
  let state: LogState | undefined;
  /** Smaller after a statement timeout, because the database may be slow. */
  let size = batch;

  const see = (seen: Observed) => {
    if (seen.state !== state) {
      const trouble = troubleOf(seen.state);
      if (trouble) log.error({ state: seen.state, trouble }, 'the log is not signed');
      else if (state !== undefined) log.info({ size: seen.size }, 'the log is signed again');
    }
    state = seen.state;
    observe(seen);
  };

  /** Waits while another instance works. */
  async function inTurn<Result>(work: () => Promise<Result | undefined>): Promise<Result> {
    for (;;) {
      const result = await work();
      if (result !== undefined) return result;
      await sleep(TURN_MS);
    }
  }

  async function signNow(): Promise<void> {
    const seen = await inTurn(() => publish(place, keys));
    see({ state: seen.state, size: seen.head?.size ?? 0, added: 0 });
  }

  async function all(): Promise<void> {
    const batch = size;
    const isMore = (last: Integrated | undefined) => last === undefined || last.taken === batch;
    let signedAt = performance.now();
    for (let last: Integrated | undefined; isMore(last) && performance.now() < endAt; ) {
      last = await inTurn(() => integrate(place, keys, { batch }));
      see(last);
      if (performance.now() - signedAt < PACE_MS) continue;
      await signNow();
      signedAt = performance.now();
    }
    await signNow();
  }

  const settle = shared(all);

  let timer: NodeJS.Timeout | undefined;
  let dueAt = Number.POSITIVE_INFINITY;
  let failures = 0;
  let closed = false;
  let endAt = Number.POSITIVE_INFINITY;
  let failure: unknown;

  function tell(error: unknown): void {
    const isSame = failure !== undefined && rootCause(failure) === rootCause(error);
    failure = error;
    if (isSame) return;
    if (isDatabaseUnavailable(error)) {
      log.warn(
        { cause: rootCause(error) },
        'failed to integrate events: the database is not available',
      );
    } else log.error({ err: error }, 'failed to integrate events into the log');
  }

  /** Looks whether there is work, which costs one small statement. */
  async function look(): Promise<boolean> {
    type Row = {
      queue: number;
      size: string | null;
      published: boolean | null;
      waits: number | null;
    };
    const [row] = await query<Row>(place, LOOK, []);
    observeQueue(row?.queue ?? 0, row?.waits ?? 0);
    return row === undefined || row.queue > 0 || row.published !== true;
  }

  async function wake(): Promise<void> {
    dueAt = Number.POSITIVE_INFINITY;
    try {
      const hasWork = await look();
      // The first time it compares the log with what was signed, and later it sees that it was recovered.
      if (hasWork || state !== 'signing') {
        await settle();
        if (state === 'signing') observeQueue(0, 0);
      }
      [failures, failure, size] = [0, undefined, batch];
      wakeIn(POLL_MS);
    } catch (error) {
      tell(error);
      if (isStatementTimeout(error)) size = Math.ceil(size / 2);
      wakeIn(Math.min(RETRY_MS * 2 ** failures, POLL_MS));
      failures += 1;
    }
  }

  /** Wakes after this time, or earlier if that is planned. */
  function wakeIn(ms: number): void {
    const at = performance.now() + ms;
    if (closed || at >= dueAt) return;
    clearTimeout(timer);
    dueAt = at;
    timer = setTimeout(() => void wake(), ms);
    timer.unref();
  }

  let ignore = () => {};
  return {
    get state() {
      return state;
    },
    get trouble() {
      const isOwn = failure !== undefined && !isDatabaseUnavailable(failure);
      return (state && troubleOf(state)) ?? (isOwn ? FAILS : undefined);
    },
    start() {
      ignore = onRecorded(place.store, () => {
        if (failures === 0) wakeIn(PACE_MS);
      });
      wakeIn(0);
    },
    settle,
    async close() {
      if (closed) return;
      closed = true;
      endAt = performance.now() + LAST_MS;
      ignore();
      clearTimeout(timer);
      if (dueAt !== Number.POSITIVE_INFINITY || state !== undefined) await settle().catch(tell);
    },
  };
}
