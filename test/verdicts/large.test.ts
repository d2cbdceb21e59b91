import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LargeOptions, Outcome } from '../../src/features/verdicts/large-decisions.js';
import { buildTestApp, testDecisions, useApp, useOwnApp } from '../support/app.js';
import { person, readBrief, say } from '../support/approvals.js';
import { deployedAnyway } from '../support/break-glass.js';
import { giveToken } from '../support/callers.js';
import { holdTransaction, sql, testDatabaseUrl, untilWaiting } from '../support/database.js';
import { bom, trivy } from '../support/documents.js';
import { retract, uploaded } from '../support/evidence.js';
import { postVersion } from '../support/policies.js';
import { createRelease } from '../support/releases.js';
import { expectProblem } from '../support/requests.js';
import { assertRelease, guard, postVerdict, verdictOf } from '../support/verdicts.js';

/** Decisions in threads. The limits are so small that each question is large, unless a test says otherwise. */

const outcomes: Outcome[] = [];
const ALL: Partial<LargeOptions> = {
  rows: -1,
  reports: -1,
  onOutcome: (outcome) => outcomes.push(outcome),
};
const here = useApp();
const signed = useApp({ AUTH_MODE: 'token' });
const apart = useOwnApp({}, {}, ALL);
beforeEach(() => {
  outcomes.length = 0;
});

const LICENCES = { rule: 'licences', allow: ['MIT'], unknown: 'deny' };
const RULES = [
  LICENCES,
  { rule: 'banned-components', components: [{ purl: 'pkg:npm/lodash', versions: '<5' }] },
  { rule: 'max-findings', severity: 'low', onlyNew: true },
  { rule: 'evidence-required', shows: 'components' },
];
const dry = { environment: 'gate', dryRun: true };
const PARTS = [{ licence: 'MIT' }, { name: 'gpl', licence: 'GPL-3.0-only' }, { name: 'none' }];

/** A release with components, findings and a running predecessor. */
async function fullRelease(): Promise<string> {
  const before = await createRelease(here.app);
  await uploaded(here.app, before.id, trivy({ id: 'CVE-2021-1' }));
  await guard(here.app, RULES);
  await deployedAnyway(signed.app, before.id, 'gate');
  const { id } = await createRelease(here.app, { version: '2.0.0', projectId: before.projectId });
  await uploaded(here.app, id, trivy({ id: 'CVE-2021-1' }, { id: 'CVE-2021-2' }), { label: 'a' });
  await uploaded(here.app, id, bom(PARTS), { label: 'sbom' });
  return id;
}

describe('a decision in a thread', () => {
  it('knows approvals, and what an approver sees', async () => {
    const release = await fullRelease();
    await postVersion(here.app, 'gate', [...RULES, { rule: 'approvals' }]);
    const guarded = await buildTestApp(testDatabaseUrl(), { AUTH_MODE: 'token' }, true, {}, ALL);
    await say(guarded, release, await person());
    const { approvals } =
      (await verdictOf(guarded, release, dry, (await person()).headers)).results.at(-1) ?? {};
    expect(approvals).toMatchObject([{ person: 'alice', state: 'counts' }]);
    await guarded.close();
    expect(await readBrief(apart.app, release)).toEqual(await readBrief(here.app, release));
    expect(outcomes).toContain('judged');
  });

  it('is that of the thread of the request, with the same inputs', async () => {
    const release = await fullRelease();
    const ask = async (app: typeof here.app) => {
      const body = { environment: 'gate', dryRun: true };
      const answer = await verdictOf(app, release, body);
      const { evaluatedAt: _when, askedAt: _asked, ...verdict } = answer;
      return JSON.stringify(verdict);
    };
    const [inThread, inRequest] = [await ask(apart.app), await ask(here.app)];
    expect(inThread).toBe(inRequest);
    expect(JSON.parse(inThread).results.map(({ status }: { status: string }) => status)).toEqual([
      'fail',
      'fail',
      'fail',
      'pass',
    ]);
    expect(outcomes).toEqual(['judged']);
  });

  it('is stored with the same bytes', async () => {
    const release = await fullRelease();
    const stored = async (app: typeof here.app) => {
      const body = { environment: 'gate' };
      expect((await postVerdict(app, release, body)).statusCode).toBe(201);
      expect((await postVerdict(app, release, body)).statusCode).toBe(200);
      const [row] = await sql(
        `SELECT decision, engine, inputs_hash, inputs::text, results::text FROM verdicts WHERE release_id = $1`,
        [release],
      );
      await sql(
        `BEGIN; SET LOCAL session_replication_role = replica; DELETE FROM verdicts WHERE release_id = '${release}'; COMMIT`,
      );
      return row;
    };
    expect(await stored(apart.app)).toEqual(await stored(here.app));
  });

  it('stores the counts of findings, so that the next question is answered from them', async () => {
    const counted = testApp({ rows: 0 });
    const release = (await createRelease(here.app)).id;
    await uploaded(here.app, release, trivy({ id: 'CVE-2021-1' }));
    await guard(here.app, [{ rule: 'max-findings', severity: 'low' }]);
    const ask = async () =>
      (await assertRelease(await counted, { release, environment: 'gate' })).statusCode;
    expect(await ask()).toBe(409);
    expect(outcomes).toEqual(['judged']);
    expect(await ask()).toBe(409);
    expect(outcomes).toEqual(['judged']);
  });

  it('is made beyond the limits only: of rows, and of reports', async () => {
    const release = (await createRelease(here.app)).id;
    await guard(here.app, [LICENCES]);
    await uploaded(here.app, release, bom(PARTS), { label: 'one' }); // 3 components, 2 licences
    const asked = async (limits: Partial<LargeOptions>) => {
      outcomes.length = 0;
      const app = await testApp(limits);
      await verdictOf(app, release, { environment: 'gate', dryRun: true });
      return outcomes.length;
    };
    expect(await asked({ rows: 5 })).toBe(0);
    expect(await asked({ rows: 4 })).toBe(1);
    expect(await asked({ reports: 1 })).toBe(0);
    const { id } = await uploaded(here.app, release, bom(PARTS, { serialNumber: undefined }), {
      label: 'two',
    });
    expect(await asked({ rows: 9 })).toBe(1);
    expect(await asked({ reports: 1 })).toBe(1);
    await retract(here.app, id);
    expect(await asked({ rows: 5, reports: 1 })).toBe(0);
  });

  it('does not exist for an environment that does not exist', async () => {
    const release = (await createRelease(here.app)).id;
    const response = await postVerdict(apart.app, release, { environment: 'nowhere' });
    expectProblem(response, 404, 'environment-not-found');
  });
});

const opened: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
  vi.useRealTimers();
});

/** An application with its own limits, which the end of the test closes. */
async function testApp(limits: Partial<LargeOptions>, env: Record<string, string> = {}) {
  const counting = { onOutcome: (outcome: Outcome) => outcomes.push(outcome), ...limits };
  const app = await buildTestApp(undefined, env, true, {}, counting);
  opened.push(app);
  return app;
}

/** A release whose components a rule needs. */
async function withComponents(): Promise<string> {
  const { id } = await createRelease(here.app);
  await uploaded(here.app, id, bom(PARTS), { label: 'sbom' });
  return id;
}

describe('422 decision-too-large', () => {
  const ask = (app: typeof here.app, release: string) =>
    assertRelease(app, { release, environment: 'gate' });

  it.each<[string, Partial<LargeOptions>, RegExp]>([
    ['the rows take too much memory', { budget: { rowsMib: 0 } }, /more than 160 MiB of memory/],
    ['no time is left', { budget: { timeMs: 0 } }, /more than 0 s/],
  ])('if %s. It is remembered, and the server goes on', async (_what, limits, detail) => {
    await guard(here.app, [LICENCES]);
    const release = await withComponents();
    const app = await testApp({ ...ALL, ...limits });
    for (let n = 0; n < 2; n += 1) {
      const problem = expectProblem(await ask(app, release), 422, 'decision-too-large');
      expect(problem.detail).toMatch(detail);
    }
    expect(outcomes).toEqual(['too-large', 'remembered']);
    expect((await app.inject('/health')).statusCode).toBe(200);
    expect(await sql('SELECT 1 FROM verdicts')).toEqual([]);
  });

  it('if a statement takes too long', async () => {
    await guard(here.app, [LICENCES]);
    const release = await withComponents();
    const app = await testApp({ ...ALL, budget: { timeMs: 1500 } });
    const end = await holdTransaction('LOCK TABLE components');
    expectProblem(await ask(app, release), 422, 'decision-too-large');
    await end();
    expect(outcomes).toEqual(['too-large']);
  });

  it('is forgotten when the inputs change, and after ten minutes', async () => {
    await guard(here.app, [LICENCES]);
    const release = await withComponents();
    const app = await testApp({ ...ALL, budget: { rowsMib: 0 } });
    const tried = async () => {
      outcomes.length = 0;
      await ask(app, release);
      return outcomes.join();
    };
    expect([await tried(), await tried()]).toEqual(['too-large', 'remembered']);
    const { id } = await uploaded(here.app, release, trivy(), { label: 'scan' });
    expect([await tried(), await tried()]).toEqual(['too-large', 'remembered']);
    await retract(here.app, id);
    expect([await tried(), await tried()]).toEqual(['too-large', 'remembered']);
    expect(
      (await postVersion(here.app, 'gate', [{ ...LICENCES, allow: ['ISC'] }])).statusCode,
    ).toBe(201);
    expect([await tried(), await tried()]).toEqual(['too-large', 'remembered']);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 599_000 });
    expect(await tried()).toBe('remembered');
    vi.setSystemTime(Date.now() + 2000);
    expect(await tried()).toBe('too-large');
  });

  it('is not what a release gets that needs less', async () => {
    await guard(here.app, [LICENCES]);
    const large = await withComponents();
    const small = (await createRelease(here.app)).id;
    const app = await testApp({ ...ALL, budget: { rowsMib: 0 } });
    expectProblem(await ask(app, large), 422, 'decision-too-large');
    expectProblem(await ask(app, small), 409, 'release-denied');
  });
});

describe('threads', () => {
  it('one caller with many large questions leaves a thread to another', async () => {
    await guard(here.app, [LICENCES]);
    await guard(here.app, [{ rule: 'no-secrets' }], 'other');
    const [one, two] = [await withComponents(), (await createRelease(here.app)).id];
    const app = await testApp({ ...ALL, threads: 2 }, { AUTH_MODE: 'token' });
    const [alice, bob] = [await giveToken(), await giveToken({ subject: 'bob' })];
    const end = await holdTransaction('LOCK TABLE components');
    let answered = 0;
    const many = Array.from({ length: 4 }, async () => {
      await assertRelease(app, { release: one, environment: 'gate' }, alice.headers);
      answered += 1;
    });
    await untilWaiting(1);
    const other = { release: two, environment: 'other' };
    expectProblem(await assertRelease(app, other, bob.headers), 409, 'release-denied');
    expect(answered).toBe(0);
    await end();
    await Promise.all(many);
    expect(outcomes).toEqual(['judged', 'judged', 'judged', 'judged', 'judged']);
  });

  it('503 if the database does not answer them. It is not remembered', async () => {
    await guard(here.app, [LICENCES]);
    const release = await withComponents();
    const large = testDecisions({ connectionString: 'postgresql://x:x@127.0.0.1:1/x' }, ALL);
    const app = await buildTestApp(undefined, {}, true, { large });
    opened.push(app);
    for (let n = 0; n < 2; n += 1) {
      const response = await assertRelease(app, { release, environment: 'gate' });
      expectProblem(response, 503, 'database-unavailable');
    }
    expect(outcomes).toEqual(['failed', 'failed']);
  });

  it('503 with Retry-After if none is free in time', async () => {
    await guard(here.app, [LICENCES]);
    const release = await withComponents();
    const app = await testApp({ ...ALL, waitMs: 1 });
    const end = await holdTransaction('LOCK TABLE components');
    const first = assertRelease(app, { release, environment: 'gate' });
    await untilWaiting(1);
    const second = await assertRelease(app, { release, environment: 'gate' });
    expectProblem(second, 503, 'overloaded');
    expect(second.headers['retry-after']).toBe('5');
    await end();
    expect((await first).statusCode).toBe(409);
  });
});
