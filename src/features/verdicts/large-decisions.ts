import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { LruMap } from 'toad-cache';
import type { ConnectionSettings } from '../../database/apart.js';
import { CODE } from '../../paths.js';
import { AppError } from '../../shared/app-error.js';
import { fairShare, type Load } from '../../shared/fair-share.js';
import { threadPool } from '../../shared/thread-pool.js';
import { fingerprintOf, type Question, type Row, rowsToRead } from './collect.js';
import type { Budget, LargeAnswer, LargeJudged, LargeTask, UsedUp } from './large-messages.js';

/** `owner` waits for a thread; `signal` ends the wait. */
export interface Waiting {
  readonly owner: string;
  readonly signal?: AbortSignal | undefined;
}

/** How a large question was answered. `remembered`: as too large, without trying again. */
export const LARGE_OUTCOMES = [
  'judged',
  'too-large',
  'remembered',
  'overloaded',
  'failed',
] as const;
export type Outcome = (typeof LARGE_OUTCOMES)[number];

/** Decisions that would take too long beside other requests. */
export interface LargeDecisions {
  /** Maximum number of reports that are read beside other requests. */
  readonly reports: number;
  isLarge(row: Row, isBrief?: boolean): boolean;
  /**
   * Waits for a thread and decides there. The waiting owner with the fewest threads comes first.
   * @returns undefined if the release or the environment does not exist any more
   * @throws {AppError} `decision-too-large`, `overloaded`
   */
  decide(question: Question, row: Row, waiting: Waiting): Promise<LargeJudged | undefined>;
  /** Its threads, and who waits for one. */
  load(): Load & { readonly total: number };
  close(): Promise<void>;
}

/** A row takes about 5 µs, and 10 µs if its licences are not known yet. A report takes about 100 µs. */
const MAX_ROWS = 5000;
const MAX_REPORTS = 200;
const BUDGET: Budget = { timeMs: 30_000, heapMib: 160, rowsMib: 128 };
/** Ends a thread that does not keep the time itself: its heap is nearly full, or PostgreSQL does not answer. */
const GRACE_MS = 3000;
/** How long a request waits for a thread. Longer than one decision may take. */
const WAIT_MS = 60_000;
const IDLE_MS = 30_000;
/** How long it is remembered that a question is too large, and for how many. */
const REMEMBER_MS = 600_000;
const REMEMBERED = 1000;

/** Path of the worker: the built file, or in development the loader that runs the sources. */
export function decisionWorker(): string {
  const built = new URL('decision-worker.js', CODE);
  const source = new URL('features/verdicts/worker-from-sources.mjs', CODE);
  return fileURLToPath(existsSync(built) ? built : source);
}

export interface LargeOptions {
  readonly connection: ConnectionSettings;
  /** Number of decisions at once. */
  readonly threads: number;
  readonly onError: (error: Error) => void;
  readonly onOutcome?: (outcome: Outcome) => void;
  /** Path of the worker that decides. */
  readonly worker?: string;
  /** More rows or reports are decided in a thread. */
  readonly rows?: number;
  readonly reports?: number;
  readonly budget?: Partial<Budget>;
  readonly waitMs?: number;
}

/** Decides large questions in threads with their own connections. The first one starts them. */
export function largeDecisions(options: LargeOptions): LargeDecisions {
  const { connection, threads, onError, onOutcome = () => {}, worker = decisionWorker() } = options;
  const { rows = MAX_ROWS, reports = MAX_REPORTS, waitMs = WAIT_MS } = options;
  const budget = { ...BUDGET, ...options.budget };
  const turns = fairShare({
    total: threads,
    // With several threads, one stays free of a caller that asks for more than its share.
    each: Math.max(1, threads - 1),
    timeoutMs: waitMs,
    busy: 'Too many large decisions are being made',
  });
  const tooMuch = new LruMap<UsedUp>(REMEMBERED, REMEMBER_MS);
  const pool = threadPool({
    ...{ worker, threads, onError },
    heapMib: budget.heapMib,
    idleMs: IDLE_MS,
  });

  const tooLarge = (usedUp: UsedUp, cause?: unknown) => {
    const [limit, less] =
      usedUp === 'time'
        ? [`${budget.timeMs / 1000} s`, 'time']
        : [`${budget.heapMib + budget.rowsMib} MiB of memory`, 'memory'];
    const detail = [
      `The decision takes more than ${limit}`,
      `To need less ${less}, retract reports that need not count, upload smaller reports, or simplify the policy`,
      `The answer stays the same for ${REMEMBER_MS / 60_000} minutes, unless the release or the policy changes`,
    ].join('. ');
    return new AppError('decision-too-large', detail, { cause });
  };

  /** Decides in a thread. A thread that uses up its memory or time ends. */
  async function inThread(question: Question): Promise<LargeAnswer> {
    const running = await pool.started();
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), budget.timeMs + GRACE_MS);
    const task: LargeTask = { question, connection, budget };
    try {
      return await running.run(task, { signal: abort.signal });
    } catch (error) {
      const { code, name } = error as { code?: unknown; name?: unknown };
      if (code === 'ERR_WORKER_OUT_OF_MEMORY') return { type: 'too-much', usedUp: 'memory' };
      if (name === 'AbortError') return { type: 'too-much', usedUp: 'time' };
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  async function decide(
    question: Question,
    row: Row,
    { owner, signal }: Waiting,
  ): Promise<LargeJudged | undefined> {
    const key = fingerprintOf(question, row);
    const known = () => {
      const usedUp = tooMuch.get(key);
      if (usedUp === undefined) return;
      onOutcome('remembered');
      throw tooLarge(usedUp);
    };
    known();
    const turn = await turns.take(1, owner, signal).catch((error: unknown) => {
      onOutcome('overloaded');
      throw error;
    });
    try {
      known(); // the same question may have waited before this one
      const answer = await inThread(question);
      if (answer.type === 'too-much') {
        tooMuch.set(key, answer.usedUp);
        onOutcome('too-large');
        throw tooLarge(answer.usedUp);
      }
      if (answer.type === 'failed') {
        onOutcome('failed');
        throw Object.assign(new Error(answer.message), { code: answer.code });
      }
      onOutcome('judged');
      return answer.type === 'missing' ? undefined : answer;
    } finally {
      turn.giveBack();
    }
  }

  return {
    reports,
    isLarge: (row, isBrief) => row.evidence === null || rowsToRead(row, isBrief) > rows,
    decide,
    load: () => ({ ...turns.load(), total: threads }),
    close: pool.close,
  };
}
