import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { asking } from '../support/approvals.js';
import { sql } from '../support/database.js';
import { deployed, postDeployment } from '../support/deployments.js';
import { trivy } from '../support/documents.js';
import { uploaded } from '../support/evidence.js';
import { hoursFromNow, stopped, windowOf } from '../support/line.js';
import { addArtifact, createRelease, revoke } from '../support/releases.js';
import { createProject, expectProblem } from '../support/requests.js';
import { useRows } from '../support/rows.js';
import { assertRelease, evidenceOfAll } from '../support/verdicts.js';

/** Back to what runs by the record, after a deployment that did not succeed: each cell of the table. */
const context = useApp();
/** Runs, with authorization. */
let good: string;
/** Is deployed next, and does not succeed. */
let bad: string;
useRows(async () => {
  const { app } = context;
  good = (await createRelease(app)).id;
  bad = (await createRelease(app, { projectId: 1, version: '2.0.0' })).id;
  for (const id of [good, bad]) await evidenceOfAll(app, id);
  expect((await deployed(app, good)).authorization).toBe('authorized');
});

type State = 'started' | 'failed' | 'succeeded';
const record = (release: string, state: State) =>
  postDeployment(context.app, release, 'production', {}, { state });
const ask = async (intent: 'ordinary' | 'rollback', release = good) => {
  const response = await assertRelease(context.app, { release, intent });
  expect([200, 409], response.body).toContain(response.statusCode);
  return response.statusCode === 200 ? 'allow' : 'deny';
};
const both = async () => [await ask('ordinary'), await ask('rollback')];
const rewrite = (statement: string) =>
  sql(`BEGIN; SET LOCAL session_replication_role = replica; ${statement}; COMMIT`);
const freeze = () => windowOf(context.app);

const WAYS: [string, () => Promise<unknown>][] = [
  ['started', () => record(bad, 'started')],
  ['failed in one call', () => record(bad, 'failed')],
  [
    'started and failed',
    async () => {
      await record(bad, 'started');
      await record(bad, 'failed');
    },
  ],
];

describe.each(WAYS)('what passes after a deployment that is %s', (_way, interrupt) => {
  const outside = () =>
    windowOf(context.app, { kind: 'change', from: hoursFromNow(5), to: hoursFromNow(6) });
  const approvals = async () => {
    const { app } = context;
    const payload = { name: 'people', rules: [asking({ minimum: 2 })] };
    await app.inject({ method: 'POST', url: '/policies', payload });
    const policies = { policies: [{ name: 'people' }] };
    await app.inject({ method: 'PATCH', url: '/environments/production', payload: policies });
  };
  const noPolicy = () =>
    rewrite(`UPDATE environments SET policies = '[{"name":"gone"}]' WHERE name = 'production'`);
  const finding = () => uploaded(context.app, good, trivy({}), { label: 'scan' });

  it.each<[string, () => Promise<unknown>, string, string]>([
    ['nothing', async () => undefined, 'allow', 'allow'],
    ['freeze', freeze, 'deny', 'allow'],
    ['outside a change window', outside, 'deny', 'allow'],
    ['approvals are missing', approvals, 'deny', 'allow'],
    ['stopped line', () => stopped(context.app), 'deny', 'allow'],
    [
      'stopped with rollbacks: false',
      () => stopped(context.app, { rollbacks: false }),
      'deny',
      'deny',
    ],
    ['revoked release', () => revoke(context.app, good), 'deny', 'deny'],
    ['a rule that cannot be asked', noPolicy, 'deny', 'deny'],
    ['a rule that fails', finding, 'deny', 'deny'],
    ['a new artifact', () => addArtifact(context.app, good), 'deny', 'deny'],
  ])('%s', async (what, arrange, ordinary, rollback) => {
    if (what === 'a new artifact') await freeze();
    await interrupt();
    await arrange();
    expect(await both()).toEqual([ordinary, rollback]);
    const { authorization, state } = await deployed(context.app, good);
    const expected = rollback === 'deny' ? 'unauthorized' : 'rollback';
    expect([authorization, state]).toEqual([
      ordinary === 'allow' ? 'authorized' : expected,
      'succeeded',
    ]);
    // It is back: nothing is in the way of what runs, and repeating the call has no effect.
    if (rollback === 'allow') expect((await record(good, 'succeeded')).statusCode).toBe(200);
  });
});

describe('back to what runs', () => {
  it('is no rollback before another deployment began, nor after it is back', async () => {
    await freeze();
    expect(await both()).toEqual(['deny', 'deny']);
    expect((await record(good, 'started')).json().authorization).toBe('unauthorized');
    expect(await both()).toEqual(['deny', 'deny']);
    await record(bad, 'started');
    expect(await both()).toEqual(['deny', 'allow']);
    expect((await record(good, 'started')).json().authorization).toBe('rollback');
    await record(good, 'succeeded');
    expect(await both()).toEqual(['deny', 'deny']);
    await record(bad, 'failed');
    expect(await both()).toEqual(['deny', 'allow']);
  });

  it('says what to do if the deployment that failed was not recorded', async () => {
    await freeze();
    const answer = await assertRelease(context.app, { release: good, intent: 'rollback' });
    expectProblem(answer, 409, 'release-denied');
    expect(answer.json().reasons.join()).toContain('Record one that did, then ask again');
  });

  it('says why a release is no rollback, if only approvals are missing', async () => {
    const { app } = context;
    const payload = { name: 'people', rules: [asking({ minimum: 2 })] };
    await app.inject({ method: 'POST', url: '/policies', payload });
    const policies = { policies: [{ name: 'people' }] };
    await app.inject({ method: 'PATCH', url: '/environments/production', payload: policies });
    const reasons = async (query: object) =>
      (await assertRelease(app, { release: bad, ...query })).json().reasons.join();
    expect(await reasons({ intent: 'rollback' })).toMatch(
      /approvals: .*This release cannot pass as a rollback: it never ran here/,
    );
    expect(await reasons({})).not.toContain('rollback');
  });

  it('lets nothing in: neither what failed, nor a release that did not run here', async () => {
    const third = (await createRelease(context.app, { projectId: 1, version: '3.0.0' })).id;
    await evidenceOfAll(context.app, third);
    await freeze();
    await record(bad, 'started');
    await record(third, 'failed');
    expect([await ask('rollback', bad), await ask('rollback', third)]).toEqual(['deny', 'deny']);
    expect((await deployed(context.app, third)).authorization).toBe('unauthorized');
  });

  it('what runs without authorization, or failed since, is no target', async () => {
    await freeze();
    expect((await deployed(context.app, bad)).authorization).toBe('unauthorized');
    await record(good, 'started');
    expect(await ask('rollback', bad)).toBe('deny');
    await record(good, 'succeeded');
    await record(bad, 'failed');
    expect(await ask('rollback')).toBe('allow');
    await record(good, 'failed');
    expect(await ask('rollback')).toBe('deny');
  });

  it('deployments of another project or environment do not count', async () => {
    const { id: projectId } = await createProject(context.app, { name: 'Other' });
    const other = (await createRelease(context.app, { projectId })).id;
    await freeze();
    await record(other, 'started');
    await postDeployment(context.app, bad, 'staging', {}, { state: 'failed' });
    expect(await ask('rollback')).toBe('deny');
  });

  it('counts what began before it succeeded only if it failed afterwards', async () => {
    await record(bad, 'started');
    await record(good, 'started');
    await record(good, 'succeeded');
    await freeze();
    expect(await ask('rollback')).toBe('deny');
    await record(bad, 'failed');
    expect(await ask('rollback')).toBe('allow');
  });

  it('ends 90 days after the other one', async () => {
    await freeze();
    await record(bad, 'failed');
    const age = (days: number) =>
      rewrite(`UPDATE deployments SET created_at = created_at - interval '${days} days',
                      ended_at = ended_at - interval '${days} days'`);
    await age(89);
    expect(await ask('rollback')).toBe('allow');
    await age(2);
    expect(await ask('rollback')).toBe('deny');
    const answer = await assertRelease(context.app, { release: good, intent: 'rollback' });
    expect(answer.json().reasons.join()).toContain('it runs here now');
  });

  it('a record in doubt is no target', async () => {
    const { id } = (await record(good, 'succeeded')).json();
    await rewrite(`INSERT INTO deployment_doubts (deployment_id) VALUES ('${id}')`);
    await freeze();
    await record(bad, 'started');
    expect(await ask('rollback')).toBe('deny');
  });

  it('two ways back at the same time are one record', async () => {
    await freeze();
    await record(bad, 'failed');
    const answers = await Promise.all([1, 2, 3, 4].map(() => record(good, 'succeeded')));
    expect(answers.map(({ statusCode }) => statusCode).toSorted()).toEqual([200, 200, 200, 201]);
    expect(new Set(answers.map((one) => one.json().id)).size).toBe(1);
    expect(answers[0]?.json().authorization).toBe('rollback');
  });
});
