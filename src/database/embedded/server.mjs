// @ts-check
import { readFile } from 'node:fs/promises';
import {
  connect,
  DATABASE,
  ensureCluster,
  ensureDatabase,
  findPrograms,
  places,
  run,
  StartError,
  USER,
} from './cluster.mjs';
import { portTaken, probe, removeStalePidFile, startServer } from './process.mjs';

/**
 * Keeps the embedded PostgreSQL running for the parent process. Stops it when the last such parent ends. A killed
 * parent is noticed, because its IPC channel closes.
 *
 * It is a separate process, because PostgreSQL refuses to run as root: a parent that is root starts it as `nobody` in a
 * user namespace.
 *
 * argv[2]: the options as JSON. Messages to the parent: at first `{ ready: url }` or `{ error: text }`, then
 * `{ trouble: text }` and `{ runs: true }`. Message from the parent: `'stop'`.
 *
 * @import pg from 'pg'
 * @import { Options } from './cluster.mjs'
 */

/** Every user of the server holds this lock in shared mode. The last user can get it exclusively. */
const LEASE_KEY = 1_397_903_443;
const START_TIMEOUT_MS = 30_000;
const RETRY_MS = 100;
/** A PostgreSQL that does not start again is tried after this time at the latest. */
const MAX_BACKOFF_MS = 5000;

/** @type {Options} */
const options = JSON.parse(process.argv[2] ?? '{}');
process.umask(0o077);

/** Returns undefined while the server starts or stops. */
async function takeLease() {
  try {
    await ensureDatabase(options);
    const lease = await connect(options, 'postgres');
    await lease.query('SELECT pg_advisory_lock_shared($1)', [LEASE_KEY]);
    return lease;
  } catch {
    return undefined;
  }
}

/**
 * Starts the server if it does not run, and takes a lease on it.
 * @returns {Promise<{ lease: pg.Client, stop: () => Promise<unknown> }>}
 */
async function acquire() {
  const programs = await findPrograms(options.package);
  const stop = () =>
    run(programs.pg_ctl, ['stop', '-D', places(options).data, '-m', 'fast', '-w', '-s']);

  let started = false;
  const attempt = async () => {
    await ensureCluster(options, programs);
    const state = await probe(options);
    if (state === 'foreign') throw portTaken(options);
    if (state === 'stopped') {
      // Throws if the server runs on another port. That server must not be stopped below.
      await removeStalePidFile(options);
      started = true;
      await startServer(options, programs);
    }
    return takeLease();
  };
  try {
    const deadline = Date.now() + START_TIMEOUT_MS;
    while (Date.now() < deadline) {
      const lease = await attempt();
      if (lease) return { lease, stop };
      await sleep(RETRY_MS);
    }
    throw new StartError(
      `PostgreSQL did not answer within ${START_TIMEOUT_MS / 1000} s. See ${places(options).log}`,
    );
  } catch (error) {
    if (started) await stop().catch(() => {}); // no other process would stop it
    throw error;
  }
}

/** @type {ReturnType<typeof acquire> | undefined} */
let held;
let leaving = false;

/** @returns {Promise<unknown>} */
const sleep = (/** @type {number} */ ms) => new Promise((done) => setTimeout(done, ms));

async function hold() {
  held = acquire();
  const { lease } = await held;
  lease.on('end', () => {
    if (!leaving) void holdAgain(); // PostgreSQL crashed or was stopped by hand: start it again
  });
}

/** A parent that has ended needs no message. */
function tell(/** @type {{ trouble: string } | { runs: true }} */ message) {
  if (process.connected) process.send?.(message);
}

/** Tries until PostgreSQL runs. It never gives up, and tells the parent why it does not run. */
async function holdAgain() {
  tell({ trouble: 'PostgreSQL ended' });
  for (let waitMs = RETRY_MS; !leaving; waitMs = Math.min(2 * waitMs, MAX_BACKOFF_MS)) {
    try {
      await hold();
      tell({ runs: true });
      return;
    } catch (error) {
      tell({ trouble: reasonOf(error) });
      await sleep(waitMs);
    }
  }
}

/** Releases the lease. Stops the server if no other process has one. */
async function leave() {
  if (leaving) return;
  leaving = true;
  try {
    const { lease, stop } = (await held) ?? {}; // the server may still be starting
    if (!lease || !stop) return;
    await lease.query('SELECT pg_advisory_unlock_shared($1)', [LEASE_KEY]);
    const { rows } = await lease.query('SELECT pg_try_advisory_lock($1) AS last', [LEASE_KEY]);
    if (rows[0].last) await stop();
  } catch {
    // The server has already ended.
  } finally {
    process.exit(0);
  }
}

/** For the person who starts the server. */
function reasonOf(/** @type {unknown} */ error) {
  const { message, code } = /** @type {NodeJS.ErrnoException} */ (error);
  if (code === 'ENOSPC') return `the disk of ${options.dir} is full (ENOSPC). Free disk space`;
  const denied = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'ENOENT'].includes(code ?? '');
  return denied
    ? `cannot write to ${options.dir} (${code}). Set EMBEDDED_PG_DIR to a directory that this user can ` +
        'write to, or DATABASE_URL to use your own PostgreSQL.'
    : message;
}

function report(/** @type {unknown} */ error) {
  if (process.connected) process.send?.({ error: reasonOf(error) }, () => process.exit(1));
  else process.exit(1);
}

process.on('disconnect', leave).on('SIGTERM', leave).on('SIGINT', leave);
process.on('message', (message) => message === 'stop' && leave());
process.on('uncaughtException', report).on('unhandledRejection', report);

await hold();
const password = (await readFile(places(options).password, 'utf8')).trim();
process.send?.({ ready: `postgresql://${USER}:${password}@127.0.0.1:${options.port}/${DATABASE}` });
