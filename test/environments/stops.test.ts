import { describe, expect, it } from 'vitest';
import { useApp, useOwnApp } from '../support/app.js';
import { giveToken } from '../support/callers.js';
import { sql } from '../support/database.js';
import { postResume, postStop, stopped } from '../support/line.js';
import { createRelease } from '../support/releases.js';
import { createProject, expectProblem, pointers } from '../support/requests.js';
import { useRows } from '../support/rows.js';
import { assertRelease, denials, evidenceOfAll, verdictOf } from '../support/verdicts.js';

const context = useApp();
const other = useOwnApp();
const guarded = useApp({ AUTH_MODE: 'token' });
let release: string;
useRows(async () => {
  release = (await createRelease(context.app)).id;
  await evidenceOfAll(context.app, release);
});

const judge = () => verdictOf(context.app, release);
const person = async () =>
  (await giveToken({ subject: 'carol', person: true, scopes: ['environments:resume'] })).headers;
const list = async (state = 'current') =>
  (await context.app.inject(`/environments/production/stops?state=${state}`)).json();

describe('POST /environments/{name}/stop and /resume', () => {
  it('denies in the next answer of every instance, until a person resumes', async () => {
    const first = await judge();
    const { headers } = await giveToken({ subject: 'alice', scopes: ['environments:stop'] });
    const stop = await stopped(guarded.app, {}, 'production', headers);
    expect(stop).toEqual({
      ...{ id: stop.id, environment: 'production', projects: null, rollbacks: true },
      ...{ reason: 'Payments fail', createdAt: expect.any(String), createdBy: 'alice' },
      ...{ resumedAt: null, resumedBy: null, resumeReason: null },
    });
    for (const app of [context.app, other.app]) {
      const problem = expectProblem(await assertRelease(app, { release }), 409, 'release-denied');
      expect(problem.reasons).toEqual([
        '1.0.0: stopped: production is stopped by alice: Payments fail. ' +
          'A person resumes it: POST /environments/production/resume. ' +
          'To roll back, ask with intent=rollback: GET /assert?environment=production&intent=rollback',
      ]);
    }
    const response = await postResume(guarded.app, await person());
    expect(response.statusCode, response.body).toBe(200);
    const ended = { ...stop, resumedBy: 'carol', resumeReason: 'Payments work' };
    expect(response.json()).toEqual([{ ...ended, resumedAt: expect.any(String) }]);
    expect((await assertRelease(other.app, { release })).statusCode).toBe(200);
    expect((await judge()).id).toBe(first.id);
    expect([await list(), await list('resumed')]).toEqual([[], response.json()]);
    expect((await postResume(guarded.app, await person())).json()).toEqual([]);
  });

  it('says that rollbacks do not pass, and names no way for them', async () => {
    await stopped(context.app, { rollbacks: false });
    expect(denials(await judge())).toEqual([
      'stopped: production is stopped by anonymous, also for rollbacks: Payments fail. ' +
        'A person resumes it: POST /environments/production/resume',
    ]);
  });

  it('stops the named projects only; one of several stops ends alone', async () => {
    const { id } = await createProject(context.app, { name: 'Other' });
    await stopped(context.app, { projects: [id] });
    expect((await judge()).decision).toBe('allow');
    const own = await stopped(context.app, { projects: [1] });
    await stopped(context.app);
    expect(denials(await judge())).toHaveLength(2);
    const one = await postResume(guarded.app, await person(), { stop: own.id });
    expect(one.json()).toMatchObject([{ id: own.id }]);
    expect(denials(await judge())).toHaveLength(1);
  });

  it('400: several stops end one by one, because each has its reason', async () => {
    const first = await stopped(context.app);
    const second = await stopped(context.app, { reason: 'The disk is full' });
    const headers = await person();
    const problem = expectProblem(await postResume(guarded.app, headers), 400, 'validation-failed');
    expect(pointers(problem)).toEqual(['/stop']);
    expect(problem.detail).toContain(`${second.id} by anonymous: The disk is full`);
    expect(denials(await judge())).toHaveLength(2);
    await postResume(guarded.app, headers, { stop: first.id });
    const [{ id }] = (await postResume(guarded.app, headers)).json();
    expect(id).toBe(second.id);
    expect((await judge()).decision).toBe('allow');
  });

  it('409: a program, or nobody in particular, cannot resume', async () => {
    await stopped(context.app);
    const { headers } = await giveToken({ scopes: ['environments:resume'] });
    expectProblem(await postResume(guarded.app, headers), 409, 'identity-required');
    expectProblem(await postResume(context.app, {}), 409, 'identity-required');
    expect((await judge()).decision).toBe('deny');
  });

  it('403: the scopes are apart', async () => {
    const some = await giveToken({
      person: true,
      scopes: ['environments:write', 'environments:stop'],
    });
    expectProblem(await postResume(guarded.app, some.headers), 403, 'insufficient-scope');
    const { headers } = await giveToken({ scopes: ['environments:write', 'environments:resume'] });
    const refused = await postStop(guarded.app, {}, 'production', headers);
    expectProblem(refused, 403, 'insufficient-scope');
  });

  describe('a caller that is bound to projects', () => {
    const bound = async (scope: 'environments:stop' | 'environments:resume', projects: number[]) =>
      (await giveToken({ subject: 'dave', person: true, scopes: [scope], projects })).headers;

    it('stops and resumes them alone', async () => {
      const { id: other } = await createProject(context.app, { name: 'Other' });
      const stopper = await bound('environments:stop', [1]);
      const own = await stopped(guarded.app, { projects: [1] }, 'production', stopper);
      expect(denials(await judge())).toHaveLength(1);
      await stopped(context.app, { projects: [1, other] });
      await stopped(context.app);
      const resumer = await bound('environments:resume', [1]);
      const response = await postResume(guarded.app, resumer);
      expect(response.json()).toMatchObject([{ id: own.id, resumedBy: 'dave' }]);
      expect(denials(await judge())).toHaveLength(2);
      expect((await postResume(guarded.app, resumer)).json()).toEqual([]);
      const both = await bound('environments:resume', [1, other]);
      expect((await postResume(guarded.app, both)).json()).toMatchObject([
        { projects: [1, other] },
      ]);
      expect((await postResume(guarded.app, both)).json()).toEqual([]);
      expect(denials(await judge())).toHaveLength(1);
    });

    it('400: for every project, or for one that it does not reach, and nothing is kept', async () => {
      const { id: other } = await createProject(context.app, { name: 'Other' });
      const headers = await bound('environments:stop', [1]);
      const refused = async (body: object) =>
        pointers(
          expectProblem(
            await postStop(guarded.app, body, 'production', headers),
            400,
            'validation-failed',
          ),
        );
      expect(await refused({})).toEqual(['/projects']);
      expect(await refused({ projects: [1, other, 99] })).toEqual(['/projects/1', '/projects/2']);
      expect(await list('all')).toEqual([]);
    });

    it('400: cannot resume a stop by its id that is about more', async () => {
      const { id } = await stopped(context.app);
      const headers = await bound('environments:resume', [1]);
      const problem = expectProblem(
        await postResume(guarded.app, headers, { stop: id }),
        400,
        'validation-failed',
      );
      expect(problem.detail).toContain('projects that you cannot resume');
      expect((await judge()).decision).toBe('deny');
    });

    it('cannot use up the stops of others', async () => {
      const { id: other } = await createProject(context.app, { name: 'Other' });
      const headers = await bound('environments:stop', [other]);
      const more = () => postStop(guarded.app, { projects: [other] }, 'production', headers);
      for (let i = 0; i < 20; i += 1) expect((await more()).statusCode).toBe(201);
      expectProblem(await more(), 422, 'quota-exceeded');
      await stopped(context.app, { projects: [1] });
      await stopped(context.app);
      const status = (await context.app.inject('/environments/production/status')).json();
      expect(status.isStopped).toBe(true);
      expect(status.stops).toHaveLength(22);
      expect(status.stops[0].projects).toBeNull();
    });
  });

  it.each<[string, object, string[]]>([
    ['no reason', { reason: '' }, ['/reason']],
    ['an unknown project', { projects: [99] }, ['/projects/0']],
    ['another field', { until: 'x' }, ['/until']],
  ])('400: %s, and nothing is kept', async (_case, body, expected) => {
    const problem = expectProblem(await postStop(context.app, body), 400, 'validation-failed');
    expect([...new Set(pointers(problem))]).toEqual(expected);
    expect(await list('all')).toEqual([]);
  });

  it('400 for a stop that does not exist, 404 for an environment that does not, 422 for the 21st', async () => {
    const unknown = await postResume(guarded.app, await person(), { stop: release });
    expect(pointers(expectProblem(unknown, 400, 'validation-failed'))).toEqual(['/stop']);
    expectProblem(await postStop(context.app, {}, 'x'), 404, 'environment-not-found');
    let last = '';
    for (let i = 0; i < 20; i += 1) last = (await stopped(context.app)).id;
    expectProblem(await postStop(context.app), 422, 'quota-exceeded');
    await postResume(guarded.app, await person(), { stop: last });
    await stopped(context.app);
  });

  it('the table keeps stops, and ends each once', async () => {
    await stopped(context.app);
    await expect(sql(`UPDATE environment_stops SET rollbacks = false`)).rejects.toThrow(/refused/);
    await expect(sql('DELETE FROM environment_stops')).rejects.toThrow(/refused/);
    await postResume(guarded.app, await person());
    await expect(
      sql(
        `UPDATE environment_stops SET resumed_at = NULL, resumed_by = NULL, resume_reason = NULL`,
      ),
    ).rejects.toThrow(/refused/);
  });
});
