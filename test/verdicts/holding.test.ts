import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildTestApp, useApp, useOwnApp } from '../support/app.js';
import { giveToken } from '../support/callers.js';
import { holdTransaction, sql, testDatabaseUrl, untilWaiting } from '../support/database.js';
import { trivy } from '../support/documents.js';
import { retract, uploaded } from '../support/evidence.js';
import { decisionEvents, holdingOf } from '../support/holding.js';
import { createRelease } from '../support/releases.js';
import { useRows } from '../support/rows.js';
import {
  assertRelease,
  evidenceOfAll,
  listed,
  postVerdict,
  type VerdictBody,
  verdictOf,
} from '../support/verdicts.js';

const context = useOwnApp();
const guarded = useApp({ AUTH_MODE: 'token' });
let release: string;
useRows(async () => {
  release = (await createRelease(context.app)).id;
  await evidenceOfAll(context.app, release);
});

const ask = (app = context.app) => verdictOf(app, release);
/** Makes the release bad, until the evidence is retracted. */
const makeBad = async () =>
  (await uploaded(context.app, release, trivy({}), { label: 'other' })).id;

async function counted(outcome: string): Promise<number> {
  const { body } = await context.app.inject('/metrics');
  const [, value] = new RegExp(`^srp_decisions_total\\{outcome="${outcome}"\\} (\\d+)$`, 'm').exec(
    body,
  ) ?? ['', 'NaN'];
  return Number(value);
}

describe('a release that was good, bad and good again', () => {
  it('is allowed, and so is what holds, by whose question and since when', async () => {
    const [alice, bob, carol] = [
      await giveToken(),
      await giveToken({ subject: 'bob' }),
      await giveToken({ subject: 'carol' }),
    ];
    const as = (headers: Record<string, string>) =>
      assertRelease(guarded.app, { release }, headers);
    const good = (await as(alice.headers)).json().verdicts[0];
    expect(good).toMatchObject({ decidedBy: 'alice', createdBy: 'alice', askedBy: 'alice' });
    expect(good.decidedAt).toBe(good.evaluatedAt);
    const bad = await makeBad();
    const denied = (await as(bob.headers)).json().verdicts[0];
    expect(denied).toMatchObject({ decision: 'deny', decidedBy: 'bob', askedBy: 'bob' });
    await retract(context.app, bad);
    const again = (await as(carol.headers)).json().verdicts[0];
    expect(again).toMatchObject({ id: good.id, createdBy: 'alice', evaluatedAt: good.evaluatedAt });
    expect(again).toMatchObject({ decidedBy: 'carol', askedBy: 'carol' });
    expect(again.decidedAt).toBe(again.askedAt);
    expect(again.askedAt > denied.askedAt).toBe(true);
    const later = (await as(bob.headers)).json().verdicts[0];
    expect(later).toMatchObject({ decidedBy: 'carol', decidedAt: again.decidedAt, askedBy: 'bob' });
    expect(await holdingOf(release)).toEqual({ verdict: good.id, decision: 'allow', by: 'carol' });
    const list = await context.app.inject(`/releases/${release}/verdicts`);
    expect(list.json()).toEqual([listed(denied, false), listed(again)]);
    expect(await decisionEvents(release)).toEqual([
      {
        type: 'verdict.decided',
        verdict: good.id,
        actor: 'alice',
        decision: 'allow',
        before: null,
      },
      {
        ...{ type: 'verdict.decided', verdict: denied.id, actor: 'bob' },
        ...{ decision: 'deny', before: good.id },
      },
      {
        ...{ type: 'verdict.holds-again', verdict: good.id, actor: 'carol' },
        ...{ decision: 'allow', before: denied.id },
      },
    ]);
    const views = await sql('SELECT last_verdict FROM release_overview');
    expect(views).toEqual([{ last_verdict: 'allow for production' }]);
  });

  it('answers 200 when it holds again, because the verdict exists', async () => {
    const { id } = await ask();
    const bad = await makeBad();
    expect((await postVerdict(context.app, release)).statusCode).toBe(201);
    await retract(context.app, bad);
    const again = await postVerdict(context.app, release);
    expect([again.statusCode, again.json().id]).toEqual([200, id]);
  });
});

describe('what holds', () => {
  it('is kept for each environment', async () => {
    const [production, staging] = [
      await ask(),
      await verdictOf(context.app, release, { environment: 'staging' }),
    ];
    expect((await holdingOf(release))?.verdict).toBe(production.id);
    expect((await holdingOf(release, 'staging'))?.verdict).toBe(staging.id);
  });

  it('is not changed by a dry run or by the same question, which are not written', async () => {
    const dry = await verdictOf(context.app, release, { dryRun: true });
    expect(dry).toMatchObject({ id: null, decidedAt: null, decidedBy: null });
    expect(await holdingOf(release)).toBeUndefined();
    await ask();
    const rows = () => sql('SELECT xmin::text, * FROM release_decisions');
    const [before, unchanged] = [await rows(), await counted('unchanged')];
    await makeBad();
    await verdictOf(context.app, release, { dryRun: true });
    expect(await rows()).toEqual(before);
    expect(await counted('unchanged')).toBe(unchanged);
  });

  it('is counted by what a question changed', async () => {
    const before = await Promise.all(['new', 'changed', 'unchanged'].map(counted));
    await ask();
    await ask();
    const bad = await makeBad();
    await ask();
    await retract(context.app, bad);
    await ask();
    const after = await Promise.all(['new', 'changed', 'unchanged'].map(counted));
    expect(after.map((value, at) => value - (before[at] ?? 0))).toEqual([2, 1, 1]);
  });

  it('is a denial if the same inputs were decided differently before', async () => {
    const { id, verdictHash } = await ask();
    await sql(`BEGIN; SET LOCAL session_replication_role = replica;
               UPDATE verdicts SET decision = 'deny'; COMMIT`);
    const answer = await ask();
    expect(answer).toMatchObject({ id, decision: 'deny' });
    expect(await holdingOf(release)).toMatchObject({ verdict: id, decision: 'deny' });
    await sql(`BEGIN; SET LOCAL session_replication_role = replica;
               UPDATE verdicts SET decision = 'allow';
               UPDATE release_decisions SET decision = 'allow'; COMMIT`);
    const bad = await makeBad();
    const denied = await ask();
    await sql(`BEGIN; SET LOCAL session_replication_role = replica;
               UPDATE verdicts SET decision = 'allow' WHERE id = '${denied.id}'; COMMIT`);
    const contradiction = await ask();
    expect(contradiction.results[0]?.rule).toBe('same-decision');
    expect(contradiction.verdictHash).not.toBe(denied.verdictHash);
    expect(await holdingOf(release)).toMatchObject({ verdict: denied.id, decision: 'deny' });
    await retract(context.app, bad);
    expect((await ask()).verdictHash).toBe(verdictHash);
  });

  it('is filled by the next question after an update', async () => {
    const { id } = await ask();
    await sql(`BEGIN; SET LOCAL session_replication_role = replica;
               DELETE FROM release_decisions; UPDATE verdicts SET verdict_hash = NULL; COMMIT`);
    const list = () => context.app.inject(`/releases/${release}/verdicts`);
    const [before] = (await list()).json();
    expect(before).toMatchObject({ id, decidedAt: null });
    const answer = await ask();
    expect(answer).toMatchObject({ id, verdictHash: before.verdictHash });
    expect((await decisionEvents(release)).at(-1)).toMatchObject({ type: 'verdict.holds-again' });
  });

  it.each([
    'DELETE FROM release_decisions',
    'TRUNCATE release_decisions',
    `UPDATE release_decisions SET environment = 'staging'`,
  ])('is kept: %s', async (statement) => {
    await ask();
    await expect(sql(statement)).rejects.toMatchObject({ code: '23001' });
  });

  it('is recorded if it is changed beside the API', async () => {
    const { id } = await ask();
    await sql(`UPDATE release_decisions SET decision = 'deny'`);
    const [event] = await sql(`SELECT * FROM events WHERE type = 'beside-api' ORDER BY id DESC`);
    expect(event).toMatchObject({ subject_kind: 'verdict', subject_id: id, release_id: release });
  });
});

describe('concurrent questions', () => {
  let other: Awaited<ReturnType<typeof buildTestApp>>;
  beforeAll(async () => {
    other = await buildTestApp(testDatabaseUrl());
  });
  afterAll(() => other.close());

  it('end with the later snapshot, also if it changes nothing of what held before', async () => {
    const good = await ask();
    const bad = await makeBad();
    const unlock = await holdTransaction('LOCK TABLE release_decisions IN SHARE MODE');
    const earlier = ask(); // denies, and waits before it lets its verdict hold
    await untilWaiting(1);
    await retract(context.app, bad);
    const later = ask(other); // allows, by the inputs of the verdict that still holds
    await untilWaiting(2);
    await unlock();
    expect((await earlier).decision).toBe('deny');
    expect(await later).toMatchObject({ id: good.id, decision: 'allow' });
    expect(await holdingOf(release)).toMatchObject({ verdict: good.id, decision: 'allow' });
    const events = await decisionEvents(release);
    expect(events.map(({ decision }) => decision)).toEqual(['allow', 'deny', 'allow']);
  });

  it('decide again if the inputs change before the turn', async () => {
    await ask();
    const bad = await makeBad();
    const turn = JSON.stringify(['decision', release, 'production']);
    const unlock = await holdTransaction(
      `SELECT pg_advisory_xact_lock(hashtextextended('${turn}', 0))`,
    );
    const earlier = ask(); // reads bad inputs, and waits
    await untilWaiting(1);
    await retract(context.app, bad);
    await unlock();
    expect((await earlier).decision).toBe('allow');
    expect(await decisionEvents(release)).toHaveLength(1);
  });

  it('record each change once, in one line, and end with the last state', async () => {
    const answers: Promise<VerdictBody>[] = [];
    for (let round = 0; round < 6; round += 1) {
      const bad = await makeBad();
      answers.push(ask(), ask(other), ask());
      await retract(context.app, bad);
      answers.push(ask(other), ask());
    }
    await Promise.all(answers);
    const last = await Promise.all([ask(), ask(other), ask(), ask(other)]);
    expect(new Set(last.map(({ decision }) => decision))).toEqual(new Set(['allow']));
    expect(new Set(last.map(({ decidedAt }) => decidedAt)).size).toBe(1);
    const events = await decisionEvents(release);
    expect(events.map(({ before }) => before)).toEqual([
      null,
      ...events.slice(0, -1).map(({ verdict }) => verdict),
    ]);
    expect(await holdingOf(release)).toMatchObject({ verdict: events.at(-1)?.verdict });
    expect((await holdingOf(release))?.decision).toBe('allow');
  });
});
