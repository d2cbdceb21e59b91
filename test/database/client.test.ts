import { afterEach, describe, expect, it } from 'vitest';
import { ANONYMOUS } from '../../src/access/caller.js';
import { loadConfig } from '../../src/config/config.js';
import { type Database, openDatabase } from '../../src/database/client.js';
import { callContext, query } from '../../src/database/context.js';
import { isDatabaseUnavailable, isLockTimeout } from '../../src/database/errors.js';
import { bookkeeping } from '../../src/database/transaction.js';
import { change } from '../../src/events/index.js';
import { projectsService } from '../../src/features/projects/projects.service.js';
import { useApp } from '../support/app.js';
import { sql, testDatabaseUrl } from '../support/database.js';
import { createProject } from '../support/requests.js';

const served = useApp();
let database: Database | undefined;
afterEach(() => database?.close());

const open = (env: Record<string, string>) => {
  database = openDatabase(testDatabaseUrl(), loadConfig(env));
  return database;
};

const contextOf = ({ store }: Database) => callContext(store, ANONYMOUS, 'r');
const INSERT = { text: `INSERT INTO projects (name, status) VALUES ('A', 'b') RETURNING id` };

describe('a URL with options', () => {
  it('adds to those of the server, and does not replace them', async () => {
    const url = new URL(testDatabaseUrl());
    url.searchParams.set('options', '-c geqo=off -c default_transaction_read_only=off');
    url.searchParams.set('schema', 'other');
    database = openDatabase(url.href, loadConfig({}));
    const settings = {
      text: `SELECT name, setting FROM pg_settings WHERE name = ANY ($1) ORDER BY 1`,
    };
    const names = ['default_transaction_read_only', 'geqo', 'search_path'];
    expect(await query(contextOf(database), settings, [names])).toEqual([
      { name: 'default_transaction_read_only', setting: 'on' },
      { name: 'geqo', setting: 'off' },
      { name: 'search_path', setting: '"other",pg_temp' },
    ]);
  });
});

describe('bookkeeping', () => {
  it('is one transaction, or joins an open one', async () => {
    const context = contextOf(open({ DATABASE_POOL_MAX: '1' }));
    const projects = projectsService();
    await expect(
      bookkeeping(context, async (outer) => {
        const { id } = await projects.create(outer, { name: 'A', status: 'b' });
        await bookkeeping(outer, (inner) => projects.update(inner, id, { name: 'B' }));
        // Of one connection: what looks for the reason must not wait for another.
        await projects.update(outer, id, { name: 'C' }, [7]);
      }),
    ).rejects.toMatchObject({ code: 'precondition-failed' });
    expect(await sql('SELECT 1 FROM projects')).toEqual([]);
    expect(await sql(`SELECT 1 FROM events WHERE subject_kind = 'project'`)).toEqual([]);
  });

  it('sends its first statement without waiting for the answer to BEGIN', async () => {
    const context = contextOf(open({ DATABASE_POOL_MAX: '1' }));
    const states = await bookkeeping(context, async (inside) => {
      const before = inside.connection.getTransactionStatus();
      await query(inside, INSERT, []);
      return [before, inside.connection.getTransactionStatus()];
    });
    expect(states).toEqual(['I', 'T']);
    expect(await sql('SELECT 1 FROM projects')).toHaveLength(1);
  });

  it('runs Prisma and plain SQL on one connection', async () => {
    const context = contextOf(open({ DATABASE_POOL_MAX: '1' }));
    const found = bookkeeping(context, async (inside) => {
      const { id } = await inside.prisma.project.create({ data: { name: 'P', status: 's' } });
      const [row] = await query<{ name: string }>(
        inside,
        { text: 'SELECT name FROM projects WHERE id = $1' },
        [id],
      );
      return row?.name;
    });
    expect(await found).toBe('P');
    expect(await sql('SELECT name FROM projects')).toEqual([{ name: 'P' }]);
  });

  it('runs Prisma on its own connection, also when others begin at the same time', async () => {
    const context = contextOf(open({ DATABASE_POOL_MAX: '5' }));
    const seen = await Promise.all(
      ['a', 'b', 'c', 'd', 'e'].map((name) =>
        bookkeeping(context, async (inside) => {
          await inside.prisma.project.create({ data: { name, status: 's' } });
          const names = await query(inside, { text: 'SELECT name FROM projects' }, []);
          if (name === 'c') throw new Error('stop');
          return { name, names };
        }).catch(() => undefined),
      ),
    );
    const committed = ['a', 'b', 'd', 'e'];
    const own = committed.map((name) => ({
      name,
      names: expect.arrayContaining([{ name }]),
    }));
    expect(seen.filter((one) => one !== undefined)).toEqual(own);
    const stored = await sql('SELECT name FROM projects ORDER BY name');
    expect(stored).toEqual(committed.map((name) => ({ name })));
  });

  it('rolls back the work of Prisma when something else fails', async () => {
    const context = contextOf(open({ DATABASE_POOL_MAX: '1' }));
    const failed = bookkeeping(context, async (inside) => {
      await inside.prisma.project.create({ data: { name: 'P', status: 's' } });
      throw new Error('stop');
    });
    await expect(failed).rejects.toThrow('stop');
    expect(await sql('SELECT 1 FROM projects')).toEqual([]);
    expect(await context.prisma.project.count()).toBe(0); // the connection is free again
  });
});

describe('a context', () => {
  it('does not write outside a transaction, neither by SQL nor by Prisma', async () => {
    const { prisma, store } = open({});
    const context = callContext(store, ANONYMOUS, 'r');
    await expect(query(context, INSERT, [])).rejects.toMatchObject({ code: '25006' });
    const create = prisma.project.create({ data: { name: 'A', status: 'b' } });
    await expect(create).rejects.toThrow('read-only');
    expect(await sql('SELECT 1 FROM projects')).toEqual([]);
  });
});

describe('a statement whose plan is out of date', () => {
  it('fails once as unavailable, and its connection is not used again', async () => {
    const context = contextOf(open({ DATABASE_POOL_MAX: '1' }));
    await sql('CREATE SCHEMA altering; CREATE TABLE altering.altered (value integer)');
    try {
      const read = { name: 'altered', text: 'SELECT * FROM altering.altered' };
      const inTransaction = () => bookkeeping(context, (inside) => query(inside, read, []));
      expect(await inTransaction()).toEqual([]);
      await sql('ALTER TABLE altering.altered ALTER COLUMN value TYPE text');
      await expect(inTransaction()).rejects.toSatisfy(isDatabaseUnavailable);
      expect(await inTransaction()).toEqual([]);
    } finally {
      await sql('DROP SCHEMA altering CASCADE');
    }
  });
});

describe('a change', () => {
  it('is rolled back unless it records an event or calls unchanged()', async () => {
    const context = contextOf(open({}));
    const silent = change(context, (changing) => query(changing, INSERT, []));
    await expect(silent).rejects.toThrow('recorded no event');
    expect(await sql('SELECT 1 FROM projects')).toEqual([]);
    const unchanged = change(context, async (changing) => changing.unchanged('as it was'));
    expect(await unchanged).toBe('as it was');
  });

  it('joins an open one, and both record their events', async () => {
    const context = contextOf(open({ DATABASE_POOL_MAX: '1' }));
    const projects = projectsService();
    await change(context, async (outer) => {
      const { id } = await projects.create(outer, { name: 'A', status: 'b' });
      const data = { fields: [], version: 1 };
      outer.record('project.updated', { id, projectId: id, data });
    });
    const types = await sql(`SELECT type FROM events WHERE subject_kind = 'project' ORDER BY type`);
    expect(types).toEqual([{ type: 'project.created' }, { type: 'project.updated' }]);
  });

  it('that joins an open one must record its own event', async () => {
    const context = contextOf(open({}));
    const projects = projectsService();
    const outer = change(context, async (changing) => {
      await projects.create(changing, { name: 'A', status: 'b' });
      await change(changing, async () => undefined);
    });
    await expect(outer).rejects.toThrow('recorded no event');
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

  it('is closed when its transaction is idle', async () => {
    const { prisma } = open({ DATABASE_STATEMENT_TIMEOUT_MS: '200' });
    const idle = prisma.$transaction(async (transaction) => {
      await transaction.project.count();
      await expect
        .poll(() =>
          sql(`SELECT 1 FROM pg_stat_activity WHERE datname = current_database()
                            AND state = 'idle in transaction'`),
        )
        .toEqual([]);
      await transaction.project.count();
    });
    await expect(idle).rejects.toSatisfy(isDatabaseUnavailable);
    expect(await prisma.project.count()).toBe(0);
  });

  it('does not wait for a lock longer than the limit', async () => {
    await createProject(served.app);
    const { pool, store } = open({ DATABASE_LOCK_TIMEOUT_MS: '200' });
    const holder = await pool.connect();
    await holder.query('BEGIN READ WRITE; UPDATE projects SET status = status');
    const context = callContext(store, ANONYMOUS, 'r');
    const update = projectsService().update(context, 1, { name: 'B' });
    await expect(update).rejects.toSatisfy(isLockTimeout);
    await holder.query('ROLLBACK');
    holder.release();
    expect(await sql('SELECT name FROM projects')).toEqual([{ name: 'Mon Projet' }]);
  });
});
