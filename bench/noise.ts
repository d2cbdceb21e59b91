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

/** On a machine that is always busy, each further wait is half as long, so that the benchmark ends. */
let attempts = ATTEMPTS;

/** Waits until the machine is quiet. @returns false if it is still busy after all attempts */
export async function quiet(): Promise<boolean> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    if ((await noise()) < QUIET) {
      attempts = ATTEMPTS;
      return true;
    }
    await sleep(500);
  }
  attempts = Math.max(1, Math.floor(attempts / 2));
  return false;
}
