import { setTimeout as sleep } from 'node:timers/promises';
import type { Job } from './job.js';

export interface Alarm {
  /**
   * Waits until the time is over, the job wakes it, or the server stops.
   * @param deaf whether the job cannot end the wait. A call is remembered until the next wait
   * @returns whether the job called since the last wait
   */
  wait(ms: number, deaf: boolean): Promise<boolean>;
  /** Ends the watch of the job. */
  end(): void;
}

/** Waits of a job that watches for work. */
export function alarm({ watch }: Pick<Job, 'watch'>, stop: AbortSignal): Alarm {
  let called = false;
  let wake = () => {};
  const ignore = watch?.(() => {
    called = true;
    wake();
  });
  return {
    async wait(ms, deaf) {
      const waiting = new AbortController();
      const end = () => waiting.abort();
      stop.addEventListener('abort', end);
      if (!deaf) wake = end;
      if (stop.aborted || (called && !deaf)) end();
      await sleep(ms, undefined, { signal: waiting.signal, ref: false }).catch(() => {});
      stop.removeEventListener('abort', end);
      wake = () => {};
      const was = called;
      called = false;
      return was;
    },
    end: () => ignore?.(),
  };
}
