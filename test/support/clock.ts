import { onTestFinished, vi } from 'vitest';

/** Makes `Date.now()` return this time until the test ends. It does not change the clock of PostgreSQL. */
export function setClock(now: number): void {
  const spy = vi.spyOn(Date, 'now').mockReturnValue(now);
  onTestFinished(() => spy.mockRestore());
}

/** Moves `Date.now()` forward, instead of waiting. */
export const skipTime = (milliseconds: number): void => setClock(Date.now() + milliseconds);
