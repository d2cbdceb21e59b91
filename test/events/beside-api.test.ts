import { describe, expect, it, onTestFinished } from 'vitest';
import { loadConfig } from '../../src/config/config.js';
import { openDatabase } from '../../src/database/client.js';
import { importRows } from '../../src/events/import.js';
import { useApp } from '../support/app.js';
import { serverDatabaseUrl, sql } from '../support/database.js';
import { addArtifact, createRelease } from '../support/releases.js';
import { createProject } from '../support/requests.js';

const context = useApp();

const eventsOf = (kind: string) =>
  sql<{ type: string; subject_id: string; actor: string; data: string }>(
    `SELECT type, subject_id, actor, data FROM events WHERE subject_kind = '${kind}' ORDER BY id`,
  );

describe('a write outside the API', () => {
  it('is recorded with digests of the row before and after', async () => {
    await sql(`INSERT INTO projects (name, status) VALUES ('A', 'b')`);
    await sql(`UPDATE projects SET status = 'c'`);
    await sql('DELETE FROM projects');
    const events = await eventsOf('project');
    expect(events).toMatchObject([
      { type: 'beside-api', subject_id: '1', actor: 'postgres' },
      { type: 'beside-api', subject_id: '1' },
      { type: 'beside-api', subject_id: '1' },
    ]);
    const [added, changed, removed] = events.map(({ data }) => JSON.parse(data));
    expect(added).toMatchObject({ operation: 'insert', before: null });
    expect(changed).toMatchObject({ operation: 'update', before: added.after });
    expect(removed).toMatchObject({ operation: 'delete', before: changed.after, after: null });
  });

  it('is recorded in a transaction that follows a change of the API on the same connection', async () => {
    await createProject(context.app);
    await sql(`BEGIN; SET LOCAL srp.through = 'api'; UPDATE projects SET status = 'x'; COMMIT`);
    expect(await eventsOf('project')).toMatchObject([{ type: 'project.created' }]);
    await sql(`UPDATE projects SET status = 'y'`);
    expect(await eventsOf('project')).toMatchObject([
      { type: 'project.created' },
      { type: 'beside-api' },
    ]);
  });

  it('is recorded with the release and the project', async () => {
    const { id } = await createRelease(context.app);
    await sql(`UPDATE releases SET notes = 'by hand'`);
    const where = `SELECT project_id, release_id FROM events WHERE type = 'beside-api'`;
    expect(await sql(where)).toEqual([{ project_id: 1, release_id: id }]);
  });
});

describe('TRUNCATE', () => {
  it('is refused for every table whose changes are recorded', async () => {
    const tables = await sql<{ name: string }>(
      `SELECT tgrelid::regclass::text AS name FROM pg_trigger WHERE tgname LIKE '%_beside_api'`,
    );
    expect(tables).toHaveLength(25);
    for (const { name } of tables) {
      const truncate = sql(`TRUNCATE ${name} CASCADE`);
      await expect(truncate, name).rejects.toMatchObject({ code: '23001' });
    }
  });
});

describe('events', () => {
  it.each([[`UPDATE events SET actor = 'x'`], ['DELETE FROM events'], ['TRUNCATE events']])(
    'are immutable: %s',
    async (statement) => {
      await createProject(context.app);
      await expect(sql(statement)).rejects.toMatchObject({ code: '23001' });
      expect(await eventsOf('project')).toHaveLength(1);
    },
  );
});

describe('a digest', () => {
  it('does not depend on the time zone of the session', async () => {
    await createProject(context.app);
    const inZone = (zone: string, status: string) =>
      sql(
        `BEGIN; SET LOCAL TimeZone = '${zone}'; UPDATE projects SET status = '${status}'; COMMIT`,
      );
    await inZone('Asia/Tokyo', 'a');
    await inZone('America/New_York', 'b');
    const [, first, second] = (await eventsOf('project')).map(({ data }) => JSON.parse(data));
    expect(second.before).toBe(first.after);
  });
});

describe('rows from before the events', () => {
  /** Makes the database look as the migration found it: rows without events. */
  const asFound = async () => {
    await sql(`BEGIN; SET LOCAL session_replication_role = replica; DELETE FROM events; COMMIT`);
    await sql('UPDATE event_imports SET before = clock_timestamp()');
  };
  const run = async (options: { batch?: number } = {}) => {
    const database = openDatabase(serverDatabaseUrl(), loadConfig({}));
    await importRows(database, options).finally(() => database.close());
  };

  it('get one event each, in batches, with a digest of the row', async () => {
    const { id, projectId } = await createRelease(context.app);
    for (const name of ['B', 'C', 'D']) await createProject(context.app, { name, status: 'x' });
    await addArtifact(context.app, id);
    await asFound();
    await run({ batch: 2 });
    const projects = await eventsOf('project');
    expect(projects.map(({ type, subject_id }) => [type, subject_id]).sort()).toEqual(
      [1, 2, 3, 4].map((number) => ['imported', String(number)]),
    );
    expect(await eventsOf('release')).toMatchObject([{ type: 'imported', subject_id: id }]);
    expect(await eventsOf('artifact')).toHaveLength(1);
    expect(await eventsOf('policy')).toMatchObject([{ subject_id: 'baseline' }]);
    const versions = (await eventsOf('policy-version')).map(({ subject_id }) => subject_id).sort();
    expect(versions).toEqual(['baseline/1', 'baseline/2']);
    const names = (await eventsOf('environment')).map(({ subject_id }) => subject_id).sort();
    expect(names).toEqual(['production', 'staging']);
    const [row] = await sql<{ digest: string }>(
      `SELECT encode(sha256(convert_to(to_jsonb(t)::text, 'UTF8')), 'hex') AS digest FROM projects t WHERE id = $1`,
      [projectId],
    );
    const first = projects.find(({ subject_id }) => subject_id === String(projectId));
    expect(JSON.parse(first?.data ?? '')).toEqual({
      row: row?.digest,
      digest: row?.digest,
    });
    expect(await sql('SELECT 1 FROM event_imports')).toEqual([]);
  });

  it('get one with the lowest key and with a time to come', async () => {
    await sql(`INSERT INTO projects (id, name, created_at) VALUES
                 (-2147483648, 'First', now()), (7, 'Later', now() + interval '1 year')`);
    await sql(`INSERT INTO trusted_issuers (id, name, issuer, audience, conditions, scopes, every_project, project_ids,
                                            created_by)
               VALUES ('00000000-0000-0000-0000-000000000000', 'CI', 'https://ci', 'srp', '{"sub": "a"}',
                       '{projects:read}', true, '{}', 'test')`);
    await asFound();
    await run({ batch: 1 });
    const projects = await eventsOf('project');
    expect(projects.map(({ subject_id }) => subject_id)).toEqual(['-2147483648', '7']);
    expect(await eventsOf('issuer')).toHaveLength(1);
  });

  describe('when a statement for many rows takes too long', () => {
    /** Refuses to store more than `most` events at once, as PostgreSQL does after a statement timeout. */
    const timeOutAbove = async (most: number) => {
      await sql(`CREATE FUNCTION too_many() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF (SELECT count(*) FROM added) > ${most} THEN RAISE EXCEPTION 'slow' USING ERRCODE = '57014'; END IF;
        RETURN NULL; END $$`);
      await sql(`CREATE TRIGGER too_many AFTER INSERT ON events REFERENCING NEW TABLE AS added
                 FOR EACH STATEMENT EXECUTE FUNCTION too_many()`);
      onTestFinished(async () => {
        await sql('DROP FUNCTION too_many CASCADE');
      });
    };

    it('get their events in smaller batches', async () => {
      for (const name of ['A', 'B', 'C', 'D', 'E']) await createProject(context.app, { name });
      await asFound();
      await timeOutAbove(1);
      await run();
      const subjects = (await eventsOf('project')).map(({ subject_id }) => subject_id);
      expect(subjects).toEqual(['1', '2', '3', '4', '5']);
      expect(await sql('SELECT 1 FROM event_imports')).toEqual([]);
    });

    it('wait for the next run if a single row takes too long', async () => {
      await createProject(context.app);
      await asFound();
      await timeOutAbove(0);
      await expect(run()).rejects.toMatchObject({ code: '57014' });
      expect(await eventsOf('project')).toEqual([]);
    });
  });

  it('get no second event, and later rows get none', async () => {
    await createProject(context.app);
    await asFound();
    await createProject(context.app, { name: 'Later', status: 'x' });
    await run();
    await run();
    const events = await eventsOf('project');
    expect(events.map(({ type, subject_id }) => `${type} ${subject_id}`).sort()).toEqual([
      'imported 1',
      'project.created 2',
    ]);
  });
});

describe('events written beside the API', () => {
  it.each([
    ['not JSON', "'x'", 'now()'],
    ['no object', "'[1]'", 'now()'],
    ['a NUL', String.raw`'{"a":"\u0000"}'`, 'now()'],
    ['a time without end', "'{}'", "'infinity'"],
    ['a time that no program reads', "'{}'", "'99999-01-01'"],
  ])('are refused with %s, because no list could show them', async (_what, data, time) => {
    const insert = `INSERT INTO events (type, subject_kind, subject_id, actor, data, time)
                    VALUES ('verdict.decided', 'verdict', 'x', 'eve', ${data}, ${time})`;
    await expect(sql(insert)).rejects.toThrow(/json|check constraint|Unicode/);
  });
});
