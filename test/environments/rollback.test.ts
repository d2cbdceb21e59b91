import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { deployedAnyway } from '../support/break-glass.js';
import { sql } from '../support/database.js';
import { deployed, postDeployment } from '../support/deployments.js';
import { trivy } from '../support/documents.js';
import { uploaded } from '../support/evidence.js';
import { hoursFromNow, stopped, windowOf } from '../support/line.js';
import { createRelease, revoke } from '../support/releases.js';
import { expectProblem } from '../support/requests.js';
import { useRows } from '../support/rows.js';
import { assertRelease, evidenceOfAll, verdictOf } from '../support/verdicts.js';

/** What passes in a fire: each cell of the table in docs/promotion.md, and what a rollback is. */
const context = useApp();
const guarded = useApp({ AUTH_MODE: 'token' });
/** Ran before `now`, which runs. Both with authorization. */
let old: string;
let now: string;
useRows(async () => {
  const { app } = context;
  old = (await createRelease(app)).id;
  now = (await createRelease(app, { projectId: 1, version: '2.0.0' })).id;
  for (const id of [old, now]) {
    await evidenceOfAll(app, id);
    expect((await deployed(app, id)).authorization).toBe('authorized');
  }
});

const ask = async (intent: 'ordinary' | 'rollback', release = old) => {
  const response = await assertRelease(context.app, { release, intent });
  expect([200, 409], response.body).toContain(response.statusCode);
  return response.statusCode === 200 ? 'allow' : 'deny';
};
const reasons = async (release = old) =>
  (await assertRelease(context.app, { release, intent: 'rollback' })).json().reasons.join('\n');
const freeze = () => windowOf(context.app);
/** Writes what the API does not allow. */
const rewrite = (statement: string) =>
  sql(`BEGIN; SET LOCAL session_replication_role = replica; ${statement}; COMMIT`);
/** Moves all deployments into the past. */
const age = (days: number) =>
  rewrite(`UPDATE deployments SET created_at = created_at - interval '${days} days'`);

describe('what passes', () => {
  const outside = () =>
    windowOf(context.app, { kind: 'change', from: hoursFromNow(5), to: hoursFromNow(6) });
  const noPolicy = () =>
    rewrite(`UPDATE environments SET policies = '[{"name":"gone"}]' WHERE name = 'production'`);
  const finding = () => uploaded(context.app, old, trivy({}), { label: 'scan' });

  it.each<[string, () => Promise<unknown>, string, string]>([
    ['nothing', async () => undefined, 'allow', 'allow'],
    ['freeze', freeze, 'deny', 'allow'],
    ['outside a change window', outside, 'deny', 'allow'],
    ['both', () => Promise.all([freeze(), outside()]), 'deny', 'allow'],
    ['stopped line', () => stopped(context.app), 'deny', 'allow'],
    [
      'stopped line with rollbacks: false',
      () => stopped(context.app, { rollbacks: false }),
      'deny',
      'deny',
    ],
    [
      'one stop of each',
      () => Promise.all([stopped(context.app), stopped(context.app, { rollbacks: false })]),
      'deny',
      'deny',
    ],
    ['revoked release', () => revoke(context.app, old), 'deny', 'deny'],
    ['a rule that cannot be asked', noPolicy, 'deny', 'deny'],
    ['a rule that fails', finding, 'deny', 'deny'],
  ])('%s', async (_case, arrange, ordinary, rollback) => {
    await arrange();
    expect([await ask('ordinary'), await ask('rollback')]).toEqual([ordinary, rollback]);
    // The record says the same as the gate.
    const { authorization } = await deployed(context.app, old);
    const expected = rollback === 'deny' ? 'unauthorized' : 'rollback';
    expect(authorization).toBe(ordinary === 'allow' ? 'authorized' : expected);
  });

  it('a rollback may go to a lower version', async () => {
    const payload = { name: 'up', rules: [{ rule: 'semver-increases' }] };
    await context.app.inject({ method: 'POST', url: '/policies', payload });
    const policies = { policies: [{ name: 'up' }] };
    await context.app.inject({
      method: 'PATCH',
      url: '/environments/production',
      payload: policies,
    });
    expect([await ask('ordinary'), await ask('rollback')]).toEqual(['deny', 'allow']);
  });
});

describe('intent=rollback', () => {
  it('stores its verdict, which does not hold, and leaves what holds for ordinary questions', async () => {
    await freeze();
    const denied = await verdictOf(context.app, old);
    const answer = (await assertRelease(context.app, { release: old, intent: 'rollback' })).json();
    const [verdict] = answer.verdicts;
    expect(verdict).toMatchObject({ decision: 'allow', decidedAt: null });
    expect(verdict.id).not.toBe(denied.id);
    const stored = (await context.app.inject(`/verdicts/${verdict.id}`)).json();
    expect(stored.inputs.rollback).toMatchObject({ target: 'ran', deployment: expect.any(String) });
    expect(await ask('rollback')).toBe('allow');
    const again = await verdictOf(context.app, old);
    expect([again.id, again.decidedAt]).toEqual([denied.id, denied.decidedAt]);
    const data = await sql<{ data: string }>(
      `SELECT data FROM events WHERE type = 'verdict.decided' AND subject_id = $1`,
      [verdict.id],
    );
    expect(data.map((row) => JSON.parse(row.data).intent)).toEqual(['rollback']);
  });

  it('one verdict for questions at the same time', async () => {
    await freeze();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () =>
        assertRelease(context.app, { release: old, intent: 'rollback' }),
      ),
    );
    expect(new Set(answers.map((one) => one.json().verdicts[0].id)).size).toBe(1);
  });

  it('what runs now is no target', async () => {
    await freeze();
    expect(await ask('rollback', now)).toBe('deny');
    expect(await reasons(now)).toMatch(
      /cannot pass as a rollback: it runs here now, and no other deployment was started or failed here since\. Record one that did, then ask again$/,
    );
  });

  it('what never ran here, or only without authorization, is no target', async () => {
    const third = (await createRelease(context.app, { projectId: 1, version: '3.0.0' })).id;
    await freeze();
    expect((await deployed(context.app, third)).authorization).toBe('unauthorized');
    await deployed(context.app, now, 'staging');
    await evidenceOfAll(context.app, third);
    expect((await deployed(context.app, now)).authorization).toBe('rollback');
    expect(await ask('rollback', third)).toBe('deny');
    expect(await reasons(third)).toMatch(
      /it never ran here with authorization and the artifacts that it has now$/,
    );
    expect(await ask('rollback')).toBe('allow');
  });

  it('a target that failed last is none, until it succeeds with authorization', async () => {
    await freeze();
    const fail = await postDeployment(context.app, old, 'production', {}, { state: 'failed' });
    expect(fail.json()).toMatchObject({ state: 'failed', authorization: 'rollback' });
    expect(await ask('rollback')).toBe('deny');
    expect(await reasons()).toMatch(/its last deployment here failed$/);
    expect((await deployed(context.app, old)).authorization).toBe('unauthorized');
    await deployed(context.app, now);
    expect(await ask('rollback')).toBe('deny');
    await deployedAnyway(guarded.app, old);
    await deployed(context.app, now);
    expect(await ask('rollback')).toBe('allow');
  });

  it('counts 90 days from when it last ran, not from when it was deployed', async () => {
    await freeze();
    await age(89);
    const verdict = (await assertRelease(context.app, { release: old, intent: 'rollback' })).json();
    expect(verdict.verdicts[0].decision).toBe('allow');
    await rewrite(
      `UPDATE deployments SET created_at = created_at - interval '300 days' WHERE release_id = '${old}'`,
    );
    expect(await ask('rollback')).toBe('allow');
    await age(2);
    expect(await ask('rollback')).toBe('deny');
    expect(await reasons()).toMatch(/it has not run here for 90 days$/);
  });

  it('of records from before, an allow counts', async () => {
    await freeze();
    const column = (decision: string, verdict: string) =>
      rewrite(`UPDATE deployments SET "authorization" = 'unknown', decision = '${decision}', verdict_id = ${verdict}
                WHERE release_id = '${old}'`);
    await column('allow', 'judged_verdict_id');
    expect(await ask('rollback')).toBe('allow');
    await column('none', 'NULL');
    expect(await ask('rollback')).toBe('deny');
  });

  it('another environment does not count', async () => {
    await windowOf(context.app, {}, 'staging');
    const query = { release: old, intent: 'rollback', environment: 'staging' };
    expectProblem(await assertRelease(context.app, query), 409, 'release-denied');
  });
});
