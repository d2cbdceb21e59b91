import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll } from 'vitest';
import { buildApp } from '../../src/app.js';
import { loadConfig } from '../../src/config/config.js';
import { openDatabase } from '../../src/database/client.js';
import { documentReader } from '../../src/features/evidence/document-reader.js';
import { testDatabaseUrl } from './database.js';

export const BUILD = {
  name: 'secure-release-platform',
  version: '1.2.3',
  commit: '0123456789abcdef0123456789abcdef01234567',
  buildDate: '2026-01-02T03:04:05.000Z',
};

/** Shared by all applications of this process: a thread that starts reads and compiles all parsers. */
const reader = documentReader(2, (error) => {
  throw error;
});

/** The application on a real database, without a listener; `close` also closes its pool. */
export async function buildTestApp(
  url = testDatabaseUrl(),
  env: Record<string, string> = {},
  ready = true,
) {
  const config = loadConfig({ DATABASE_POOL_MAX: '4', MAX_EVENT_LOOP_DELAY_MS: '0', ...env });
  const database = openDatabase(url, config);
  const app = await buildApp({ config, database, build: BUILD, reader });
  app.addHook('onClose', () => database.close());
  if (ready) await app.ready();
  return app;
}

/** One application for a test file. */
export function useApp(env: Record<string, string> = {}): { readonly app: FastifyInstance } {
  let app: FastifyInstance | undefined;
  beforeAll(async () => {
    app = await buildTestApp(testDatabaseUrl(), env);
  });
  afterAll(() => app?.close());
  return {
    get app() {
      if (!app) throw new Error('the application is built in beforeAll');
      return app;
    },
  };
}
