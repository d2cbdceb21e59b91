import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { sql } from '../support/database.js';
import { deployed, postDeployment } from '../support/deployments.js';
import { stopped } from '../support/line.js';
import { addArtifact, createRelease, digest } from '../support/releases.js';
import { expectProblem, pointers } from '../support/requests.js';
import { useRows } from '../support/rows.js';
import { denials, evidenceOfAll, guard, verdictOf } from '../support/verdicts.js';

const context = useApp();
let release: string;
useRows(async () => {
  release = (await createRelease(context.app)).id;
  await addArtifact(context.app, release, { kind: 'archive' });
  await evidenceOfAll(context.app, release);
  await guard(context.app, [{ rule: 'promoted', through: ['staging'], minimumHours: 24 }]);
});

const rewrite = (statement: string) =>
  sql(`BEGIN; SET LOCAL session_replication_role = replica; ${statement}; COMMIT`);
/** Moves deployments and what they were judged on into the past. */
const age = (hours: number) =>
  rewrite(`UPDATE deployments SET created_at = created_at - interval '${hours} hours';
           UPDATE artifacts SET created_at = created_at - interval '${hours} hours'`);
const judge = (more: object = {}) =>
  verdictOf(context.app, release, { environment: 'gate', ...more });
const stage = (id = release) => deployed(context.app, id, 'staging');
const patch = (name: string, after: string[]) =>
  context.app.inject({ method: 'PATCH', url: `/environments/${name}`, payload: { after } });
const add = (name: string, after: string[]) =>
  context.app.inject({
    method: 'POST',
    url: '/environments',
    payload: { name, rank: 1, policies: [{ name: 'baseline' }], after },
  });

const MISSING =
  'promoted: It must run in staging for 24 hours without a break first, authorized and with its artifacts of now. ' +
  'Deploy it there, and record it: POST /environments/staging/deployments';

describe('the rule promoted', () => {
  it('denies what never ran there, and what runs there too shortly, until its time', async () => {
    expect(denials(await judge())).toEqual([MISSING]);
    const { createdAt } = await stage();
    const soaked = new Date(Date.parse(createdAt) + 24 * 3_600_000).toISOString();
    const soaking = await judge();
    expect(denials(soaking)).toEqual([
      `promoted: It must run in staging for 24 hours without a break, and runs there. Wait until ${soaked.slice(0, 16).replace('T', ' ')} UTC`,
    ]);
    expect(soaking.validUntil).toBe(soaked);
    const soak = async () => {
      const url = `/releases/${release}/readiness?environment=gate`;
      return (await context.app.inject(url)).json().environments[0].soak;
    };
    const demand = { environment: 'staging', minimumHours: 24 };
    expect(await soak()).toEqual([{ ...demand, hours: 0, state: 'soaking', until: soaked }]);
    await age(14);
    expect(await soak()).toMatchObject([{ ...demand, hours: 14, state: 'soaking' }]);
    await rewrite(`UPDATE deployments SET created_at = created_at + interval '14 hours';
                   UPDATE artifacts SET created_at = created_at + interval '14 hours'`);
    expect((await judge({ dryRun: true, asOf: soaked })).decision).toBe('allow');
    await age(24);
    const passed = await judge();
    expect(passed.results[0]?.message).toBe(
      'It ran in staging, each for 24 hours, as pipelines recorded it',
    );
    expect(passed.decision).toBe('allow');
    expect(await soak()).toEqual([{ ...demand, hours: 24, state: 'met', until: null }]);
  });

  it('counts one unbroken stay, also if something else runs there since', async () => {
    const other = (await createRelease(context.app, { projectId: 1, version: '2.0.0' })).id;
    await stage();
    await age(20);
    await stage(other);
    await age(20);
    await stage();
    await age(20);
    expect(denials(await judge())[0]).toMatch(/and runs there/);
    await stage(other);
    expect(denials(await judge())[0]).toMatch(/and left too early/);
    await stage();
    await age(24);
    await stage(other);
    expect((await judge()).decision).toBe('allow');
  });

  it('does not count without authorization, without success, or with other artifacts', async () => {
    await stopped(context.app, {}, 'staging');
    expect((await stage()).authorization).toBe('unauthorized');
    await age(30);
    expect(denials(await judge())).toEqual([MISSING]);
    await rewrite(
      "DELETE FROM deployments; UPDATE environment_stops SET resumed_at = now(), resumed_by = 'x', resume_reason = 'x'",
    );
    await postDeployment(context.app, release, 'staging', {}, { state: 'started' });
    await age(30);
    expect(denials(await judge())).toEqual([MISSING]);
    await rewrite('DELETE FROM deployments');
    await stage();
    await age(30);
    expect((await judge()).decision).toBe('allow');
    await addArtifact(context.app, release, { sha256: digest(2), name: 'late', kind: 'archive' });
    expect(denials(await judge())).toEqual([MISSING]);
  });

  it('400 at the environment that does not exist', async () => {
    const rules = [{ rule: 'promoted', through: ['staging', 'nowhere'] }];
    for (const [url, name] of [
      ['/policies', 'one'],
      ['/policies/gate/versions', undefined],
    ]) {
      const response = await context.app.inject({
        method: 'POST',
        url: String(url),
        payload: { name, rules },
      });
      const problem = expectProblem(response, 400, 'validation-failed');
      expect(pointers(problem)).toEqual(['/rules/0/through/1']);
    }
  });
});

describe('after', () => {
  it('denies what did not run in the environments before, whatever the policies say', async () => {
    expect((await patch('production', ['staging'])).json().after).toEqual(['staging']);
    const ask = () => verdictOf(context.app, release);
    expect(denials(await ask())).toEqual([
      'promoted: It must run in staging first, authorized and with its artifacts of now. ' +
        'Deploy it there, and record it: POST /environments/staging/deployments',
    ]);
    await stage();
    expect((await ask()).decision).toBe('allow');
    await patch('production', []);
    expect((await ask()).decision).toBe('allow');
  });

  it('400 for circles, for itself, and for what does not exist; nothing changes', async () => {
    expect((await add('test', [])).statusCode).toBe(201);
    expect((await patch('staging', ['test'])).statusCode).toBe(200);
    expect((await patch('production', ['staging'])).statusCode).toBe(200);
    for (const after of [['production'], ['test'], ['nowhere']]) {
      const response = await patch('test', after);
      expect(pointers(expectProblem(response, 400, 'validation-failed'))).toEqual(['/after/0']);
    }
    expect((await patch('test', ['production'])).json().detail).toBe(
      'after/0 makes a circle: production comes after test',
    );
    expectProblem(await add('new', ['new']), 400, 'validation-failed');
    const { after } = (await context.app.inject('/environments/test')).json();
    expect(after).toEqual([]);
  });

  it('two changes at the same time make no circle', async () => {
    const answers = await Promise.all([
      patch('production', ['staging']),
      patch('staging', ['production']),
    ]);
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 400]);
  });
});

describe('GET /releases/{id}/readiness', () => {
  const readiness = async () => {
    const answer = await context.app.inject(`/releases/${release}/readiness?environment=gate`);
    expect(answer.statusCode, answer.body).toBe(200);
    return answer.json().environments[0];
  };

  it('waits only if the release runs there: until when', async () => {
    expect(await readiness()).toMatchObject({ state: 'denied', until: null });
    const { createdAt } = await stage();
    const until = new Date(Date.parse(createdAt) + 24 * 3_600_000).toISOString();
    expect(await readiness()).toMatchObject({
      ...{ state: 'waiting', until },
      next: expect.stringContaining('Wait until'),
    });
    await stage((await createRelease(context.app, { projectId: 1, version: '2.0.0' })).id);
    expect(await readiness()).toMatchObject({ state: 'denied', until: null });
  });

  it('is denied if something else denies, too', async () => {
    await stage();
    await patch('gate', ['production']);
    expect(await readiness()).toMatchObject({ state: 'denied', until: null });
  });
});
