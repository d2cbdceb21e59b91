import pg from 'pg';
import { afterEach, describe, expect, inject, it, onTestFinished } from 'vitest';
import { connection } from '../../src/database/connection.js';
import {
  faultOfRetentionRole,
  makeRetentionRole,
  RETENTION_ROLE,
} from '../../src/database/role/retention.js';
import { importRows } from '../../src/events/import.js';
import { serverDatabaseUrl, sql, testDatabaseUrl } from '../support/database.js';
import { deployed } from '../support/deployments.js';
import { bom, trivy } from '../support/documents.js';
import { rowCounts, upload, uploaded } from '../support/evidence.js';
import { anotherPool, type LogApp, logApp, tamper } from '../support/log.js';
import { filesOf, packOf, verifyPack } from '../support/packs.js';
import { createRelease } from '../support/releases.js';
import { expectProblem } from '../support/requests.js';
import { everythingIsOld, minimumIsBack, retain } from '../support/retention.js';
import { withClient } from '../support/server-role.js';
import { verdictOf } from '../support/verdicts.js';
import { faults } from '../support/verify.js';

afterEach(() => minimumIsBack());

/** A release with one document, and a newer release. */
async function oldRelease(log: LogApp) {
  const { app } = log;
  const { id: release } = await createRelease(app);
  const evidence = await uploaded(app, release, trivy({ severity: 'LOW' }));
  const { id: newer } = await createRelease(app, { projectId: 1, version: '2.0.0' });
  await log.settle();
  return { release, newer, evidence };
}

async function started(): Promise<LogApp> {
  const log = await logApp();
  await importRows(anotherPool());
  return log;
}

const kept = async () => (await retain()).kept;

describe('retention', () => {
  it('removes nothing without a policy, and nothing that is younger than the policy', async () => {
    const log = await started();
    await oldRelease(log);
    expect(await kept()).toEqual({ 'no-policy': 1 });
    const set = (payload: object) =>
      log.app.inject({ method: 'POST', url: '/retention-policies', payload });
    expect((await set({ days: 30, deployedDays: null })).statusCode).toBe(201);
    expect(await kept()).toEqual({ 'used-recently': 1 });
    expect((await set({ days: null, deployedDays: null })).statusCode).toBe(201);
    expect(await kept()).toEqual({ 'no-policy': 1 });
    expectProblem(await set({ days: 29, deployedDays: null }), 400, 'validation-failed');
    expectProblem(await set({ days: 60, deployedDays: 59 }), 400, 'validation-failed');
    expectProblem(await set({ days: null, deployedDays: 59 }), 400, 'validation-failed');
    const list = (await log.app.inject('/retention-policies')).json();
    expect(list.map(({ days }: { days: number | null }) => days)).toEqual([null, 30]);
  });

  it('removes the bytes of an old document, and keeps all that was read from it', async () => {
    const log = await started();
    const { app } = log;
    const { release, evidence } = await oldRelease(log);
    const before = await verdictOf(app, release);
    const counts = await rowCounts();
    await everythingIsOld();
    const dry = await retain(false);
    expect(dry).toMatchObject({ removed: 1, told: [evidence.storedSha256] });
    expect(await rowCounts()).toEqual(counts);
    expect(await retain()).toMatchObject({ removed: 1, told: [evidence.storedSha256] });
    expect(await rowCounts()).toEqual({ ...counts, document_chunks: 0 });
    expect(await retain()).toMatchObject({ removed: 0, kept: {} });
    const shown = (await app.inject(`/evidence/${evidence.id}`)).json();
    expect(shown.documentRemoved).toEqual({
      at: expect.any(String),
      policy: expect.any(String),
    });
    const [listed] = (await app.inject(`/releases/${release}/evidence`)).json();
    expect(listed).toEqual(shown);
    expectProblem(await app.inject(`/evidence/${evidence.id}/document`), 410, 'document-removed');
    expect((await verdictOf(app, release)).inputsHash).toBe(before.inputsHash);
    const [event] = (await app.inject('/events?type=document.removed')).json();
    expect(event).toMatchObject({
      subject: { kind: 'document', id: evidence.storedSha256 },
      data: { policy: shown.documentRemoved.policy, sha256: evidence.storedSha256 },
    });
    await log.settle();
    expect(await faults(log)).toEqual([]);
  });

  it('keeps what is held, runs, ran, is the newest or proves its rows alone', async () => {
    const log = await started();
    const { app } = log;
    const { release, newer } = await oldRelease(log);
    await everythingIsOld();
    const hold = (payload: object) => app.inject({ method: 'POST', url: '/legal-holds', payload });
    const lift = (id: string, reason = 'Closed') =>
      app.inject({ method: 'POST', url: `/legal-holds/${id}/lift`, payload: { reason } });
    const holds = [
      (await hold({ projectId: 1, reason: 'Case' })).json(),
      (await hold({ projectId: 1, releaseId: release, reason: 'Case' })).json(),
    ];
    for (const { id } of holds) {
      expect(await kept()).toEqual({ 'legal-hold': 1 });
      expect((await lift(id)).json().liftedAt).not.toBeNull();
    }
    expect((await lift(holds[0].id)).statusCode).toBe(200);
    expectProblem(await lift(holds[0].id, 'Other'), 409, 'legal-hold-lifted');
    expectProblem(await lift(release), 404, 'legal-hold-not-found');
    expectProblem(await hold({ projectId: 77, reason: 'x' }), 404, 'project-not-found');
    const [one] = (await app.inject('/legal-holds?state=lifted&projectId=1&limit=1')).json();
    expect(one.id).toBe(holds[1].id);
    await deployed(app, release);
    expect(await kept()).toEqual({ runs: 1 });
    await deployed(app, newer);
    expect(await kept()).toEqual({ 'was-deployed': 1 });
    await everythingIsOld(36_500);
    expect(await kept()).toEqual({ 'ran-recently': 1 });
    await uploaded(app, newer, bom([{}]));
    expect(await kept()).toEqual({ 'ran-recently': 1, runs: 1 });
    await log.settle();
    expect(await faults(log)).toEqual([]);
  });

  it('stores the bytes again with the same document, of the same release and of another', async () => {
    const log = await started();
    const { app } = log;
    const { release, evidence } = await oldRelease(log);
    const document = trivy({ severity: 'LOW' });
    for (const [to, status] of [
      [release, 200],
      [(await createRelease(app, { projectId: 1, version: '0.1.0' })).id, 201],
    ] as const) {
      await createRelease(app, { projectId: 1, version: `3.0.${status}` });
      await everythingIsOld();
      expect((await retain()).removed).toBe(1);
      expect((await upload(app, to, document)).statusCode).toBe(status);
      const found = await app.inject(`/evidence/${evidence.id}/document`);
      expect(found.statusCode).toBe(200);
      expect(found.json()).toEqual(document);
    }
    await log.settle();
    expect(await faults(log)).toEqual([]);
  });

  it('keeps what an upload or a hold uses at that moment', async () => {
    const log = await started();
    const { release, evidence } = await oldRelease(log);
    await everythingIsOld();
    const other = new pg.Client(connection(testDatabaseUrl()));
    await other.connect();
    onTestFinished(() => other.end());
    for (const statement of [
      `INSERT INTO legal_holds (project_id, release_id, reason, created_by) VALUES (1, '${release}', 'x', 'x')`,
      `SELECT pg_advisory_xact_lock_shared(hashtextextended('["document",1,"${evidence.storedSha256}"]', 0))`,
      `SELECT 1 FROM documents FOR KEY SHARE`,
    ]) {
      await other.query(`BEGIN; ${statement}`);
      expect(await retain()).toMatchObject({ removed: 0, inUse: 1 });
      await other.query('ROLLBACK');
    }
    await other.query(`SELECT pg_advisory_lock(hashtextextended('["retention"]', 0))`);
    await expect(retain()).rejects.toThrow('another run of retention is at work');
    await other.query(`SELECT pg_advisory_unlock_all()`);
    expect(await retain(true, 1)).toMatchObject({ removed: 1 });
  });

  it('gives the quota of the project back, until the document comes again', async () => {
    const log = await started();
    const { release } = await oldRelease(log);
    const used = async () =>
      Number(
        (await sql<{ bytes: string }>('SELECT document_bytes AS bytes FROM project_usage'))[0]
          ?.bytes,
      );
    const before = await used();
    expect(before).toBeGreaterThan(0);
    await everythingIsOld();
    await retain();
    expect(await used()).toBe(0);
    await log.settle();
    expect(await faults(log)).toEqual([]);
    await upload(log.app, release, trivy({ severity: 'LOW' }));
    expect(await used()).toBe(before);
    await upload(log.app, release, trivy({ severity: 'LOW' }));
    expect(await used()).toBe(before);
    await log.settle();
    expect(await faults(log)).toEqual([]);
  });

  it('reads the age from the clock of the database, to the moment', async () => {
    const log = await started();
    await oldRelease(log);
    await everythingIsOld();
    const [row] = await sql<{ because: (string | null)[] }>(`
      WITH made AS (SELECT GREATEST((SELECT max(v.time) FROM events v JOIN evidence e ON e.release_id = v.release_id),
                                    (SELECT max(last_received_at) FROM evidence)) AS at),
           policy AS (SELECT (jsonb_populate_record(p, '{"days": 30}')).* FROM retention_policies p)
      SELECT ARRAY(SELECT document_keeps(d, p::retention_policies, made.at + interval '30 days' + edge)
                     FROM unnest(ARRAY[interval '0', interval '1 microsecond']) WITH ORDINALITY e (edge, n)
                    ORDER BY n) AS because
        FROM documents d, made, policy p`);
    expect(row?.because).toEqual(['used-recently', null]);
  });

  it('keeps a project that has a hold and no release', async () => {
    const { app } = await started();
    const { id } = (
      await app.inject({ method: 'POST', url: '/projects', payload: { name: 'Held' } })
    ).json();
    const payload = { projectId: id, reason: 'Case' };
    await app.inject({ method: 'POST', url: '/legal-holds', payload });
    const refused = await app.inject({ method: 'DELETE', url: `/projects/${id}` });
    expectProblem(refused, 409, 'project-has-legal-hold');
  });

  it('is told by an audit pack, which is refused if a document is missing otherwise', async () => {
    const log = await started();
    const { app } = log;
    const { release, evidence } = await oldRelease(log);
    const before = await filesOf(await packOf(app, release));
    const size = JSON.parse(before.get('pack.json') ?? '{}').size;
    await everythingIsOld();
    await retain();
    const again = await app.inject(`/releases/${release}/audit-pack?size=${size}`);
    expectProblem(again, 410, 'document-removed');
    const pack = await packOf(app, release);
    const files = await filesOf(pack);
    expect(files.has(`documents/${evidence.storedSha256}`)).toBe(false);
    expect(files.get('README.txt')).toContain(
      `${evidence.storedSha256}  ${evidence['size' as never]} bytes`,
    );
    const verified = await verifyPack(pack);
    expect(verified.output).toContain(`of evidence ${evidence.id}: gone by retention at `);
    expect(verified.status).toBe(0);
    await sql(`BEGIN; SET LOCAL session_replication_role = replica;
               DELETE FROM document_removals; COMMIT`);
    expect((await upload(app, release, bom([{}]))).statusCode).toBe(201);
    await tamper('DELETE FROM document_chunks');
    const refused = await verifyPack(await packOf(app, release));
    expect(refused.output).toContain('its document is missing or was changed');
    expect(refused.status).toBe(1);
  });

  it('is compared by the verification of the log', async () => {
    const log = await started();
    const { evidence } = await oldRelease(log);
    const where = `document ${evidence.storedSha256} of project 1`;
    await everythingIsOld();
    await tamper('DELETE FROM document_chunks');
    expect(await faults(log)).toEqual([
      `${where}: its bytes are missing, and retention did not remove them`,
    ]);
    await tamper(`INSERT INTO document_removals (project_id, sha256, policy_id)
                  SELECT 1, '${evidence.storedSha256}', id FROM retention_policies`);
    await tamper('UPDATE project_usage SET document_bytes = 0');
    await log.settle();
    expect(await faults(log)).toEqual([`${where}: no event says that retention removed it`]);
    await sql(`INSERT INTO events (type, subject_kind, subject_id, project_id, release_id, actor, data)
               SELECT 'document.removed', 'document', repeat('0', 64), 1, release_id, 'retention:x',
                      format('{"policy":"%s","removal":"x","removedAt":"x","sha256":"%s","size":%s}',
                             p.id, stored_sha256, e.size)
                 FROM evidence e, retention_policies p`);
    await log.settle();
    const found = await faults(log);
    expect(found).toContain(`${where}: no event says that retention removed it`);
    expect(found).toContainEqual(
      expect.stringMatching(/^event .*: it says that a document was removed, and it was not$/),
    );
  });
});

describe('what the verification of the log says of a removal', () => {
  /** A removal as retention makes it, and then what the owner changes beside it. */
  async function removed() {
    const log = await started();
    const { release, evidence } = await oldRelease(log);
    await everythingIsOld();
    expect(await retain()).toMatchObject({ removed: 1 });
    await log.settle();
    expect(await faults(log)).toEqual([]);
    return { log, release, where: `document ${evidence.storedSha256} of project 1` };
  }

  it('finds one under a hold that counted then', async () => {
    const { log, release, where } = await removed();
    await tamper(`INSERT INTO legal_holds (project_id, release_id, reason, created_at, created_by)
                  VALUES (1, '${release}', 'Case', now() - interval '1 day', 'alice')`);
    expect(await faults(log)).toContain(`${where}: it was removed under a legal hold`);
    await tamper(
      `UPDATE legal_holds SET lifted_at = now() - interval '1 hour', lifted_by = 'a', lift_reason = 'b'`,
    );
    expect(await faults(log)).not.toContain(`${where}: it was removed under a legal hold`);
  });

  it.each([
    [
      'another one came before',
      `INSERT INTO retention_policies (created_at, created_by)
                                 VALUES (now() - interval '1 day', 'alice')`,
    ],
    ['it removed nothing', 'UPDATE retention_policies SET days = NULL, deployed_days = NULL'],
    ['it came afterwards', `UPDATE retention_policies SET created_at = now() + interval '1 hour'`],
  ])('finds one by a policy that did not count: %s', async (_what, statement) => {
    const { log, where } = await removed();
    await tamper(statement);
    expect(await faults(log)).toContain(
      `${where}: it was removed by a policy that did not count then`,
    );
  });

  it.each([
    `UPDATE document_removals SET removed_at = removed_at - interval '1 ms'`,
    'UPDATE document_removals SET id = gen_random_uuid()',
    'UPDATE document_removals SET policy_id = gen_random_uuid()',
    'DELETE FROM document_removals',
  ])('finds %s', async (statement) => {
    const { log } = await removed();
    await tamper(statement);
    expect(await faults(log)).not.toEqual([]);
  });
});

describe('the age of a document', () => {
  it.each<[string, object]>([
    ['29 days 23 hours', { 'used-recently': 1 }],
    ['30 days', {}],
  ])('with a policy of 30 days, and %s', async (age, expected) => {
    const log = await started();
    await oldRelease(log);
    const set = { days: 30, deployedDays: null };
    await log.app.inject({ method: 'POST', url: '/retention-policies', payload: set });
    const older = (column: string) => `${column} = ${column} - interval '${age}'`;
    await tamper(`UPDATE documents SET ${older('created_at')}; UPDATE events SET ${older('time')};
                  UPDATE releases SET ${older('created_at')};
                  UPDATE evidence SET ${older('created_at')}, ${older('last_received_at')}`);
    expect((await retain(false)).kept).toEqual(expected);
  });
});

describe('the role of retention', () => {
  it('removes documents, and can do nothing else', async () => {
    const log = await started();
    const { release } = await oldRelease(log);
    await everythingIsOld();
    const url = new URL(testDatabaseUrl());
    const name = `${RETENTION_ROLE}_${url.pathname.slice(1)}`;
    await withClient(testDatabaseUrl(), async (owner) => {
      await makeRetentionRole(owner, name, 'a-password');
      await makeRetentionRole(owner, name, 'another-password');
      expect(await faultOfRetentionRole(owner, name)).toBeUndefined();
      const server = inject('serverRole').name;
      await expect(makeRetentionRole(owner, server, 'x')).rejects.toThrow('may use tables');
    });
    Object.assign(url, { username: name, password: 'another-password' });
    const REFUSED = [
      'SELECT 1 FROM documents',
      'SELECT 1 FROM document_chunks',
      'SELECT 1 FROM evidence',
      'SELECT 1 FROM findings',
      'SELECT 1 FROM events',
      'SELECT 1 FROM api_tokens',
      'SELECT 1 FROM server_keys',
      'SELECT 1 FROM legal_holds',
      'SELECT 1 FROM retention_policies',
      'DELETE FROM document_chunks',
      'DELETE FROM documents',
      'DELETE FROM document_removals',
      'DELETE FROM evidence',
      'DELETE FROM verdicts',
      'DELETE FROM events',
      'DELETE FROM log_entries',
      'DELETE FROM legal_holds',
      'UPDATE legal_holds SET lifted_at = now()',
      'UPDATE retention_policies SET days = 30',
      `INSERT INTO retention_policies (days, created_by) VALUES (30, 'x')`,
      `INSERT INTO events (type, subject_kind, subject_id, actor, data) VALUES ('x', 'x', 'x', 'x', '{}')`,
      `INSERT INTO document_removals (project_id, sha256) VALUES (1, 'x')`,
      'TRUNCATE document_chunks',
      'DROP TABLE document_chunks CASCADE',
      'ALTER TABLE document_chunks DISABLE TRIGGER ALL',
      'CREATE TABLE other (id int)',
      'CREATE TEMPORARY TABLE legal_holds (id int)',
      'SET session_replication_role = replica',
      'CREATE OR REPLACE FUNCTION remove_document(integer, text) RETURNS text LANGUAGE sql AS $$ SELECT NULL $$',
    ];
    const client = new pg.Client(connection(url.href));
    await client.connect();
    for (const statement of REFUSED)
      await expect(client.query(statement), statement).rejects.toMatchObject({ code: '42501' });
    await client.end();
    expect(await retain(true, 10, url.href)).toMatchObject({ removed: 1 });
    const [event] = await sql<{ actor: string; release_id: string }>(
      `SELECT actor, release_id FROM events WHERE type = 'document.removed'`,
    );
    expect(event).toEqual({ actor: `retention:${name}`, release_id: release });
    await withClient(serverDatabaseUrl(), async (server) => {
      for (const text of [
        `SELECT remove_document(1, 'x')`,
        `SELECT * FROM retention_documents(0, '', 1)`,
        'DELETE FROM document_chunks',
        `INSERT INTO document_removals (project_id, sha256, policy_id) SELECT 1, 'x', uuid_v7()`,
      ])
        await expect(server.query(text), text).rejects.toMatchObject({ code: '42501' });
    });
    await sql(`DROP OWNED BY "${name}"; DROP ROLE "${name}"`);
  });

  it('is refused by the triggers even as the owner, outside of the function', async () => {
    const log = await started();
    await oldRelease(log);
    for (const text of [
      'DELETE FROM document_chunks',
      'UPDATE document_chunks SET ordinal = 1',
      'TRUNCATE legal_holds',
    ])
      await expect(sql(text), text).rejects.toMatchObject({ code: '23001' });
  });
});
