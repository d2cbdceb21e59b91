import { Session } from 'node:inspector/promises';

/**
 * Counts how often V8 enters a block of code. Unlike time, the count is the same on a busy machine. The work of
 * built-in functions, such as `includes`, `sort` and regular expressions, does not count.
 */
const session = new Session();

/** Call it before the code under test is loaded: code that was compiled earlier has no counters. */
export async function startCounting(): Promise<void> {
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
}

/** Counts the blocks of code that a call enters. */
export async function workOf(call: () => unknown): Promise<number> {
  await session.post('Profiler.takePreciseCoverage'); // resets the counters
  call();
  const { result } = await session.post('Profiler.takePreciseCoverage');
  return result
    .flatMap(({ functions }) => functions.flatMap(({ ranges }) => ranges))
    .reduce((sum, { count }) => sum + count, 0);
}

/**
 * Returns the factor by which work grows when the size doubles: 2 for linear work, 4 for quadratic work.
 * @param prepare creates the call for a size. Its own work does not count
 */
export async function growth(size: number, prepare: (size: number) => () => unknown) {
  prepare(10)(); // compiles schemas, fills caches
  const work = await workOf(prepare(size));
  return (await workOf(prepare(2 * size))) / work;
}

/** Maximum result of `growth` for linear work. */
export const LINEAR = 2.1;
