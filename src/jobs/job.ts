import type { Database } from '../database/client.js';

/** The part of the server's log that jobs use. */
export interface JobLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
  child(details: object): JobLog;
}

export interface JobContext {
  readonly database: Database;
  readonly log: JobLog;
  /** Aborted when the server stops or the job loses its lock. The job must then return or throw soon. */
  readonly signal: AbortSignal;
}

/** Background work. Only one server instance runs it at a time; several instances take turns. */
export interface Job {
  /** Unique name, for the lock, the metrics and the log lines. */
  readonly name: string;
  /** Time between runs. It varies by 10 %, so that instances do not run in step. */
  readonly everyMs: number;
  /** Starts the first run right after the start, instead of within the first period. */
  readonly runAtStart?: boolean;
  /**
   * Begins to watch for work that should not wait for the period. The job calls `wake` when there may be some, and not
   * more often than it wants to run. After a failure, the period counts all the same.
   * @returns a function that ends it
   */
  readonly watch?: (wake: () => void) => () => void;
  /**
   * Returns `'again'` to run after the next period, or `'done'` to end the job on this instance. A run may be
   * interrupted or repeated, so its work must be idempotent.
   */
  run(context: JobContext): Promise<'again' | 'done'>;
}

/**
 * Outcome of a run. `finished`: it returned `'done'`. `stopped`: its signal was aborted and it threw.
 * `skipped`: another instance has the lock.
 */
export type JobOutcome = 'succeeded' | 'finished' | 'failed' | 'stopped' | 'skipped';

export interface JobRun {
  readonly name: string;
  readonly outcome: JobOutcome;
  readonly seconds: number;
}
