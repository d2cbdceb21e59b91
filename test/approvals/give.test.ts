import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import {
  guardAsking,
  person,
  postApproval,
  readBrief,
  say,
  withdraw,
} from '../support/approvals.js';
import { giveToken, type Holder } from '../support/callers.js';
import { sql } from '../support/database.js';
import { trivy } from '../support/documents.js';
import { withoutRow } from '../support/events.js';
import { uploaded } from '../support/evidence.js';
import { createRelease, digest } from '../support/releases.js';
import { createProject, expectProblem, pointers } from '../support/requests.js';
import { useRows } from '../support/rows.js';
import { guard } from '../support/verdicts.js';

const open = useApp();
const context = useApp({ AUTH_MODE: 'token' });
const LIMIT = { rule: 'max-findings', mode: 'block', severity: 'high', maximum: 5 };

let release: string;
let alice: Holder;
useRows(async () => {
  release = (await createRelease(open.app)).id;
  await guardAsking(open.app, {}, LIMIT);
  await guard(open.app, [{ rule: 'approvals', mode: 'block' }], 'other');
  alice = await person();
});

const give = (payload: object, { headers }: Pick<Holder, 'headers'> = alice) =>
  postApproval(context.app, release, payload, headers);
const body = async (more: object = {}, environment = 'gate') => {
  const { seen } = await readBrief(open.app, release, { environment });
  return { environment, decision: 'approve', seen, ...more };
};
const kept = async () => (await sql('SELECT 1 FROM approvals')).length;
const events = () =>
  sql<{ type: string; actor: string; data: string }>(
    `SELECT type, actor, data FROM events WHERE type LIKE 'approval.%' ORDER BY id`,
  );

describe('POST /releases/{id}/approvals: 201', () => {
  it('keeps who said what about which state, and records it', async () => {
    const about = await body();
    const response = await give(about);
    expect(response.statusCode, response.body).toBe(201);
    const [approval] = response.json();
    expect(approval).toEqual({
      ...about,
      id: expect.any(String),
      projectId: 1,
      releaseId: release,
      person: 'alice',
      groups: [],
      via: 'token',
      reason: null,
      givenAt: expect.stringMatching(/Z$/),
      withdrawnAt: null,
      withdrawnBy: null,
      withdrawReason: null,
      state: 'given',
      because: [],
    });
    const one = (await open.app.inject(`/approvals/${approval.id}`)).json();
    const { risk } = await readBrief(open.app, release);
    expect(one).toEqual({ ...approval, risk });
    expect((await events()).map(({ data, ...event }) => [event, withoutRow(data)])).toEqual([
      [
        { type: 'approval.given', actor: 'alice' },
        { environment: 'gate', seen: about.seen, groups: [], via: 'token' },
      ],
    ]);
  });

  it('keeps one record for each environment of a list, or none', async () => {
    const all = [await body(), await body({ decision: 'reject', reason: 'Not now' }, 'other')];
    const response = await give(all);
    expect(response.statusCode, response.body).toBe(201);
    expect(response.json()).toMatchObject([
      { environment: 'gate', decision: 'approve' },
      { environment: 'other', decision: 'reject', reason: 'Not now' },
    ]);
    expect((await events()).map(({ type }) => type)).toEqual([
      'approval.given',
      'approval.rejected',
    ]);
    const bob = await person('bob');
    expectProblem(
      await give([await body(), { ...all[1], seen: digest(7) }], bob),
      400,
      'validation-failed',
    );
    expect(await kept()).toBe(2);
  });

  it('200: has no effect if the person said the same before, also under concurrent requests', async () => {
    const about = await body();
    const answers = await Promise.all(Array.from({ length: 6 }, () => give(about)));
    const statuses = answers.map(({ statusCode }) => statusCode).sort();
    expect(statuses).toEqual([200, 200, 200, 200, 200, 201]);
    expect(new Set(answers.map((one) => one.body)).size).toBe(1);
    expect(await kept()).toBe(1);
    await withdraw(context.app, answers[0]?.json()[0].id, alice.headers);
    expect((await give(about)).statusCode).toBe(201);
  });
});

describe('POST /releases/{id}/approvals: 409', () => {
  it('stale-approval: says what changed since the brief, what is worse first', async () => {
    const about = await body();
    await uploaded(open.app, release, trivy({ id: 'CVE-2026-1' }), { label: 'scan' });
    const problem = expectProblem(await give(about), 409, 'stale-approval');
    expect(problem.detail).toMatch(
      /^gate is not as you saw it: CVE-2026-1 in pkg:npm\/lodash@4\.17\.20 \(high\) is new\. Read the brief again: GET \/releases\/[0-9a-f-]{36}\/decision-brief\?environment=gate$/,
    );
    const { seen } = await readBrief(open.app, release);
    expect(problem.stale).toEqual([
      {
        environment: 'gate',
        seen,
        changes: ['CVE-2026-1 in pkg:npm/lodash@4.17.20 (high) is new'],
      },
    ]);
    expect(await kept()).toBe(0);
    expect((await give({ ...about, seen })).statusCode).toBe(201);
  });

  it('stale-approval: also if the release became better', async () => {
    await uploaded(open.app, release, trivy({ id: 'CVE-2026-1' }), { label: 'scan' });
    const about = await body();
    await uploaded(open.app, release, trivy(), { label: 'scan' });
    const { detail } = expectProblem(await give(about), 409, 'stale-approval');
    expect(detail).toContain('1 of the findings of max-findings are gone');
  });

  it('identity-required: for programs, and without authentication', async () => {
    const about = await body();
    const program = await giveToken({ subject: 'jenkins' });
    const { detail } = expectProblem(await give(about, program), 409, 'identity-required');
    expect(detail).toMatch(
      /^Approval needs a person, and jenkins called with the token of a program/,
    );
    expectProblem(await postApproval(open.app, release, about, {}), 409, 'identity-required');
    expect(await kept()).toBe(0);
  });
});

describe('POST /releases/{id}/approvals: 400', () => {
  it.each<[string, object, string[]]>([
    ['a digest that was never shown', { seen: digest(9) }, ['/seen']],
    ['no digest', { seen: undefined }, ['/seen']],
    ['a digest of another form', { seen: 'sha256:1' }, ['/seen']],
    ['an environment that does not exist', { environment: 'nowhere' }, ['/environment']],
    ['a rejection without a reason', { decision: 'reject' }, ['/reason']],
    ['an empty reason', { reason: ' ' }, ['/reason']],
    ['another decision', { decision: 'maybe' }, ['/decision']],
    ['an unknown field', { force: true }, ['/force']],
  ])('%s', async (_what, more, expected) => {
    const problem = expectProblem(await give(await body(more)), 400, 'validation-failed');
    expect(pointers(problem)).toEqual(expected);
    expect(await kept()).toBe(0);
  });

  it('a digest of another environment or release', async () => {
    const { seen } = await readBrief(open.app, release, { environment: 'other' });
    expect(
      pointers(expectProblem(await give(await body({ seen })), 400, 'validation-failed')),
    ).toEqual(['/seen']);
    const other = await createRelease(open.app, { projectId: 1, version: '2.0.0' });
    await readBrief(open.app, other.id);
    const response = await postApproval(context.app, other.id, await body(), alice.headers);
    expect(pointers(expectProblem(response, 400, 'validation-failed'))).toEqual(['/seen']);
  });

  it('points into a list, and refuses an environment twice, an empty list, and more than 20', async () => {
    const one = await body();
    const places = async (payload: object) =>
      pointers(expectProblem(await give(payload), 400, 'validation-failed'));
    expect(await places([one, { ...one, seen: 'x' }])).toEqual(['/1/seen']);
    expect(await places([one, one])).toEqual(['/1/environment']);
    expect(await places([])).toEqual(['']);
    expect(await places(Array(21).fill(one))).toEqual(['']);
    expect(await kept()).toBe(0);
  });
});

describe('POST /releases/{id}/approvals: 404', () => {
  it('for a release out of reach, as if there were none', async () => {
    const about = await body();
    const { id } = await createProject(open.app);
    const bound = await giveToken({ subject: 'bob', person: true, projects: [id] });
    expectProblem(await give(about, bound), 404, 'release-not-found');
    const url = `/releases/${release}/decision-brief?environment=gate`;
    expectProblem(
      await context.app.inject({ url, headers: bound.headers }),
      404,
      'release-not-found',
    );
  });
});

describe('the rows', () => {
  it('are never changed, except that an approval is withdrawn once', async () => {
    const { id } = await say(context.app, release, alice);
    await withdraw(context.app, id, alice.headers);
    for (const statement of [
      `UPDATE approvals SET decision = 'reject', reason = 'x'`,
      `UPDATE approvals SET withdrawn_by = NULL, withdrawn_at = NULL, withdraw_reason = NULL`,
      `UPDATE approvals SET groups = '{admins}'`,
      'DELETE FROM approvals',
      `UPDATE decision_briefs SET shown_to = 'x'`,
      'DELETE FROM decision_briefs',
    ]) {
      await expect(sql(statement), statement).rejects.toMatchObject({ code: '23001' });
    }
    await expect(
      sql(`INSERT INTO decision_briefs (release_id, environment, sha256, project_id, risk, shown_to)
           SELECT release_id, environment, repeat('0', 64), project_id, '{}', 'x' FROM decision_briefs LIMIT 1`),
    ).rejects.toMatchObject({ code: '23514' });
  });

  it('that were written beside the API are recorded', async () => {
    await say(context.app, release, alice);
    await sql(`UPDATE approvals SET withdrawn_by = 'mallory', withdraw_reason = 'x'`);
    const [event] = await sql<{ subject_kind: string; release_id: string }>(
      `SELECT subject_kind, release_id FROM events WHERE type = 'beside-api'
        AND subject_kind = 'approval'`,
    );
    expect(event).toEqual({ subject_kind: 'approval', release_id: release });
  });
});
