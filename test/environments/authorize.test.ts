import { describe, expect, it } from 'vitest';
import { useApp, useOwnApp } from '../support/app.js';
import { sql } from '../support/database.js';
import { type DeploymentBody, deployed, postDeployment } from '../support/deployments.js';
import { trivy } from '../support/documents.js';
import { uploaded } from '../support/evidence.js';
import { stopped, windowOf } from '../support/line.js';
import { createRelease, revoke } from '../support/releases.js';
import { expectProblem, pointers } from '../support/requests.js';
import { useRows } from '../support/rows.js';
import { evidenceOfAll, verdictOf } from '../support/verdicts.js';

const context = useApp();
const counting = useOwnApp();
let release: string;
useRows(async () => {
  release = (await createRelease(context.app)).id;
  await evidenceOfAll(context.app, release);
});

const record = (more: object = {}, id = release) =>
  postDeployment(context.app, id, 'production', {}, more);
const next = async (version: string) => {
  const { id } = await createRelease(context.app, { projectId: 1, version });
  await evidenceOfAll(context.app, id);
  return id;
};
const running = async (): Promise<string[]> =>
  (await context.app.inject('/environments/production/deployments'))
    .json()
    .map((one: DeploymentBody) => one.releaseId);
const bad = () => uploaded(context.app, release, trivy({}), { label: 'scan' });
const rewrite = (statement: string) =>
  sql(`BEGIN; SET LOCAL session_replication_role = replica; ${statement}; COMMIT`);
/** Moves verdicts and events into the past. */
const age = (minutes: number) =>
  rewrite(`UPDATE verdicts SET evaluated_at = evaluated_at - interval '${minutes} minutes';
           UPDATE release_decisions SET decided_at = decided_at - interval '${minutes} minutes';
           UPDATE events SET time = time - interval '${minutes} minutes'`);
const types = async () =>
  (
    await sql<{ type: string }>(
      `SELECT type FROM events WHERE subject_kind = 'deployment' ORDER BY id`,
    )
  ).map(({ type }) => type);

describe('the states of a deployment', () => {
  it('is one record that starts and succeeds; what runs is what succeeded', async () => {
    const before = await next('0.9.0');
    await deployed(context.app, before);
    const started = await record({ state: 'started' });
    expect(started.statusCode).toBe(201);
    expect(started.json()).toMatchObject({ state: 'started', endedAt: null, endedBy: null });
    expect(started.json().authorization).toBe('authorized');
    expect(await running()).toEqual([before]);
    expect((await record({ state: 'started' })).json()).toEqual(started.json());
    const done = await record();
    expect(done.statusCode).toBe(200);
    expect(done.json()).toEqual({
      ...started.json(),
      ...{ state: 'succeeded', endedAt: expect.any(String), endedBy: 'anonymous' },
    });
    expect(await running()).toEqual([release]);
    expect((await record()).json()).toEqual(done.json());
    expect(await types()).toEqual([
      'deployment.recorded',
      'deployment.recorded',
      'deployment.succeeded',
    ]);
  });

  it('a deployment that failed leaves what runs, and can be started again', async () => {
    const before = await next('0.9.0');
    await deployed(context.app, before);
    const { id } = (await record({ state: 'started' })).json();
    expect((await record({ state: 'failed' })).json()).toMatchObject({ id, state: 'failed' });
    expect((await record({ state: 'failed' })).json()).toMatchObject({ id, state: 'failed' });
    expect(await running()).toEqual([before]);
    const again = (await record({ state: 'started' })).json();
    expect(again.id > id).toBe(true);
    expect((await record({ state: 'succeeded' })).json().id).toBe(again.id);
    expect(await running()).toEqual([release]);
    expect(await types()).toContain('deployment.failed');
  });

  it('the last that succeeded runs, whichever was started first', async () => {
    const other = await next('2.0.0');
    await record({ state: 'started' });
    await deployed(context.app, other);
    expect(await running()).toEqual([other]);
    await record();
    expect(await running()).toEqual([release]);
    const third = await next('3.0.0');
    await deployed(context.app, third);
    expect(await running()).toEqual([third]);
    const [row] = await sql(`SELECT runs_in FROM release_overview WHERE version = '3.0.0'`);
    expect(row).toEqual({ runs_in: 'production' });
    const history = (await context.app.inject('/environments/production/history')).json();
    expect(history.map((one: DeploymentBody) => one.releaseId)).toEqual([third, other, release]);
  });

  it('ends once, and nothing else of it changes', async () => {
    const { id } = (await record({ state: 'started' })).json();
    await expect(sql(`UPDATE deployments SET created_by = 'x'`)).rejects.toThrow(/refused/);
    const end = `UPDATE deployments SET state = 'failed', ended_at = now(), ended_by = 'x'`;
    await expect(sql(`${end}, "authorization" = 'rollback'`)).rejects.toThrow(/refused/);
    await record({ state: 'failed' });
    await expect(sql(`${end} WHERE id = $1`, [id])).rejects.toThrow(/refused/);
    await expect(sql('DELETE FROM deployments')).rejects.toThrow(/refused/);
  });

  it('many requests at the same time make one record, which ends once', async () => {
    const all = (state: string) => Promise.all(Array.from({ length: 8 }, () => record({ state })));
    const starts = await all('started');
    expect(new Set(starts.map((one) => one.json().id)).size).toBe(1);
    expect(new Set((await all('succeeded')).map(({ body }) => body)).size).toBe(1);
    expect(await types()).toEqual(['deployment.recorded', 'deployment.succeeded']);
  });
});

describe('how a deployment is authorized', () => {
  it('by the answer of now; the verdict is stored, and what held before is told as before', async () => {
    const body = await deployed(context.app, release);
    expect(body).toMatchObject({ authorization: 'authorized', decision: 'none', verdictId: null });
    const verdict = (await context.app.inject(`/verdicts/${body.judgedVerdictId}`)).json();
    expect(verdict).toMatchObject({ decision: 'allow', releaseId: release });
  });

  it('not if the gate denies: it is recorded, told, counted and found', async () => {
    await bad();
    const response = await postDeployment(counting.app, release);
    expect([response.statusCode, response.json().authorization]).toEqual([201, 'unauthorized']);
    expect(await types()).toEqual(['deployment.recorded', 'deployment.unauthorized']);
    expect(await running()).toEqual([release]);
    const metrics = (await counting.app.inject('/metrics')).body;
    expect(metrics).toContain('srp_deployments_total{authorization="unauthorized"} 1');
    expect(metrics).toContain('srp_deployments_total{authorization="authorized"} 0');
    for (const url of [
      '/deployments?',
      '/environments/production/history?',
      '/deployments?project=1&',
    ]) {
      const found = await context.app.inject(`${url}authorization=unauthorized`);
      expect(found.json()).toEqual([response.json()]);
      expect((await context.app.inject(`${url}authorization=authorized`)).json()).toEqual([]);
    }
    const both = await context.app.inject('/deployments?authorization=unauthorized&decision=deny');
    expect(pointers(expectProblem(both, 400, 'validation-failed'))).toEqual(['/authorization']);
  });

  it('by an allow of the last hour, named or the one that held', async () => {
    const allow = await verdictOf(context.app, release);
    await bad();
    const named = (await record({ state: 'failed', verdictId: allow.id })).json();
    expect(named).toMatchObject({ authorization: 'authorized', judgedVerdictId: allow.id });
    // The denial holds now, so it must be named.
    expect((await record({ state: 'started' })).json().authorization).toBe('unauthorized');
  });

  it('by the allow that held when nobody asked since', async () => {
    const { id } = await verdictOf(context.app, release);
    await bad();
    expect(await deployed(context.app, release)).toMatchObject({
      ...{ authorization: 'authorized', judgedVerdictId: id, decision: 'allow', verdictId: id },
    });
  });

  it('a start that is sent again is the same, by the allow of the first one', async () => {
    const { id } = await verdictOf(context.app, release);
    await bad();
    const first = (await record({ state: 'started' })).json();
    expect(first).toMatchObject({ authorization: 'authorized', judgedVerdictId: id });
    // The first one found a denial, which holds now.
    expect((await verdictOf(context.app, release)).decision).toBe('deny');
    const again = await record({ state: 'started' });
    expect([again.statusCode, again.json()]).toEqual([200, first]);
    await stopped(context.app);
    expect((await record({ state: 'started' })).json().authorization).toBe('unauthorized');
  });

  it('not by an older allow', async () => {
    const allow = await verdictOf(context.app, release);
    await bad();
    await age(61);
    expect(
      await deployed(context.app, release, 'production', {}, { verdictId: allow.id }),
    ).toMatchObject({
      authorization: 'unauthorized',
    });
  });

  it.each<[string, string]>([
    ['another engine', 'UPDATE verdicts SET engine = engine - 1'],
    [
      'a comparison with what nobody authorized',
      `UPDATE verdicts SET inputs = jsonb_set(inputs, '{running}', '{"id": "x", "version": "1"}')
              || '{"policies": [{"rules": [{"rule": "semver-increases"}]}]}'`,
    ],
  ])('not by an allow of %s: it is judged again', async (_case, statement) => {
    const other = await next('0.9.0');
    await uploaded(context.app, other, trivy({}), { label: 'scan' });
    expect((await deployed(context.app, other)).authorization).toBe('unauthorized');
    const allow = await verdictOf(context.app, release);
    expect(allow.decision).toBe('allow');
    await rewrite(`${statement} WHERE id = '${allow.id}'`);
    await bad();
    const named = { state: 'started', verdictId: allow.id };
    expect((await record(named)).json().authorization).toBe('unauthorized');
    expect((await record()).json().authorization).toBe('unauthorized');
  });

  it('by an old allow that was answered again within the hour', async () => {
    const allow = await verdictOf(context.app, release);
    await age(600);
    const stop = await stopped(context.app);
    await verdictOf(context.app, release);
    await rewrite(`UPDATE environment_stops SET resumed_at = now(), resumed_by = 'x', resume_reason = 'x'
                    WHERE id = '${stop.id}'`);
    expect((await verdictOf(context.app, release)).id).toBe(allow.id);
    await bad();
    await verdictOf(context.app, release);
    const body = await deployed(context.app, release, 'production', {}, { verdictId: allow.id });
    expect(body.authorization).toBe('authorized');
  });

  it('by an old allow that only a limit of time has ended, within the hour', async () => {
    const allow = await verdictOf(context.app, release);
    await age(600);
    const at = (minutes: number) =>
      new Date(Date.now() + minutes * 60_000).toISOString().slice(0, 16);
    const frozen = await windowOf(context.app, { from: at(-30), to: at(60) });
    const verdictId = allow.id;
    const start = (await record({ state: 'failed', verdictId })).json();
    expect(start).toMatchObject({ authorization: 'authorized', judgedVerdictId: verdictId });
    await context.app.inject({
      method: 'DELETE',
      url: `/environments/production/windows/${frozen.id}`,
    });
    await windowOf(context.app, { from: at(-90), to: at(60) });
    expect((await record({ state: 'started', verdictId })).json().authorization).toBe(
      'unauthorized',
    );
  });

  it.each<[string, () => Promise<unknown>]>([
    ['revoked the release', () => revoke(context.app, release)],
    ['stopped the line', () => stopped(context.app)],
  ])('not by an allow of before somebody %s', async (_case, act) => {
    const { id } = await verdictOf(context.app, release);
    await act();
    const body = await deployed(context.app, release, 'production', {}, { verdictId: id });
    expect(body.authorization).toBe('unauthorized');
  });

  it('400 for a verdict of something else, and nothing is recorded', async () => {
    const staging = await verdictOf(context.app, release, { environment: 'staging' });
    const other = await verdictOf(context.app, await next('2.0.0'));
    for (const verdictId of [staging.id, other.id, release]) {
      const problem = expectProblem(await record({ verdictId }), 400, 'validation-failed');
      expect(pointers(problem)).toEqual(['/verdictId']);
    }
    expectProblem(await record({ state: 'running' }), 400, 'validation-failed');
    expect(await types()).toEqual([]);
    // Also where the call would end a deployment, or say nothing new.
    for (const state of ['started', 'succeeded']) {
      await record({ state });
      const verdictId = staging.id;
      expectProblem(await record({ state: 'succeeded', verdictId }), 400, 'validation-failed');
    }
    expect(await types()).toEqual(['deployment.recorded', 'deployment.succeeded']);
  });

  it('a stop at the same moment: what is authorized was allowed before it', async () => {
    for (let i = 0; i < 5; i += 1) {
      const id = await next(`2.${i}.0`);
      const [answer, stop] = await Promise.all([record({}, id), stopped(context.app)]);
      const { authorization, judgedVerdictId } = answer.json();
      const judged = (await context.app.inject(`/verdicts/${judgedVerdictId}`)).json();
      expect(judged.decision === 'allow').toBe(authorization === 'authorized');
      expect(judged.inputs.stops.length > 0).toBe(authorization === 'unauthorized');
      await rewrite(`UPDATE environment_stops SET resumed_at = now(), resumed_by = 'x', resume_reason = 'x'
                      WHERE id = '${stop.id}'`);
    }
  });
});
