import { onTestFinished, vi } from 'vitest';

/** Makes `Date.now()` return this time until the test ends. It does not change the clock of PostgreSQL. */
export function setClock(now: number): void {
  const spy = vi.spyOn(Date, 'now').mockReturnValue(now);
  onTestFinished(() => spy.mockRestore());
}

/** Moves `Date.now()` forward, instead of waiting. */
export const skipTime = (milliseconds: number): void => setClock(Date.now() + milliseconds);

/** Moves `performance.now()` forward, which the time of day does not change, until the test ends. */
export function skipElapsed(milliseconds: number): void {
  const now = performance.now.bind(performance);
  const spy = vi.spyOn(performance, 'now').mockImplementation(() => now() + milliseconds);
  onTestFinished(() => spy.mockRestore());
}

/** Sets all of the process's clock, also `new Date()`, until the test ends. Threads and PostgreSQL keep theirs. */
export function moveProcessClock(days: number): void {
  vi.setSystemTime(Date.now() + days * 86_400_000);
  onTestFinished(() => {
    vi.useRealTimers();
  });
}
