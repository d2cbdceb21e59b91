import { CLOCK, clockSkewOf } from '../database/probe.js';
import { type Finding, ok, warn } from './finding.js';
import type { Connected } from './patient.js';

/** Clocks that are synchronised differ by milliseconds. */
const MAX_SKEW_S = 5;

/** Compares the clock of this machine with that of the database. */
export async function checkClock({ client }: Connected): Promise<Finding[]> {
  const sentMs = Date.now();
  const { rows } = await client.query<{ now: number }>(CLOCK);
  const skew = clockSkewOf(rows[0]?.now ?? Number.NaN, sentMs, Date.now());
  if (Number.isNaN(skew)) throw new Error('the database did not tell its time');
  const seconds = Math.round(Math.abs(skew) * 10) / 10;
  if (Math.abs(skew) <= MAX_SKEW_S) return [ok(`it differs from the database by ${seconds} s`)];
  const found = `this machine is ${seconds} s ${skew < 0 ? 'ahead of' : 'behind'} the database`;
  return [warn(found, 'timedatectl, on both machines')];
}
