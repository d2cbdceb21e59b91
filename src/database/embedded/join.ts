import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../config/config.js';
import { type EmbeddedDatabase, startEmbedded } from './embedded.js';

/** Line numbers in PostgreSQL's postmaster.pid, from 0. */
const PID_LINE = 0;
const PORT_LINE = 3;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // the process of another user
  }
}

/** The PostgreSQL that runs in a directory. undefined: none runs. */
export function runningServer(dir: string): { pid: number; port: number } | undefined {
  try {
    const lines = readFileSync(join(dir, 'data', 'postmaster.pid'), 'utf8').split('\n');
    const [pid, port] = [Number(lines[PID_LINE]), Number(lines[PORT_LINE])];
    return pid > 0 && port > 0 && isAlive(pid) ? { pid, port } : undefined;
  } catch {
    return undefined; // the file does not exist: PostgreSQL does not run
  }
}

/**
 * For programs beside the server: joins its embedded PostgreSQL on the port where it runs. Starts it on the configured
 * port if it does not run.
 */
export function joinEmbedded(
  config: Pick<Config, 'EMBEDDED_PG_DIR' | 'EMBEDDED_PG_PORT'>,
): EmbeddedDatabase {
  const { EMBEDDED_PG_DIR: dir, EMBEDDED_PG_PORT } = config;
  return startEmbedded({ dir, port: runningServer(dir)?.port ?? EMBEDDED_PG_PORT });
}
