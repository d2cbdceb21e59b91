import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { onTestFinished } from 'vitest';
import { loadConfig } from '../../src/config/config.js';
import { type Database, openDatabase } from '../../src/database/client.js';
import { importRows } from '../../src/events/import.js';
import { openTransparency, type Transparency } from '../../src/features/transparency/index.js';
import { verify } from '../../src/features/verification/index.js';
import { type Keys, openKeys } from '../../src/security/signing/keys.js';
import { buildTestApp } from './app.js';
import { sql, testDatabaseUrl } from './database.js';

export const ORIGIN = 'srp.invalid/test';

/** A folder that is gone after the test. */
export async function keysFolder(): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), 'srp-keys-'));
  onTestFinished(() => rm(parent, { recursive: true, force: true }));
  return join(parent, 'keys');
}

export const testKeys = async (folder?: string, origin = ORIGIN): Promise<Keys> =>
  openKeys(folder ?? (await keysFolder()), () => origin);

export interface LogApp {
  readonly app: FastifyInstance;
  readonly keys: Keys;
  readonly log: Transparency;
  /** Integrates and publishes what is committed. */
  settle(): Promise<void>;
}

/** An application with a log, until the test ends. Its log does nothing by itself before `log.start`. */
export async function logApp({
  keys: given,
  env = {},
}: {
  keys?: Keys;
  env?: Record<string, string>;
} = {}): Promise<LogApp> {
  const keys = given ?? (await testKeys());
  let log: Transparency | undefined;
  const app = await buildTestApp(testDatabaseUrl(), env, true, ({ store }) => {
    log = openTransparency({ store, keys });
    return { transparency: log };
  });
  onTestFinished(() => app.close());
  if (!log) throw new Error('the application was not built');
  const { sequencer } = log;
  return { app, keys, log, settle: () => sequencer.settle() };
}

/** A pool of its own, as another instance has, until the test ends. */
export function anotherPool(env: Record<string, string> = {}): Database {
  const database = openDatabase(testDatabaseUrl(), loadConfig(env));
  onTestFinished(() => database.close());
  return database;
}

/** Adds events beside the API, in one statement. */
export const addEvents = (count: number, release: string | null = null) =>
  sql(
    `INSERT INTO events (type, subject_kind, subject_id, project_id, release_id, actor, data)
     SELECT 'audit-pack.issued', 'release', n::text, 1, $2::uuid, 'test',
            jsonb_build_object('n', n, 'environment', null)::text
       FROM generate_series(1, $1) n`,
    [count, release],
  );

/** A database that has just been migrated has events. */
export const emptyQueue = () =>
  sql(
    `BEGIN; SET LOCAL session_replication_role = replica; DELETE FROM events; DELETE FROM log_queue; COMMIT`,
  );

/** Runs statements as the owner of the database, without triggers and foreign keys. */
export const tamper = (text: string) =>
  sql(`SET session_replication_role = replica; ${text}; RESET session_replication_role`);

/** The statements for an owner who also takes the constraints of events away. They are back afterwards. */
export const unchecked = (change: string) =>
  `ALTER TABLE events DROP CONSTRAINT events_data_object_check, DROP CONSTRAINT events_time_check;
   ${change};
   ALTER TABLE events
     ADD CONSTRAINT events_data_object_check CHECK (jsonb_typeof(data::jsonb) = 'object') NOT VALID,
     ADD CONSTRAINT events_time_check CHECK (time >= '1970-01-01Z' AND time < '10000-01-01Z') NOT VALID`;

/** What `npm run log -- verify` prints, once the job has recorded the rows from before the events. */
export async function faultsOf(keys: Keys | undefined): Promise<string[]> {
  const database = anotherPool();
  await importRows(database);
  const found: string[] = [];
  await verify(database, { keys: keys, report: (fault) => void found.push(fault) });
  return found;
}
