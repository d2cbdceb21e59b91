import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { guardAsking, inbox, person, readBrief, say, withdraw } from '../support/approvals.js';
import { giveGroup, useSignIn } from '../support/browser.js';
import { giveToken, type Holder } from '../support/callers.js';
import { sql } from '../support/database.js';
import { deployed } from '../support/deployments.js';
import { trivy } from '../support/documents.js';
import { retract, uploaded } from '../support/evidence.js';
import { postVersion } from '../support/policies.js';
import { createRelease, revoke } from '../support/releases.js';
import { expectProblem, nextPage, pointers } from '../support/requests.js';
import { assertRelease, guard, verdictOf } from '../support/verdicts.js';
import { inDays } from '../support/waivers.js';

const open = useApp({ SIGN_IN_GROUPS: 'developers,managers,security' });
const context = useSignIn({ SIGN_IN_GROUPS: 'developers,managers,security' });
const LIMIT = { rule: 'max-findings', mode: 'block', severity: 'high', maximum: 5 };

let release: string;
let alice: Holder;
let jenkins: Holder;
beforeEach(async () => {
  release = (await createRelease(open.app)).id;
  alice = await person();
  jenkins = await giveToken({ subject: 'jenkins', scopes: ['verdicts:read'] });
});

const request = (payload: object, { headers }: Pick<Holder, 'headers'> = alice) =>
  context.app.inject({
    method: 'POST',
    url: `/releases/${release}/approval-requests`,
    headers,
    payload,
  });
const assert = (query: Record<string, string> = { release }) =>
  assertRelease(context.app, { environment: 'gate', ...query }, jenkins.headers);
const wanted = (query: Record<string, string> = {}, headers = {}) =>
  inbox(headers === alice.headers ? context.app : open.app, { state: 'wanted', ...query }, headers);
const requests = () => sql<{ by_gate: boolean }>('SELECT by_gate FROM approval_requests');

describe('POST /releases/{id}/approval-requests', () => {
  it('201: asks people, for 30 days, and records it', async () => {
    await guardAsking(open.app);
    const plannedFor = inDays(2);
    const references = [{ title: 'Change 1', url: 'https://changes.example.org/1' }];
    const asked = { environments: ['gate'], plannedFor, references, note: 'Before Friday' };
    const response = await request(asked);
    expect(response.statusCode, response.body).toBe(201);
    const made = response.json();
    expect(made).toEqual({
      ...asked,
      id: expect.any(String),
      projectId: 1,
      releaseId: release,
      byGate: false,
      requestedAt: expect.any(String),
      requestedBy: 'alice',
      endsAt: expect.any(String),
    });
    expect(Date.parse(made.endsAt) - Date.parse(made.requestedAt)).toBe(30 * 86_400_000);
    const [entry] = await wanted();
    expect(entry).toEqual({
      project: { id: 1, name: 'Mon Projet' },
      release: { id: release, version: '1.0.0' },
      request: made,
    });
    const [event] = await sql(`SELECT type, subject_kind FROM events ORDER BY id DESC LIMIT 1`);
    expect(event).toEqual({ type: 'approval.requested', subject_kind: 'approval-request' });
  });

  it('201: once for an Idempotency-Key', async () => {
    await guardAsking(open.app);
    const headers = { ...alice.headers, 'idempotency-key': 'k' };
    const answers = [
      await request({ environments: ['gate'] }, { headers }),
      await request({ environments: ['gate'] }, { headers }),
    ];
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
    expect(await requests()).toHaveLength(1);
  });

  it.each<[string, object, string]>([
    ['no environment', { environments: [] }, '/environments'],
    ['an environment that does not exist', { environments: ['gate', 'x'] }, '/environments/1'],
    ['a time that has passed', { plannedFor: inDays(-1) }, '/plannedFor'],
    ['a time that is far away', { plannedFor: inDays(366) }, '/plannedFor'],
    ['no date', { plannedFor: '2026-02-30T00:00:00Z' }, '/plannedFor'],
    ['an empty note', { note: ' ' }, '/note'],
  ])('400: %s', async (_what, more, pointer) => {
    await guardAsking(open.app);
    const response = await request({ environments: ['gate'], ...more });
    expect(pointers(expectProblem(response, 400, 'validation-failed'))).toEqual([pointer]);
    expect(await requests()).toEqual([]);
  });

  it('warns if nobody can meet the rules', async () => {
    await guardAsking(open.app, { groups: ['managers'] });
    expect((await request({ environments: ['gate'] })).json().warnings).toEqual([
      '0 people of managers signed in within 90 days, and 1 person must approve',
    ]);
  });
});

describe('GET /assert', () => {
  it('asks for approvals once if they alone are missing', async () => {
    await guardAsking(open.app);
    const answers = await Promise.all(Array.from({ length: 4 }, () => assert()));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([409, 409, 409, 409]);
    await assert();
    expect(await requests()).toEqual([{ by_gate: true }]);
    const [event] = await sql<{ actor: string }>(
      `SELECT actor FROM events WHERE type = 'approval.requested'`,
    );
    expect(event?.actor).toBe('jenkins');
    expect(await wanted()).toMatchObject([{ request: { byGate: true, environments: ['gate'] } }]);
  });

  it('does not ask if another rule denies, somebody rejected it, or a request is open', async () => {
    await guardAsking(open.app, {}, LIMIT);
    await assert();
    expect(await requests()).toEqual([]); // max-findings has no evidence
    await uploaded(open.app, release, trivy(), { label: 'scan' });
    const { id } = await say(context.app, release, alice, { decision: 'reject', reason: 'No' });
    await assert();
    expect(await requests()).toEqual([]);
    await withdraw(context.app, id, alice.headers);
    await request({ environments: ['gate'] });
    await assert();
    expect(await requests()).toEqual([{ by_gate: false }]);
  });

  it('does not ask for a dry run, or a verdict that was requested', async () => {
    await guardAsking(open.app);
    await verdictOf(open.app, release, { environment: 'gate', dryRun: true });
    await verdictOf(open.app, release, { environment: 'gate' });
    expect(await requests()).toEqual([]);
  });

  it('asks again after the request ended', async () => {
    await guardAsking(open.app);
    await assert();
    await sql(`BEGIN; SET LOCAL session_replication_role = replica;
               UPDATE approval_requests SET requested_at = requested_at - interval '31 days',
                                            ends_at = ends_at - interval '31 days'; COMMIT`);
    expect(await wanted()).toEqual([]);
    await assert();
    expect(await requests()).toHaveLength(2);
    expect(await wanted()).toHaveLength(1);
  });
});

describe('GET /approvals?state=wanted', () => {
  it('ends when the release is allowed, deployed or revoked', async () => {
    await guardAsking(open.app);
    await request({ environments: ['gate'] });
    await say(context.app, release, alice);
    expect(await wanted()).toHaveLength(1);
    expect((await assert()).statusCode).toBe(200);
    expect(await wanted()).toEqual([]);
    const next = await createRelease(open.app, { projectId: 1, version: '2.0.0' });
    release = next.id;
    await request({ environments: ['gate'] });
    expect(await wanted()).toHaveLength(1);
    await deployed(open.app, release, 'gate');
    expect(await wanted()).toEqual([]);
    const last = await createRelease(open.app, { projectId: 1, version: '3.0.0' });
    release = last.id;
    await request({ environments: ['gate'] });
    await revoke(open.app, release);
    expect(await wanted()).toEqual([]);
  });

  it('mine: what the caller can answer by its groups, and did not answer yet', async () => {
    for (const group of ['developers', 'managers']) await giveGroup(group);
    await guardAsking(open.app, { groups: ['managers'], required: ['security'] });
    await guard(open.app, [{ rule: 'approvals', mode: 'block' }], 'any');
    await request({ environments: ['gate'] });
    const dev = await context.signedIn({ sub: 'd1', groups: ['developers'] });
    const boss = await context.signedIn({ sub: 'm1', groups: ['managers'] });
    const mine = async (browser: typeof dev) =>
      (await browser.send({ url: '/approvals?state=wanted&mine=true' })).json().length;
    expect([await mine(dev), await mine(boss)]).toEqual([0, 1]);
    await request({ environments: ['any'] });
    expect([await mine(dev), await mine(boss)]).toEqual([1, 2]);
    const { seen } = await readBrief(open.app, release);
    const payload = { environment: 'gate', decision: 'approve', seen };
    const given = await boss.change({ url: `/releases/${release}/approvals`, payload });
    expect(given.statusCode, given.body).toBe(201);
    expect(await mine(boss)).toBe(1);
  });

  it('shows only projects that the caller reaches', async () => {
    await guardAsking(open.app);
    await request({ environments: ['gate'] });
    const bound = await giveToken({ subject: 'bob', projects: [2] });
    expect(await inbox(context.app, { state: 'wanted' }, bound.headers)).toEqual([]);
    expect(await inbox(context.app, { state: 'given' }, bound.headers)).toEqual([]);
    const url = '/approvals?project=1';
    const response = await context.app.inject({ url, headers: bound.headers });
    expectProblem(response, 404, 'project-not-found');
  });

  it('has pages', async () => {
    await guardAsking(open.app);
    await request({ environments: ['gate'] });
    await request({ environments: ['gate'], note: 'Again' });
    const first = await open.app.inject('/approvals?limit=1');
    expect(first.json()).toMatchObject([{ request: { note: 'Again' } }]);
    const second = await open.app.inject(nextPage(first) ?? '');
    expect(second.json()).toMatchObject([{ request: { note: null } }]);
    expect(nextPage(second)).toBeUndefined();
  });
});

describe('GET /approvals?state=given and void', () => {
  it('shows what people said, and what is void by the last decision', async () => {
    await guardAsking(open.app, { minimum: 2 }, LIMIT);
    await uploaded(open.app, release, trivy(), { label: 'scan' });
    const bob = await person('bob');
    const given = await say(context.app, release, alice);
    await say(context.app, release, bob);
    const people = async (query: Record<string, string>, holder = alice) =>
      (await inbox(context.app, query, holder.headers)).map(
        ({ approval }: { approval: { person: string } }) => approval.person,
      );
    expect(await people({ state: 'given' })).toEqual(['bob', 'alice']);
    expect(await people({ state: 'given', mine: 'true' })).toEqual(['alice']);
    expect(await people({ state: 'void' })).toEqual([]);
    const more = await uploaded(open.app, release, trivy({ id: 'CVE-2026-9' }), { label: 'b' });
    await assert();
    expect(await people({ state: 'void' })).toEqual(['bob', 'alice']);
    expect(await people({ state: 'void', mine: 'true' }, bob)).toEqual(['bob']);
    const [entry] = await inbox(context.app, { state: 'void', mine: 'true' }, alice.headers);
    expect(entry.approval).toEqual({
      ...given,
      state: 'void',
      because: ['CVE-2026-9 in pkg:npm/lodash@4.17.20 (high) is new'],
    });
    await retract(open.app, more.id);
    await assert();
    expect(await people({ state: 'void' })).toEqual([]);
    const types = await sql(`SELECT type FROM events WHERE type = 'approval.voided'`);
    expect(types).toHaveLength(2);
  });
});

describe('the timeline', () => {
  it('tells who asked, approved and withdrew', async () => {
    await guardAsking(open.app);
    await assert();
    const { id } = await say(context.app, release, alice);
    await assert();
    await withdraw(context.app, id, alice.headers);
    const entries = (await open.app.inject(`/releases/${release}/timeline`)).json();
    expect(
      entries
        .map(({ text }: { text: string }) => text)
        .reverse()
        .slice(1),
    ).toEqual([
      'The release may not go to gate, by a new verdict: jenkins asked',
      'The gate asked for approvals for gate, because they alone were missing: jenkins asked it',
      'alice approved the release for gate by a token',
      'The release may go to gate, by a new verdict: jenkins asked',
      'alice withdrew the approval of alice for gate',
    ]);
  });
});

describe('GET /releases/{id}/decision-brief', () => {
  it('has what an approver must know', async () => {
    await guardAsking(open.app, {}, LIMIT);
    await uploaded(
      open.app,
      release,
      trivy({ id: 'CVE-2026-1', severity: 'MEDIUM' }, { id: 'CVE-2026-2' }),
      { label: 'scan' },
    );
    await say(context.app, release, alice);
    await deployed(open.app, release, 'gate');
    const next = await createRelease(open.app, { projectId: 1, version: '2.0.0', notes: 'Faster' });
    const old = release;
    release = next.id;
    await uploaded(
      open.app,
      release,
      trivy({ id: 'CVE-2026-1' }, { id: 'CVE-2026-2' }, { id: 'CVE-2026-3', severity: 'LOW' }),
      { label: 'scan' },
    );
    await say(context.app, release, alice);
    const brief = await readBrief(open.app, release);
    expect(brief).toMatchObject({
      decision: 'allow',
      results: [{ rule: 'max-findings', status: 'pass' }],
      asked: [{ rule: 'approvals', status: 'pass' }],
      said: [{ person: 'alice', state: 'given' }],
      findings: {
        new: { total: 1, named: [{ rule: 'CVE-2026-3', was: null }] },
        worse: { total: 1, named: [{ rule: 'CVE-2026-1', was: 'medium' }] },
        counted: { total: 2 },
      },
      tests: { reports: 0 },
      changes: {
        from: { version: '1.0.0' },
        to: { version: '2.0.0', notes: 'Faster' },
        diff: `/releases/${release}/diff/${old}`,
      },
    });
    expect((await open.app.inject(brief.changes.diff ?? '')).statusCode).toBe(200);
  });

  it('says now that an approval is void, also before the gate is asked', async () => {
    await guardAsking(open.app, {}, LIMIT);
    await uploaded(open.app, release, trivy(), { label: 'scan' });
    await say(context.app, release, alice);
    await uploaded(open.app, release, trivy({ id: 'CVE-2026-2' }), { label: 'scan' });
    const { said } = await readBrief(open.app, release);
    expect(said).toMatchObject([
      { state: 'void', because: [expect.stringContaining('CVE-2026-2')] },
    ]);
  });

  it('404 for an environment that does not exist', async () => {
    const url = `/releases/${release}/decision-brief?environment=gate`;
    expectProblem(await open.app.inject(url), 404, 'environment-not-found');
  });

  it('works without a rule that asks for approvals', async () => {
    await guard(open.app, [LIMIT]);
    await postVersion(open.app, 'gate', [{ ...LIMIT, maximum: 0 }]);
    const { decision, asked, risk } = await readBrief(open.app, release);
    expect([decision, asked]).toEqual(['deny', []]);
    expect(risk.rules).toMatchObject([{ rule: 'max-findings', status: 'not-evidenced' }]);
  });
});

it('lists what is about one environment', async () => {
  await guardAsking(open.app);
  await guard(open.app, [{ rule: 'approvals', mode: 'block' }], 'other');
  await request({ environments: ['gate'] });
  await say(context.app, release, alice, { environment: 'other' });
  const sizes = (state: string) =>
    Promise.all(
      ['gate', 'other', 'production'].map(
        async (environment) => (await inbox(open.app, { state, environment })).length,
      ),
    );
  expect(await sizes('wanted')).toEqual([1, 0, 0]);
  expect(await sizes('given')).toEqual([0, 1, 0]);
});

it('lists what is about one release, by one person, or of some time', async () => {
  await guardAsking(open.app);
  const other = (await createRelease(open.app, { projectId: 1, version: '2.0.0' })).id;
  await request({ environments: ['gate'] });
  const bob = await person('bob');
  for (const holder of [alice, bob]) await say(context.app, release, holder);
  await say(context.app, other, bob);
  const count = async (query: Record<string, string>) => (await inbox(open.app, query)).length;
  const wantedBy = (query: object) => count({ state: 'wanted', ...query });
  const givenBy = (query: object) => count({ state: 'given', ...query });
  expect(await wantedBy({ release })).toBe(1);
  expect(await wantedBy({ release: other })).toBe(0);
  expect(await wantedBy({ requestedBy: 'alice' })).toBe(1);
  expect(await wantedBy({ requestedBy: 'bob' })).toBe(0);
  expect(await givenBy({ release })).toBe(2);
  expect(await givenBy({ person: 'bob' })).toBe(2);
  expect(await givenBy({ person: 'bob', release: other })).toBe(1);
  for (const [when, all] of [
    [{ from: '2020-01-01T00:00:00Z' }, true],
    [{ to: '2020-01-01T00:00:00Z' }, false],
  ] as const) {
    expect([await wantedBy(when), await givenBy(when)]).toEqual(all ? [1, 3] : [0, 0]);
  }
  const url = `/releases/${release}/approvals?person=bob&from=2020-01-01T00:00:00Z`;
  expect((await open.app.inject(url)).json()).toMatchObject([{ person: 'bob' }]);
  for (const [query, pointer] of [
    ['state=wanted&person=bob', '/person'],
    ['state=given&requestedBy=bob', '/requestedBy'],
    ['from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z', '/from'],
  ]) {
    const problem = expectProblem(
      await open.app.inject(`/approvals?${query}`),
      400,
      'validation-failed',
    );
    expect(pointers(problem)).toEqual([pointer]);
  }
});
