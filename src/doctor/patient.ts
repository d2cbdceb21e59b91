import { existsSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { Config } from '../config/config.js';
import { databaseAccess } from '../database/access.js';
import { connection } from '../database/connection.js';
import { joinEmbedded } from '../database/embedded/join.js';
import { rootCause } from '../database/errors.js';
import { readPassword } from '../database/role/password.js';
import { SERVER_ROLE } from '../database/server-role.js';
import { type Read, run } from '../database/sql.js';

/** A connection as the server has it, in a session that cannot write. */
export interface Connected {
  readonly client: pg.Client;
  readonly read: Read;
  /** Role, address and name of the database. */
  readonly where: string;
}

/** Why there is no connection. */
export interface NotConnected {
  readonly where: string;
  readonly code: string;
  readonly cause: string;
}

/** What the checks look at. */
export interface Patient {
  readonly config: Config;
  readonly database: Connected | NotConnected;
  /** Whether a server answers at its port. undefined: not known. */
  readonly serverAnswers?: boolean | undefined;
  close(): Promise<void>;
}

const MAX_STATEMENT_MS = 10_000;

/** The session of a person who reads: it waits for nobody, and nobody waits for it. */
const SESSION = [
  'SET default_transaction_read_only = on',
  `SET statement_timeout = ${MAX_STATEMENT_MS}`,
  'SET lock_timeout = 1000',
].join('; ');

/** Role, host, port and database of a URL: what can be shown. */
function placeOf(url: string): string {
  const { username, host, pathname } = new URL(url);
  return `${decodeURIComponent(username) || 'no role'} at ${host}${pathname}`;
}

interface Opened {
  readonly url: string;
  stop(): Promise<void>;
}

/** The URL of the server. It neither makes a password nor a database, as a start would. */
async function urlOf(config: Config): Promise<Opened | NotConnected> {
  const { DATABASE_URL, SIGNING_KEYS_DIR = '', EMBEDDED_PG_DIR: dir } = config;
  if (DATABASE_URL !== undefined) {
    const { url } = await databaseAccess({ ...config, MIGRATION_DATABASE_URL: undefined });
    return { url, stop: async () => {} };
  }
  const where = `the embedded PostgreSQL in ${dir}`;
  if (!existsSync(join(dir, 'data'))) {
    return { where, code: 'NO_DATABASE', cause: 'no server has started here yet' };
  }
  const password = await readPassword(SIGNING_KEYS_DIR);
  if (password === undefined) {
    const cause = `the password of the role ${SERVER_ROLE} is missing in ${SIGNING_KEYS_DIR}`;
    return { where, code: 'NO_PASSWORD', cause };
  }
  const embedded = joinEmbedded(config);
  const owner = await embedded.ready;
  const url = Object.assign(new URL(owner), { username: SERVER_ROLE, password }).href;
  return { url, stop: () => embedded.stop() };
}

async function connect({ url, stop }: Opened, timeoutMs: number) {
  const where = placeOf(url);
  const client = new pg.Client({
    connectionTimeoutMillis: timeoutMs,
    query_timeout: MAX_STATEMENT_MS + 1000,
    application_name: 'secure-release-platform doctor',
    ...connection(url),
  });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query(SESSION);
    const read: Read = (statement, values) => run(client, statement, values);
    return { client, read, where };
  } catch (error) {
    await client.end().catch(() => {});
    await stop();
    throw error;
  }
}

/**
 * Connects as the server does. It starts an embedded PostgreSQL that does not run, and stops it again.
 * @returns also without a connection: that is a finding
 */
export async function openPatient(config: Config): Promise<Patient> {
  let where = config.DATABASE_URL ? placeOf(config.DATABASE_URL) : config.EMBEDDED_PG_DIR;
  try {
    const opened = await urlOf(config);
    if (!('url' in opened)) return { config, database: opened, close: async () => {} };
    where = placeOf(opened.url);
    const database = await connect(opened, config.DATABASE_CONNECT_TIMEOUT_MS);
    const close = async () => {
      await database.client.end().catch(() => {});
      await opened.stop();
    };
    return { config, database, close };
  } catch (error) {
    const { code = '' } = error as { code?: string };
    const database = { where, code, cause: rootCause(error) };
    return { config, database, close: async () => {} };
  }
}
