import { beforeEach, describe, expect, it } from 'vitest';
import { buildTestApp, useApp } from '../support/app.js';
import { serverDatabaseUrl, sql } from '../support/database.js';
import { expectProblem } from '../support/requests.js';

/** The database answers and refuses the work. A retry helps once the database is corrected. */

const POST = { method: 'POST', url: '/projects', payload: { name: 'Mon Projet' } } as const;

describe('503: the database refuses', () => {
  it('the password', async () => {
    const url = new URL(serverDatabaseUrl());
    url.password = 'changed';
    const app = await buildTestApp(url.href);
    for (const request of [{ url: '/projects' }, { url: '/health/ready' }, POST]) {
      const response = await app.inject(request);
      expectProblem(response, 503, 'database-unavailable');
      expect(response.headers['retry-after']).toBe('5');
      expect(response.body).not.toMatch(/changed|password|postgres/);
    }
    await app.close();
  });

  describe('writes', () => {
    const context = useApp();
    beforeEach(async () => {
      // A transaction that becomes read-only: PostgreSQL refuses the next write as a standby does.
      await sql(`CREATE FUNCTION closing() RETURNS trigger LANGUAGE plpgsql AS $$
                 BEGIN SET LOCAL transaction_read_only = on; RETURN NEW; END $$`);
      await sql('CREATE TRIGGER closing AFTER INSERT ON projects EXECUTE FUNCTION closing()');
      return async () => {
        await sql('DROP FUNCTION closing CASCADE');
      };
    });

    it('and serves reads', async () => {
      const response = await context.app.inject(POST);
      expectProblem(response, 503, 'database-unavailable');
      expect(response.headers['retry-after']).toBe('5');
      expect(await sql('SELECT 1 FROM projects')).toEqual([]);
      expect((await context.app.inject('/projects')).json()).toEqual([]);
    });
  });

  describe('a row', () => {
    const context = useApp();

    it.each([
      ['a constraint', `RAISE EXCEPTION USING ERRCODE = 'check_violation'`],
      ['an exclusion', `RAISE EXCEPTION USING ERRCODE = 'exclusion_violation'`],
      ['a trigger', `RAISE EXCEPTION 'it is kept' USING ERRCODE = 'restrict_violation'`],
    ])('because of %s, which is not a 500', async (_what, refuse) => {
      await sql(`CREATE FUNCTION refusing() RETURNS trigger LANGUAGE plpgsql AS $$
                 BEGIN ${refuse}; END $$`);
      try {
        await sql('CREATE TRIGGER refusing BEFORE INSERT ON projects EXECUTE FUNCTION refusing()');
        const response = await context.app.inject(POST);
        expectProblem(response, 503, 'database-unavailable');
        expect(response.headers['retry-after']).toBe('5');
        expect(response.body).not.toContain('kept');
      } finally {
        await sql('DROP FUNCTION refusing CASCADE');
      }
    });
  });
});
