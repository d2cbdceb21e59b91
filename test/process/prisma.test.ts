import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { execute } from '../setup/databases.js';
import { createEmptyDatabase } from '../support/database.js';

/** The official CLI on the WebAssembly engine, as `npx prisma …` runs it. */
const require = createRequire(import.meta.url);
let database: Awaited<ReturnType<typeof createEmptyDatabase>>;
beforeAll(async () => {
  database = await createEmptyDatabase();
});
afterAll(() => database.drop());

const prisma = (...args: string[]) => prismaWith({ DATABASE_URL: database.url }, ...args);

function prismaWith(urls: Record<string, string>, ...args: string[]) {
  const cli = require.resolve('prisma/build/index.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...urls, PRISMA_HIDE_UPDATE_MESSAGE: '1' },
  });
  return { status, output: stdout + stderr };
}

const DIFF = [
  ...['migrate', 'diff', '--exit-code', '--from-migrations', 'prisma/migrations'],
  ...['--to-schema', 'prisma/schema.prisma'],
];

describe('prisma', () => {
  it('finds no drift between the migrations and the schema', () => {
    expect(prisma(...DIFF)).toMatchObject({
      status: 0,
      output: expect.stringContaining('No difference detected'),
    });
  });

  it('reports, adopts, migrates and seeds a database of the old service', async () => {
    await execute(
      database.url,
      `CREATE TABLE projects (
         id SERIAL PRIMARY KEY, name VARCHAR NOT NULL, status VARCHAR NOT NULL)`,
      'CREATE INDEX ix_projects_id ON projects (id)',
    );
    expect(prisma('migrate', 'status').output).toContain('have not yet been applied');
    const refused = prisma('migrate', 'deploy');
    expect(refused.status).toBe(1);
    expect(refused.output).toContain('P3005');
    const resolved = prisma('migrate', 'resolve', '--applied', '20240101000000_projects');
    expect(resolved.status, resolved.output).toBe(0);
    const deployed = prisma('migrate', 'deploy');
    expect(deployed.status, deployed.output).toBe(0);
    expect(prisma('migrate', 'status')).toMatchObject({
      status: 0,
      output: expect.stringContaining('up to date'),
    });
    expect(prisma('db', 'seed').output).toContain('Created 4 projects');
    expect(prisma('db', 'seed').output).toContain('the database already has 4');
  });

  it('is the owner of the database, where the server has a role of its own', () => {
    const urls = {
      DATABASE_URL: 'postgresql://srp_server:secret@127.0.0.1:1/none',
      MIGRATION_DATABASE_URL: database.url,
    };
    const { pathname } = new URL(database.url);
    expect(prismaWith(urls, 'migrate', 'status').output).toContain(pathname.slice(1));
  });

  it('migrates an empty database with migrate dev', async () => {
    const saved = database;
    database = await createEmptyDatabase();
    const developed = prisma('migrate', 'dev');
    await database.drop();
    database = saved;
    expect(developed.status, developed.output).toBe(0);
    expect(developed.output).toContain('now in sync');
  });

  it('explains why it cannot connect', () => {
    const saved = database;
    database = { ...saved, url: 'postgresql://u:hunter2@127.0.0.1:1/db' };
    const refused = prisma('migrate', 'status');
    database = saved;
    expect(refused.status).toBe(1);
    expect(refused.output).toContain('P1001');
    expect(refused.output).not.toContain('hunter2');
  });

  it('has exactly the engine version that its CLI expects', async () => {
    const version = async (name: string, from = import.meta.url) => {
      const file = createRequire(from).resolve(`${name}/package.json`);
      return JSON.parse(await readFile(file, 'utf8')).version as string;
    };
    const engines = createRequire(require.resolve('prisma/package.json')).resolve(
      '@prisma/engines/package.json',
    );
    const { dependencies } = JSON.parse(
      await readFile(new URL('../../package.json', import.meta.url), 'utf8'),
    );
    expect(dependencies['@prisma/schema-engine-wasm']).toBe(
      await version('@prisma/engines-version', engines),
    );
    for (const name of ['@prisma/client', '@prisma/adapter-pg', '@prisma/driver-adapter-utils']) {
      expect(dependencies[name]).toBe(await version('prisma'));
    }
  });
});
