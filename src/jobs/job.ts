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
  /** Aborted when the server stops, or when the job's lock is lost. The job then returns or throws soon. */
  readonly signal: AbortSignal;
}

/** Work that is not a request. At any time one server instance runs it; several instances take turns. */
export interface Job {
  /** Names the lock, the metrics and the log lines. Unique. */
  readonly name: string;
  /** Time from the end of a run to the next one. It varies by a tenth, so that instances spread out. */
  readonly everyMs: number;
  /** The first run comes right after the start, instead of within the first period. */
  readonly runAtStart?: boolean;
  /**
   * `'again'`: in a period. `'done'`: this instance does not run the job again. A run may be cut off or repeated,
   * so it must be safe to do its work twice.
   */
  run(context: JobContext): Promise<'again' | 'done'>;
}

/**
 * How a run ended. `finished`: it said `'done'`. `stopped`: its signal was aborted and it threw.
 * `skipped`: another instance has the lock.
 */
export type JobOutcome = 'succeeded' | 'finished' | 'failed' | 'stopped' | 'skipped';

export interface JobRun {
  readonly name: string;
  readonly outcome: JobOutcome;
  readonly seconds: number;
}
