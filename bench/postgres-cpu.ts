import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Resolution of the process times in /proc/PID/stat on Linux, microseconds. */
const TICK_US = 10_000;

/** Returns the CPU time of all processes of PostgreSQL, in microseconds; 0 without /proc. */
export function postgresCpuUs(dataFolder: string): number {
  try {
    const [postmaster = ''] = readFileSync(join(dataFolder, 'postmaster.pid'), 'utf8').split('\n');
    const children = readdirSync('/proc').filter(
      (name) => /^\d+$/.test(name) && statOf(name)[1] === postmaster,
    );
    const ended = sum(statOf(postmaster), 13, 15) * TICK_US;
    return [postmaster, ...children].reduce((total, process) => total + cpuUs(process), ended);
  } catch {
    return 0;
  }
}

/** Returns the fields of `/proc/PID/stat` after the process name, beginning with the third (state). */
function statOf(process: string): string[] {
  try {
    return readFileSync(`/proc/${process}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  } catch {
    return []; // the process has ended
  }
}

/**
 * CPU time of one process. The scheduler counts nanoseconds. The ticks of `stat` are rounded down, and with 40
 * processes that was up to a tenth of what a round takes.
 */
function cpuUs(process: string): number {
  try {
    const [nanoseconds] = readFileSync(`/proc/${process}/schedstat`, 'utf8').split(' ');
    return Number(nanoseconds) / 1000;
  } catch {
    return sum(statOf(process), 11, 13) * TICK_US;
  }
}

const sum = (fields: string[], from: number, to: number) =>
  fields.slice(from, to).reduce((total, field) => total + Number(field), 0);
