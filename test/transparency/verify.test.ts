import { describe, expect, it, onTestFinished } from 'vitest';
import { importRows } from '../../src/events/import.js';
import { verify } from '../../src/features/verification/index.js';
import { sql } from '../support/database.js';
import { junit } from '../support/documents.js';
import { addEvents, anotherPool, type LogApp, logApp, tamper, unchecked } from '../support/log.js';
import { SEALED } from '../support/policies.js';
import { addArtifact, createRelease, digest } from '../support/releases.js';

/** What `npm run log -- verify` prints. */
async function faults({ keys }: Pick<LogApp, 'keys'>): Promise<string[]> {
  const found: string[] = [];
  await verify(anotherPool(), { keys: keys, report: (fault) => void found.push(fault) });
  return found;
}

/** Ids and times of events as a clock has them that shows this time, until the test ends. */
async function setDatabaseClock(time: string): Promise<void> {
  const [row] = await sql<{ text: string }>(
    `SELECT pg_get_functiondef('uuid_v7()'::regprocedure) AS text`,
  );
  const text = row?.text ?? '';
  onTestFinished(async () => {
    await sql(text);
    await sql('ALTER TABLE events ALTER time SET DEFAULT clock_timestamp()');
  });
  await sql(text.replace('clock_timestamp()', time));
  await sql(`ALTER TABLE events ALTER time SET DEFAULT ${time}`);
}

/** A release with everything that a verdict is made of, in the log. */
async function recorded(): Promise<LogApp & { release: string }> {
  const log = await logApp();
  await importRows(anotherPool());
  const { app } = log;
  const { id: release } = await createRelease(app);
  await addArtifact(app, release, { sha256: digest(7), kind: 'archive' });
  await app.inject({
    method: 'POST',
    url: `/releases/${release}/evidence`,
    headers: { 'content-type': 'application/xml' },
    payload: junit('passed'),
  });
  const post = (url: string, payload: object) => app.inject({ method: 'POST', url, payload });
  await post('/policies', { name: 'gate', rules: [SEALED] });
  const policies = [{ name: 'gate' }];
  await post('/environments', { name: 'gate', rank: 1, policies, signInWithinMinutes: 15 });
  await post('/waivers', {
    releaseId: release,
    rule: 'CVE-2021-23337',
    reason: 'Never called',
    expiresInDays: 5,
  });
  const token = await post('/tokens', {
    name: 'ci',
    subject: 'ci',
    scopes: ['projects:read'],
    projects: [1],
    expiresInDays: 5,
  });
  await app.inject({ method: 'DELETE', url: `/tokens/${token.json().id}` });
  await app.inject(`/assert?release=${release}&environment=gate`);
  await app.inject({ method: 'POST', url: `/releases/${release}/seal` });
  await app.inject(`/assert?release=${release}&environment=gate`);
  const weekly = { days: ['sat', 'fri'], from: '12:00', to: '24:00' };
  const window = { kind: 'freeze', weekly, timeZone: 'UTC', reason: 'Weekend', projects: [1] };
  await post('/environments/staging/windows', window);
  await post('/environments/staging/stop', { reason: 'Payments fail' });
  for (const state of ['started', 'succeeded']) {
    await post('/environments/gate/deployments', { releaseId: release, state });
  }
  await log.settle();
  return { ...log, release };
}

describe('npm run log -- verify', () => {
  it('finds nothing in a database that nobody changed', async () => {
    const log = await recorded();
    expect(await faults(log)).toEqual([]);
    await addEvents(300);
    await log.settle();
    await addEvents(5);
    const [verdict] = await sql('SELECT 1 FROM verdicts');
    expect(verdict).toBeDefined();
    const found: string[] = [];
    const counts = await verify(anotherPool(), {
      keys: log.keys,
      report: (fault) => void found.push(fault),
    });
    // Events of the test have no rows of their own.
    expect(found).toEqual([]);
    expect(counts).toMatchObject({ logs: 1, checkpoints: 2, verdicts: 2, documents: 1 });
    expect(counts.events).toBe(counts.entries + 5);
  });

  const lastOf = `(SELECT max(index) FROM log_entries)`;
  it.each<[what: string, change: string, found: RegExp]>([
    [
      'a changed actor',
      `UPDATE events SET actor = 'eve' WHERE type = 'release.sealed'`,
      /entry \d+: event \S+ is not what the entry commits to/,
    ],
    [
      'changed data',
      `UPDATE events SET data = replace(data, 'deny', 'allow') WHERE type = 'verdict.decided'`,
      /entry \d+: event \S+ is not what/,
    ],
    [
      'a changed time',
      `UPDATE events SET time = time + interval '1 ms' WHERE type = 'release.created'`,
      /entry \d+: event \S+ is not what/,
    ],
    [
      'a deleted event',
      `DELETE FROM events WHERE type = 'release.sealed'`,
      /entry \d+: event \S+ is missing/,
    ],
    ['a deleted entry', `DELETE FROM log_entries WHERE index = 2`, /entry 2: it is missing/],
    [
      'a deleted event with its entry',
      `WITH e AS (DELETE FROM events WHERE type = 'release.sealed' RETURNING id)
       DELETE FROM log_entries x USING e WHERE x.event_id = e.id`,
      /entry \d+: it is missing/,
    ],
    [
      'events that change places',
      `UPDATE log_entries SET index = 100 WHERE index = 1; UPDATE log_entries SET index = 1 WHERE index = 2;
       UPDATE log_entries SET index = 2 WHERE index = 100`,
      /tile 0\/0: it is not what the entries make/,
    ],
    [
      'an event that nobody logged',
      `INSERT INTO events (type, subject_kind, subject_id, actor, data)
       VALUES ('project.created', 'project', '9', 'eve', '{}')`,
      /event \S+: it is neither in the log nor in the queue/,
    ],
    [
      'an entry that was added',
      `WITH e AS (INSERT INTO events (type, subject_kind, subject_id, actor, data)
                 VALUES ('project.created', 'project', '9', 'eve', '{}') RETURNING id)
       INSERT INTO log_entries (log_id, index, event_id, salt, commitment)
       SELECT 1, ${lastOf} + 1, id, sha256('a'), sha256('b') FROM e`,
      /1 entries are beyond its size/,
    ],
    [
      'a cut tail',
      `WITH e AS (DELETE FROM log_entries WHERE index = ${lastOf} RETURNING event_id),
            v AS (DELETE FROM events USING e WHERE id = e.event_id)
       UPDATE logs SET size = size - 1`,
      /the database has fewer log entries than were signed/i,
    ],
    [
      'a cut tail with its checkpoint',
      `WITH e AS (DELETE FROM log_entries WHERE index = ${lastOf} RETURNING event_id),
            c AS (DELETE FROM log_checkpoints)
       UPDATE logs SET size = size - 1`,
      /the keys' folder has size \d+/,
    ],
    [
      'a changed tile',
      `UPDATE log_tiles SET hashes = sha256('a') || substring(hashes FROM 33)`,
      /tile 0\/0: it is not what/,
    ],
    ['a changed root', `UPDATE logs SET root = sha256('a')`, /its root is not that of its entries/],
    [
      'a changed checkpoint',
      `UPDATE log_checkpoints SET note = replace(note, 'srp.invalid', 'srp.example')`,
      /checkpoint \d+: no key of the log signed it/,
    ],
    [
      'a missing salt',
      `UPDATE log_entries SET salt = NULL WHERE index = 1`,
      /the salt of event \S+ is missing/,
    ],
    [
      'an erasure that the log does not have',
      `WITH e AS (UPDATE log_entries SET salt = NULL WHERE index = 1 RETURNING event_id)
       UPDATE events SET subject_id = 'erased', actor = 'erased', credential = NULL, request_id = NULL,
                         data = '{"erased":true}' FROM e WHERE id = e.event_id`,
      /event \S+ was erased, and the log does not say so/,
    ],
    [
      'a changed decision',
      `UPDATE verdicts SET decision = 'allow' WHERE decision = 'deny'`,
      /verdict \S+: it differs from its events/,
    ],
    [
      'a deleted verdict',
      `DELETE FROM verdicts WHERE decision = 'deny'`,
      /verdict \S+: it is missing/,
    ],
    [
      'an added verdict',
      `INSERT INTO verdicts (project_id, release_id, environment, decision, engine, inputs_hash, inputs,
                             results, evaluated_at, created_by)
       SELECT project_id, release_id, environment, 'allow'::decision, engine, repeat('0', 64), inputs,
              results, evaluated_at, created_by FROM verdicts LIMIT 1`,
      /verdict \S+: it was added/,
    ],
    [
      'changed inputs of a verdict',
      `UPDATE verdicts SET inputs = jsonb_set(inputs, '{release,commit}', '"${'0'.repeat(40)}"')`,
      /verdict \S+: its inputs were changed/,
    ],
    [
      'another reason of a waiver',
      `UPDATE waivers SET reason = 'Harmless'`,
      /waiver \S+: it differs from the digest/,
    ],
    ['a changed waiver', `UPDATE waivers SET rule = 'CVE-2000-0001'`, /waiver \S+: it differs/],
    [
      'a waiver that nobody approved',
      `UPDATE waivers SET approved_by = 'eve', approved_at = now()`,
      /waiver \S+: it differs/,
    ],
    [
      'a window of other days',
      `UPDATE environment_windows SET days = '{sat}'`,
      /window \S+: it differs/,
    ],
    [
      'a window of other projects',
      `UPDATE environment_windows SET every_project = true, project_ids = '{}'`,
      /window \S+: it differs/,
    ],
    [
      'a stop that nobody resumed',
      `UPDATE environment_stops SET resumed_by = 'eve', resumed_at = now(), resume_reason = 'x'`,
      /stop \S+: it differs/,
    ],
    ['a deleted stop', 'DELETE FROM environment_stops', /stop \S+: it is missing/],
    [
      'a deployment that nobody authorized',
      `UPDATE deployments SET "authorization" = 'rollback'`,
      /deployment \S+: it differs/,
    ],
    [
      'a deployment that did not fail',
      `UPDATE deployments SET state = 'failed', succeeded_as = NULL`,
      /deployment \S+: it differs/,
    ],
    [
      'a changed artifact',
      `UPDATE artifacts SET sha256 = repeat('0', 64)`,
      /artifact \S+: it differs/,
    ],
    [
      'changed rules',
      `UPDATE policy_versions SET rules = '[]' WHERE policy_name = 'gate'`,
      /policy version gate\/1: its rules were changed/,
    ],
    [
      'changed rules with their digest',
      `UPDATE policy_versions SET rules = '[]', sha256 = encode(sha256('[]'), 'hex') WHERE policy_name = 'gate'`,
      /policy version gate\/1: it differs/,
    ],
    [
      'a changed document',
      `UPDATE document_chunks SET content = set_byte(content, 15, get_byte(content, 15) # 255)`,
      /document \w+ of project \d+: its bytes were changed/,
    ],
    [
      'a document that looks younger',
      `UPDATE documents SET created_at = created_at + interval '1 day'`,
      /document \w+ of project \d+: its time was changed/,
    ],
    [
      'a release that nobody sealed',
      `UPDATE releases SET sealed_by = 'eve'`,
      /release \S+: it differs/,
    ],
    [
      'a release that was never sealed',
      `UPDATE releases SET state = 'open', sealed_at = NULL, sealed_by = NULL`,
      /release \S+: it differs/,
    ],
    [
      'a verdict hash that was replaced',
      `UPDATE verdicts SET verdict_hash = repeat('0', 64)`,
      /verdict \S+: it differs/,
    ],
    [
      'an environment without its policies',
      `UPDATE environments SET policies = '[]'`,
      /environment gate: it differs/,
    ],
    ['another rank', `UPDATE environments SET rank = 7`, /environment gate: it differs/],
    ['another order', `UPDATE environments SET after = '{x}'`, /environment gate: it differs/],
    [
      'another limit of sign-ins',
      `UPDATE environments SET sign_in_within_minutes = 60`,
      /environment gate: it differs/,
    ],
    [
      'an environment that nobody created',
      `INSERT INTO environments (name, rank, policies, created_by, updated_by)
       VALUES ('open', 1, '[]', 'eve', 'eve')`,
      /environment open: it was added/,
    ],
    [
      'another decision that holds',
      `UPDATE release_decisions SET decision = 'allow' WHERE decision = 'deny';
       UPDATE release_decisions SET verdict_id = (SELECT id FROM verdicts WHERE decision = 'deny')`,
      /what holds for release \S+ in gate: it is not what the latest event says/,
    ],
    [
      'evidence under another label',
      `UPDATE evidence SET label = 'other'`,
      /evidence \S+: it differs/,
    ],
    [
      'evidence that was replaced by nothing',
      `UPDATE evidence SET superseded_by = id, superseded_at = now()`,
      /evidence \S+: whether other evidence replaced it, and when, is not what the events say/,
    ],
    [
      'a token with more scopes',
      `UPDATE api_tokens SET scopes = '{tokens:admin}'`,
      /token \S+: it differs/,
    ],
    [
      'a token for every project',
      `UPDATE api_tokens SET every_project = true, project_ids = '{}'`,
      /token \S+: it differs/,
    ],
    [
      'a token that lives again',
      `UPDATE api_tokens SET revoked_at = NULL, revoked_by = NULL`,
      /token \S+: it differs/,
    ],
    [
      'a token that nobody created',
      `INSERT INTO api_tokens (name, subject, scopes, every_project, project_ids, hash, created_by, expires_at)
       SELECT 'x', subject, scopes, every_project, project_ids, sha256('x'), created_by, expires_at
         FROM api_tokens LIMIT 1`,
      /token \S+: it was added/,
    ],
    [
      'data of an event that is not JSON any more',
      unchecked(`UPDATE events SET data = 'no' WHERE type = 'verdict.decided'`),
      /event \S+: its data cannot be read/,
    ],
    [
      'an erasure with data that is not JSON',
      unchecked(
        `UPDATE events SET type = 'log.erased', data = '"x"' WHERE type = 'release.sealed'`,
      ),
      /entry \d+: event \S+ is not what/,
    ],
    [
      'more added rows than erased events',
      `UPDATE events SET subject_id = 'erased', actor = 'erased', credential = NULL, request_id = NULL,
                         data = '{"erased":true}'
        WHERE id = (SELECT id FROM events WHERE type = 'verdict.decided' LIMIT 1);
       INSERT INTO verdicts (project_id, release_id, environment, decision, engine, inputs_hash, inputs,
                             results, evaluated_at, created_by)
       SELECT project_id, release_id, environment, 'allow'::decision, engine, repeat('0', 64), inputs,
              results, evaluated_at, created_by FROM verdicts LIMIT 1`,
      /verdict \S+: it was added/,
    ],
    [
      'rows that the job has not recorded, among which additions would hide',
      `INSERT INTO event_imports (kind) VALUES ('verdict')`,
      /verdict: rows of earlier versions have no digest yet/,
    ],
    [
      'a row of the queue without an event',
      `INSERT INTO log_queue VALUES (gen_random_uuid())`,
      /is in the queue and does not exist/,
    ],
  ])('finds %s', async (_what, change, found) => {
    const log = await recorded();
    await tamper(change);
    expect((await faults(log)).join('\n')).toMatch(found);
  });

  it('finds nothing when the clock of the database was set back', async () => {
    const log = await recorded();
    const { id } = await createRelease(log.app, { version: '2.0.0' });
    await log.settle();
    const before = `now() - interval '3 hours'`;
    await setDatabaseClock(before);
    await log.app.inject({ method: 'POST', url: `/releases/${id}/seal` });
    await log.app.inject(`/assert?release=${id}&environment=gate`);
    await log.settle();
    const [order] = await sql(
      `SELECT (SELECT e.id FROM events e WHERE e.type = 'release.sealed' AND e.release_id = $1)
            < (SELECT e.id FROM events e WHERE e.type = 'release.created' AND e.release_id = $1) AS back`,
      [id],
    );
    expect(order).toEqual({ back: true });
    expect(await faults(log)).toEqual([]);
    expect(await log.log.check.run()).toBeUndefined();
    const again = await log.keys.lastSigned();
    await log.settle();
    expect(await log.keys.lastSigned()).toEqual(again);
  });

  it('says nothing of signatures without the keys', async () => {
    const log = await recorded();
    await tamper(`UPDATE log_checkpoints SET note = 'x'`);
    const found: string[] = [];
    await verify(anotherPool(), { keys: undefined, report: (fault) => void found.push(fault) });
    expect(found).toEqual([]);
    expect(await faults(log)).toHaveLength(1);
  });
});
