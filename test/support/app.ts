import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, inject } from 'vitest';
import { type AppDependencies, buildApp } from '../../src/app.js';
import { loadConfig } from '../../src/config/config.js';
import { type Database, openDatabase } from '../../src/database/client.js';
import { documentReader } from '../../src/features/evidence/document-reader.js';
import {
  type LargeDecisions,
  type LargeOptions,
  largeDecisions,
} from '../../src/features/verdicts/large-decisions.js';
import { serverDatabaseUrl } from './database.js';

export const BUILD = {
  name: 'secure-release-platform',
  version: '1.2.3',
  commit: '0123456789abcdef0123456789abcdef01234567',
  buildDate: '2026-01-02T03:04:05.000Z',
};

/** Shared by all applications of this process, because each new thread loads all parsers. */
export const reader = documentReader(
  2,
  (error) => {
    throw error;
  },
  // So long that tests reach other limits first, also on a busy machine.
  { timeoutMs: 3_600_000, waitMs: 3_600_000, worker: inject('parserWorker') },
);

/** So long that a busy machine is not taken for a fault. Tests of a limit set it. */
const PATIENT_MS = 110_000;
const PATIENT = {
  DATABASE_CONNECT_TIMEOUT_MS: String(PATIENT_MS),
  DATABASE_LOCK_TIMEOUT_MS: String(PATIENT_MS),
  DATABASE_STATEMENT_TIMEOUT_MS: String(PATIENT_MS),
};

/** Threads for large decisions, whose limits a test sets. */
export const testDecisions = (
  connection: LargeOptions['connection'],
  options: Partial<LargeOptions> = {},
): LargeDecisions =>
  largeDecisions({
    connection,
    threads: 1,
    onError: (error) => {
      throw error;
    },
    worker: inject('decisionWorker'),
    waitMs: 3_600_000,
    ...options,
  });

/** Builds the application on a real database, without a listener. `close` also closes its pool. */
export async function buildTestApp(
  url = serverDatabaseUrl(),
  env: Record<string, string> = {},
  ready = true,
  given: Partial<AppDependencies> | ((database: Database) => Partial<AppDependencies>) = {},
  limits: Partial<LargeOptions> = {},
) {
  const fixed = { DATABASE_POOL_MAX: '4', MAX_EVENT_LOOP_DELAY_MS: '0' };
  const config = loadConfig({ ...PATIENT, ...fixed, ...env });
  const database = openDatabase(url, config);
  const more = typeof given === 'function' ? given(database) : given;
  const large = more.large ?? testDecisions(database.connectionSettings, limits);
  const app = await buildApp({
    config,
    database,
    build: BUILD,
    reader,
    probeMs: PATIENT_MS,
    large,
    ...more,
  });
  app.addHook('onClose', () => large.close());
  app.addHook('onClose', () => database.close());
  if (ready) await app.ready();
  return app;
}

function useBuilt(
  build: () => Promise<FastifyInstance>,
  end: (app: FastifyInstance) => Promise<void>,
): { readonly app: FastifyInstance } {
  let app: FastifyInstance | undefined;
  beforeAll(async () => {
    app = await build();
  });
  afterAll(() => app && end(app));
  return {
    get app() {
      if (!app) throw new Error('the application is built in beforeAll');
      return app;
    },
  };
}

const shared = new Map<string, Promise<FastifyInstance>>();

/**
 * One application per environment for all test files of this process, because building it takes longer than most tests.
 * An application that listens is closed after its test file.
 */
export function useApp(env: Record<string, string> = {}): { readonly app: FastifyInstance } {
  const key = JSON.stringify(env);
  const build = () => {
    const building = shared.get(key) ?? buildTestApp(serverDatabaseUrl(), env);
    shared.set(key, building);
    return building;
  };
  return useBuilt(build, async (app) => {
    if (!app.server.listening) return;
    shared.delete(key);
    await app.close();
  });
}

/** Like `useApp`, but with a separate application, for tests of its counters or other state. */
export function useOwnApp(
  env: Record<string, string> = {},
  more: Partial<AppDependencies> = {},
  limits: Partial<LargeOptions> = {},
): { readonly app: FastifyInstance } {
  return useBuilt(
    () => buildTestApp(serverDatabaseUrl(), env, true, more, limits),
    (app) => app.close(),
  );
}
