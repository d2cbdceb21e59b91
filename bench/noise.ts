import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

const SAMPLE_MS = 250;
/** Share of one processor that other programs may use while the benchmark is idle. */
const QUIET = 0.1;
const ATTEMPTS = 20;

function busyMs(): number {
  const times = cpus().map(({ times: { user, nice, sys, irq } }) => user + nice + sys + irq);
  return times.reduce((sum, time) => sum + time, 0);
}

/** Measures how many processors other programs use. The benchmark must be idle meanwhile. */
export async function noise(): Promise<number> {
  const [began, busy] = [performance.now(), busyMs()];
  await sleep(SAMPLE_MS);
  return (busyMs() - busy) / (performance.now() - began);
}

/** Waits until the machine is quiet. @returns false if it is still busy after all attempts */
export async function quiet(): Promise<boolean> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if ((await noise()) < QUIET) return true;
    await sleep(500);
  }
  return false;
}
