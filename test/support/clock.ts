import { onTestFinished, vi } from 'vitest';

/** What asks `Date.now()` is told this time, until the test ends or the clock is set again. PostgreSQL has its own. */
export function setClock(now: number): void {
  const spy = vi.spyOn(Date, 'now').mockReturnValue(now);
  onTestFinished(() => spy.mockRestore());
}

/** What asks `Date.now()` is told that so much time has passed, instead of waiting for it. */
export const skipTime = (milliseconds: number): void => setClock(Date.now() + milliseconds);
