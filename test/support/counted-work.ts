import { Session } from 'node:inspector/promises';

/**
 * Work, counted: how often V8 enters a block of code. The count is the same on a busy machine; time is not. What V8
 * does by itself counts as nothing: `includes`, `sort`, regular expressions.
 */
const session = new Session();

/** Call it before the code is loaded: code that was compiled earlier has no counters. */
export async function startCounting(): Promise<void> {
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
}

/** How many blocks of code a call enters. */
export async function workOf(call: () => unknown): Promise<number> {
  await session.post('Profiler.takePreciseCoverage'); // counts from 0 again
  call();
  const { result } = await session.post('Profiler.takePreciseCoverage');
  return result
    .flatMap(({ functions }) => functions.flatMap(({ ranges }) => ranges))
    .reduce((sum, { count }) => sum + count, 0);
}

/**
 * How much more work twice as much is: 2 where the work is linear, 4 where each is compared with each.
 * @param prepare makes the call for a size; what it does itself is not counted
 */
export async function growth(size: number, prepare: (size: number) => () => unknown) {
  prepare(10)(); // compiles schemas, fills caches
  const once = await workOf(prepare(size));
  return (await workOf(prepare(2 * size))) / once;
}

/** The most that `growth` may be where work is linear. */
export const LINEAR = 2.1;
