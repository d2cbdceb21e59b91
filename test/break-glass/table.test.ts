import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { say } from '../support/approvals.js';
import { ageBreakGlass, broken, gateSays, person } from '../support/break-glass.js';
import { sql } from '../support/database.js';
import { deployed } from '../support/deployments.js';
import { trivy } from '../support/documents.js';
import { uploaded } from '../support/evidence.js';
import { hoursFromNow, stopped, windowOf } from '../support/line.js';
import { createPolicy } from '../support/policies.js';
import { createRelease, revoke } from '../support/releases.js';
import { useRows } from '../support/rows.js';
import { evidenceOfAll, verdictOf } from '../support/verdicts.js';

/** What passes in a fire: each cell of the table in docs/promotion.md, with one person and with two. */
const context = useApp();
const guarded = useApp({ AUTH_MODE: 'token' });
/** Ran before `now`, which runs. Both with authorization. */
let old: string;
let now: string;
/** Another release, whose break-glass waits for its review. */
let reviewed: string;
useRows(async () => {
  const { app } = context;
  old = (await createRelease(app)).id;
  now = (await createRelease(app, { projectId: 1, version: '2.0.0' })).id;
  reviewed = (await createRelease(app, { projectId: 1, version: '3.0.0' })).id;
  for (const id of [old, now]) {
    await evidenceOfAll(app, id);
    expect((await deployed(app, id)).authorization).toBe('authorized');
  }
});

/** Writes what the API does not allow. */
const rewrite = (statement: string) =>
  sql(`BEGIN; SET LOCAL session_replication_role = replica; ${statement}; COMMIT`);
const policies = (list: string) =>
  context.app.inject({
    method: 'PATCH',
    url: '/environments/production',
    payload: { policies: [{ name: 'baseline' }, ...(list === '' ? [] : [{ name: list }])] },
  });
async function guardedBy(rule: object) {
  await createPolicy(context.app, 'more', [{ mode: 'block', ...rule }]);
  expect((await policies('more')).statusCode).toBe(200);
}
const freeze = () => windowOf(context.app);
const outside = () =>
  windowOf(context.app, { kind: 'change', from: hoursFromNow(5), to: hoursFromNow(6) });
const missingPolicy = () =>
  rewrite(`UPDATE environments SET policies = '[{"name":"gone"}]' WHERE name = 'production'`);
const unguarded = () =>
  rewrite(`UPDATE environments SET policies = '[]' WHERE name = 'production'`);
async function unknownRule() {
  await guardedBy({ rule: 'sealed-only' });
  await rewrite(`UPDATE policy_versions SET rules = '[{"rule":"of-tomorrow","mode":"warn"}]'
                  WHERE policy_name = 'more'`);
}
const finding = () => uploaded(context.app, old, trivy({}), { label: 'scan' });
async function rejection() {
  await guardedBy({ rule: 'approvals' });
  await say(guarded.app, old, await person('carol'), {
    ...{ environment: 'production', decision: 'reject', reason: 'It loses orders' },
  });
}
async function overdue(which: 'overdue' | 'open', days: number) {
  await guardedBy({ rule: 'break-glass-reviewed', while: which });
  await broken(guarded.app, reviewed, { minutes: 1 });
  await ageBreakGlass(`${days} days`);
}

describe('what passes', () => {
  const ONE = 'break-glass';
  const TWO = 'deny';
  it.each<[string, () => Promise<unknown>, string, string, string]>([
    ['freeze', freeze, 'deny', 'allow', ONE],
    ['outside a change window', outside, 'deny', 'allow', ONE],
    ['stopped line', () => stopped(context.app), 'deny', 'allow', TWO],
    [
      'stopped line with rollbacks: false',
      () => stopped(context.app, { rollbacks: false }),
      'deny',
      'deny',
      TWO,
    ],
    ['overdue review', () => overdue('overdue', 8), 'deny', 'allow', ONE],
    ['open review, as the policy says', () => overdue('open', 1), 'deny', 'allow', ONE],
    ['review that is not overdue', () => overdue('overdue', 6), 'allow', 'allow', ONE],
    ['missing approvals', () => guardedBy({ rule: 'approvals' }), 'deny', 'allow', ONE],
    ['rejection', rejection, 'deny', 'allow', ONE],
    ['rule that fails', finding, 'deny', 'deny', ONE],
    [
      'no evidence of a rule',
      () => guardedBy({ rule: 'evidence-required', shows: 'licence' }),
      'deny',
      'deny',
      ONE,
    ],
    ['missing policy', missingPolicy, 'deny', 'deny', TWO],
    ['no policy', unguarded, 'deny', 'deny', TWO],
    ['rule that does not exist', unknownRule, 'deny', 'deny', TWO],
  ])('%s', async (_case, arrange, ordinary, rollback, one) => {
    await arrange();
    const ask = async (intent = 'ordinary') => (await gateSays(context.app, old, { intent })).said;
    expect([await ask(), await ask('rollback')]).toEqual([ordinary, rollback]);
    const first = await broken(guarded.app, old, { minutes: 30 });
    expect(await ask()).toBe(one);
    if (one === TWO) {
      const { response } = await gateSays(context.app, old);
      expect(response.json().reasons[0]).toMatch(
        /^1\.0\.0: break-glass: alice \(by a token\) broke the glass until .*One person does not pass .*"force": true/,
      );
    }
    await guarded.app.inject({
      method: 'POST',
      url: `/break-glass/${first.id}/end`,
      headers: (await person()).headers,
    });
    expect([await ask(), await ask('rollback')]).toEqual([ordinary, rollback]);
    await broken(guarded.app, old, { force: true });
    expect([await ask(), await ask('rollback')]).toEqual(['break-glass', 'break-glass']);
    // The record says the same as the gate.
    const better = rollback === 'allow' ? 'rollback' : 'break-glass';
    const expected = ordinary === 'allow' ? 'authorized' : better;
    expect((await deployed(context.app, old)).authorization).toBe(expected);
  });

  it('revoked release: two people', async () => {
    await broken(guarded.app, old);
    await revoke(context.app, old);
    expect((await gateSays(context.app, old)).said).toBe('deny');
    const { app } = guarded;
    const { headers } = await person();
    const [{ id }] = (await app.inject({ url: '/break-glass?state=open', headers })).json();
    await app.inject({ method: 'POST', url: `/break-glass/${id}/end`, headers });
    await broken(app, old, { force: true });
    const { said, overrides } = await gateSays(context.app, old);
    expect([said, overrides]).toEqual([
      'break-glass',
      [expect.stringMatching(/^1\.0\.0: release-revoked: 1\.0\.0 is revoked/)],
    ]);
  });
});

describe('what is overridden', () => {
  it('is listed, each denial as it stands, rejections by people first', async () => {
    await freeze();
    await finding();
    await rejection();
    const before = await verdictOf(context.app, old);
    await broken(guarded.app, old, { reason: 'Payments fail' });
    const verdict = await verdictOf(context.app, old);
    expect(verdict).toMatchObject({ decision: 'allow', breakGlass: true });
    expect(verdict.overrides?.map((line) => line.split(':')[0])).toEqual([
      'approvals',
      'frozen',
      'max-findings',
    ]);
    expect(verdict.overrides?.[0]).toContain('carol rejected the release');
    const [first, ...others] = verdict.results;
    expect(first).toMatchObject({
      ...{ policy: null, rule: 'break-glass', status: 'pass', denies: false },
      message: expect.stringMatching(
        /^alice \(by a token\) broke the glass until \d{4}-\d\d-\d\d \d\d:\d\d UTC: Payments fail\. It overrides 3 denials: approvals \(rejected by a person\), frozen and max-findings\. Another person reviews it/,
      ),
    });
    // Nothing else of the results changes.
    expect(others.map(({ overridden: _, ...rest }) => rest)).toEqual(before.results);
    expect(others.map(({ denies, overridden = false }) => denies === overridden)).not.toContain(
      false,
    );
  });

  it('is nothing if the release may go anyway, and the answer says that the glass is broken', async () => {
    await broken(guarded.app, old);
    const { said, overrides, response } = await gateSays(context.app, old);
    expect([said, overrides, response.json().verdicts[0].overrides]).toEqual([
      'break-glass',
      [],
      [],
    ]);
    expect(response.json().verdicts[0].results[0].message).toContain(
      'No rule denies the release. Another person reviews it',
    );
  });

  it('follows new evidence', async () => {
    await broken(guarded.app, old);
    await finding();
    expect((await gateSays(context.app, old)).overrides).toEqual([
      expect.stringMatching(/^1\.0\.0: max-findings: 1 high fixable finding/),
    ]);
  });

  it('readiness says that the glass is broken, and the brief of an approver does not know it', async () => {
    await finding();
    await broken(guarded.app, old);
    const readiness = await context.app.inject(`/releases/${old}/readiness?environment=production`);
    expect(readiness.json().environments[0]).toMatchObject({
      state: 'allowed',
      next: expect.stringMatching(/^The glass is broken\. Deploy it/),
      reasons: [expect.stringMatching(/^max-findings: /)],
    });
    const brief = await context.app.inject(
      `/releases/${old}/decision-brief?environment=production`,
    );
    expect(brief.json().decision).toBe('deny');
    expect(brief.json().results.map(({ rule }: { rule: string }) => rule)).not.toContain(
      'break-glass',
    );
  });
});
