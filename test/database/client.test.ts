import { afterEach, describe, expect, it } from 'vitest';
import { ANONYMOUS } from '../../src/access/caller.js';
import { loadConfig } from '../../src/config/config.js';
import { type Database, openDatabase } from '../../src/database/client.js';
import { atomically } from '../../src/database/context.js';
import { isDatabaseUnavailable, isLockTimeout } from '../../src/database/errors.js';
import { projectsService } from '../../src/features/projects/projects.service.js';
import { useApp } from '../support/app.js';
import { sql, testDatabaseUrl } from '../support/database.js';
import { createProject } from '../support/requests.js';

const context = useApp();
let database: Database | undefined;
afterEach(() => database?.close());

const open = (env: Record<string, string>) => {
  database = openDatabase(testDatabaseUrl(), loadConfig(env));
  return database;
};

describe('atomically', () => {
  it('is one transaction, the outer one where there is one', async () => {
    const { prisma } = open({ DATABASE_POOL_MAX: '1' });
    const context = { caller: ANONYMOUS, requestId: 'r', prisma };
    const projects = projectsService(database as Database);
    await expect(
      atomically(context, async (outer) => {
        const { id } = await projects.create(outer, { name: 'A', status: 'b' });
        await atomically(outer, (inner) => projects.update(inner, id, { name: 'B' }));
        // Of one connection: what looks for the reason must not wait for another.
        await projects.update(outer, id, { name: 'C' }, [7]);
      }),
    ).rejects.toMatchObject({ code: 'precondition-failed' });
    expect(await sql('SELECT 1 FROM projects')).toEqual([]);
  });
});

describe('a session', () => {
  it('has the limits of the configuration', async () => {
    const { pool } = open({
      DATABASE_STATEMENT_TIMEOUT_MS: '7000',
      DATABASE_LOCK_TIMEOUT_MS: '3000',
    });
    const { rows } = await pool.query(
      `SELECT name, setting FROM pg_settings WHERE name IN
         ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout') ORDER BY 1`,
    );
    expect(rows).toEqual([
      { name: 'idle_in_transaction_session_timeout', setting: '7000' },
      { name: 'lock_timeout', setting: '3000' },
      { name: 'statement_timeout', setting: '7000' },
    ]);
  });

  it('is given up when a transaction does nothing', async () => {
    const { prisma } = open({ DATABASE_STATEMENT_TIMEOUT_MS: '200' });
    const idle = prisma.$transaction(async (transaction) => {
      await transaction.project.count();
      await new Promise((done) => setTimeout(done, 500));
      await transaction.project.count();
    });
    await expect(idle).rejects.toSatisfy(isDatabaseUnavailable);
    expect(await prisma.project.count()).toBe(0);
  });

  it('does not wait longer for a lock than it may', async () => {
    await createProject(context.app);
    const { prisma } = open({ DATABASE_LOCK_TIMEOUT_MS: '200' });
    const { pool } = database as Database;
    const holder = await pool.connect();
    await holder.query('BEGIN; UPDATE projects SET status = status');
    const change = prisma.project.update({ where: { id: 1 }, data: { name: 'B' } });
    await expect(change).rejects.toSatisfy(isLockTimeout);
    await holder.query('ROLLBACK');
    holder.release();
    expect(await sql('SELECT name FROM projects')).toEqual([{ name: 'Mon Projet' }]);
  });
});
