// @ts-check
import { spawn } from 'node:child_process';
import * as fs from 'node:fs/promises';
import { connect, places, StartError } from './cluster.mjs';

/**
 * Checks and starts the PostgreSQL process of a cluster, also after a crash.
 *
 * @import { Options, Programs } from './cluster.mjs'
 */

/** Process id and port of the server, from postmaster.pid (lines 1 and 4). */
async function recordedServer(/** @type {Options} */ options) {
  const text = await fs.readFile(places(options).pid, 'utf8').catch(() => '');
  const lines = text.split('\n');
  return { pid: Number(lines[0]) || undefined, port: Number(lines[3]) || undefined };
}

/** Name and state of a process on Linux, from /proc/PID/status. */
async function processStatus(/** @type {number} */ pid) {
  return fs.readFile(`/proc/${pid}/status`, 'utf8').catch(() => undefined);
}

/**
 * Removes a postmaster.pid that is left from a crash. Its process id may now belong to another program or to a zombie,
 * and PostgreSQL would then refuse to start.
 */
export async function removeStalePidFile(/** @type {Options} */ options) {
  const { pid, port } = await recordedServer(options);
  if (pid === undefined) return fs.rm(places(options).pid, { force: true }); // truncated by a crash
  if (process.platform !== 'linux') return;
  const status = await processStatus(pid);
  if (status === undefined) return; // the process does not exist: PostgreSQL detects that itself
  if (!/^Name:\s+postgres$/m.test(status) || /^State:\s+Z/m.test(status)) {
    await fs.rm(places(options).pid);
  } else if (port !== undefined && port !== options.port) {
    throw new StartError(
      `a PostgreSQL already serves ${options.dir} on port ${port}. Set EMBEDDED_PG_PORT=${port} to share it`,
    );
  }
}

export function portTaken(/** @type {Options} */ { port }) {
  return new StartError(
    `port ${port} on 127.0.0.1 is used by another program. ` +
      'Set EMBEDDED_PG_PORT to a free port, or DATABASE_URL to use that PostgreSQL.',
  );
}

/** Checks what answers on the port. 'busy': this cluster's server is starting or stopping. */
export async function probe(/** @type {Options} */ options) {
  try {
    const client = await connect(options, 'postgres');
    const { rows } = await client.query('SHOW data_directory').finally(() => client.end());
    const real = await fs.realpath(rows[0].data_directory).catch(() => '');
    return real === (await fs.realpath(places(options).data)) ? 'running' : 'foreign';
  } catch (error) {
    if (error instanceof StartError) throw error;
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code === 'ECONNREFUSED') return 'stopped';
    if (code === '28P01' && (await recordedServer(options)).port === options.port) {
      throw new StartError(
        `the password in ${places(options).password} does not match the data beside it. ` +
          'Restore the file, or set EMBEDDED_PG_DIR to another directory.',
      );
    }
    const ending =
      ['57P01', '57P03', 'ECONNRESET'].includes(code ?? '') || /terminated|ended/.test(message);
    return ending && (await recordedServer(options)).pid !== undefined ? 'busy' : 'foreign';
  }
}

/**
 * Starts PostgreSQL as a daemon, so that it can outlive this process while others use it. Returns without an error if
 * the cause of a failure is temporary: the remains of a crashed server, or another start.
 * @throws {StartError} for any other cause
 */
export async function startServer(
  /** @type {Options} */ options,
  /** @type {Programs} */ { pg_ctl },
) {
  const { data, log } = places(options);
  const logged = await fs.stat(log).then(
    ({ size }) => size,
    () => 0,
  );
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'log_checkpoints=off', // the log is never rotated
  ];
  if (options.throwaway) {
    settings.push(
      'fsync=off',
      'synchronous_commit=off',
      'full_page_writes=off',
      'max_wal_size=4GB',
    );
  }
  const flags = `-p ${options.port} ${settings.map((setting) => `-c ${setting}`).join(' ')}`;
  const args = ['start', '-D', data, '-l', log, '-w', '-t', '60', '-s', '-o', flags];
  // The daemon would keep inherited pipes open, so its output is not captured. Its log has the cause.
  const child = spawn(pg_ctl, args, { stdio: 'ignore', env: { ...process.env, LC_ALL: 'C' } });
  const code = await new Promise((done) => child.on('close', done));
  if (code === 0) return;

  const text = await fs.readFile(log).catch(() => Buffer.alloc(0));
  const tail = text.subarray(logged).toString().trimEnd().split('\n').slice(-6).join('\n');
  if (/lock file .* already exists|is still in use/.test(tail)) return;
  if (/could not bind|could not create any TCP\/IP sockets/.test(tail)) throw portTaken(options);
  throw new StartError(`PostgreSQL did not start. The end of ${log}:\n${tail}`);
}
