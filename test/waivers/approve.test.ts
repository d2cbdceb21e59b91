import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { giveToken, type Holder } from '../support/callers.js';
import { sql } from '../support/database.js';
import { createRelease } from '../support/releases.js';
import { expectProblem } from '../support/requests.js';
import { approve, inDays, requested, revokeWaiver, type WaiverBody } from '../support/waivers.js';

const context = useApp({ AUTH_MODE: 'token' });
const open = useApp();
let alice: Holder;
let bob: Holder;
let waiver: WaiverBody;
beforeEach(async () => {
  await createRelease(open.app);
  alice = await giveToken({ subject: 'alice' });
  bob = await giveToken({ subject: 'bob', scopes: ['waivers:approve', 'evidence:read'] });
  waiver = await requested(context.app, {}, alice.headers);
});

const MISSING = '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e';
const ask = ({ headers }: Holder, id = waiver.id) => approve(context.app, id, headers);
const stored = async () => (await open.app.inject(`/waivers/${waiver.id}`)).json();

/** Moves the times of the waivers into the past. Triggers are off, because they refuse such a change. */
const age = (days: number) =>
  sql(`BEGIN; SET LOCAL session_replication_role = replica;
       UPDATE waivers SET created_at = created_at - interval '${days} days',
                          expires_at = expires_at - interval '${days} days'; COMMIT`);

describe('a waiver of one person under two names', () => {
  const link = async (subject: string, alias: string) => {
    const { headers } = await giveToken({ subject: 'admin' });
    const url = `/identities/${subject}/links`;
    const response = await context.app.inject({ method: 'POST', url, headers, payload: { alias } });
    expect(response.statusCode, response.body).toBe(201);
  };

  it('is revoked when an admin links the names, and others stay', async () => {
    const other = await requested(context.app, { rule: 'CVE-2026-77' }, alice.headers);
    const carol = await giveToken({ subject: 'carol' });
    await ask(bob);
    await ask(carol, other.id);
    await link('alice', 'bob');
    expect(await stored()).toMatchObject({
      ...{ state: 'revoked', revokedBy: 'admin', approvedBy: 'bob' },
      revokeReason: 'The requester and the approver are one person: an admin linked their names',
    });
    expect((await open.app.inject(`/waivers/${other.id}`)).json().state).toBe('approved');
    const events = await sql<{ id: string; actor: string }>(
      `SELECT subject_id AS id, actor FROM events WHERE type = 'waiver.revoked'`,
    );
    expect(events).toEqual([{ id: waiver.id, actor: 'admin' }]);
  });

  it('is found through a third name as well', async () => {
    await ask(bob);
    await giveToken({ subject: 'ada' });
    await link('ada', 'alice');
    expect((await stored()).state).toBe('approved');
    await link('ada', 'bob');
    expect((await stored()).state).toBe('revoked');
  });

  it('is refused at once, whatever an instance knows of the links', async () => {
    // The token was used a moment ago, so its names are known from before the link.
    expect((await context.app.inject({ url: '/me', headers: bob.headers })).statusCode).toBe(200);
    await link('alice', 'bob');
    expectProblem(await ask(bob), 403, 'four-eyes-required');
  });
});

describe('POST /waivers/{id}/approve: 200', () => {
  it('approves the waiver and names the approver and the time', async () => {
    const response = await ask(bob);
    expect(response.statusCode, response.body).toBe(200);
    const approved = response.json();
    expect(approved).toEqual({
      ...waiver,
      state: 'approved',
      approvedAt: expect.stringMatching(/Z$/),
      approvedBy: 'bob',
    });
    expect(Math.abs(Date.now() - Date.parse(approved.approvedAt))).toBeLessThan(60_000);
    expect(await stored()).toEqual(approved);
  });

  it('has no effect on an approved waiver, for any caller', async () => {
    const first = await ask(bob);
    const carol = await giveToken({ subject: 'carol' });
    for (const holder of [bob, carol, alice]) {
      const again = await ask(holder);
      expect([again.statusCode, again.body]).toEqual([200, first.body]);
    }
  });

  it('approves once for concurrent requests, which all get the same answer', async () => {
    const holders = await Promise.all(
      Array.from({ length: 8 }, (_, i) => giveToken({ subject: `approver ${i}` })),
    );
    const answers = await Promise.all(holders.map((holder) => ask(holder)));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(Array(8).fill(200));
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
  });
});

describe('POST /waivers/{id}/approve: 403', () => {
  it('refuses the requester, with any of their tokens', async () => {
    const other = await giveToken({ subject: 'alice', scopes: ['waivers:approve'] });
    for (const holder of [alice, other]) {
      expectProblem(await ask(holder), 403, 'four-eyes-required');
    }
    expect(await stored()).toEqual(waiver);
  });

  it.each([
    ['in upper case', 'alice', 'ALICE'],
    ['with a letter that has several lower cases', '\u0391\u03a3', '\u03b1\u03c3'],
    ['with a letter that only the database may find equal', '\u0130', 'i'],
    ['with a composed letter', 'ren\u00e9', 'rene\u0301'],
    ['in full width', 'bob', '\uff42\uff4f\uff42'],
    ['with an invisible character', 'bob', 'bo\u200bb'],
  ])('refuses the requester %s', async (_how, requester, approver) => {
    const { headers } = await giveToken({ subject: requester });
    const { id } = await requested(context.app, {}, headers);
    // The collation of the database decides whether it finds the two subjects of the third case equal.
    const [row] = await sql<{ equal: boolean }>(
      'SELECT lower($1::text) = lower($2::text) AS equal',
      [requester, approver],
    );
    const answer = await ask(await giveToken({ subject: approver }), id);
    if (approver === 'i' && !row?.equal) expect(answer.statusCode, answer.body).toBe(200);
    else expectProblem(answer, 403, 'four-eyes-required');
  });

  it('refuses the requester in the database', async () => {
    await expect(sql(`UPDATE waivers SET approved_by = 'alice'`)).rejects.toThrow('four_eyes');
  });
});

describe('POST /waivers/{id}/approve: 409', () => {
  it('refuses if the approver or the requester is anonymous', async () => {
    expectProblem(await approve(open.app, waiver.id), 409, 'identity-required');
    expect(await stored()).toEqual(waiver);

    const { id } = await requested(open.app);
    expectProblem(await ask(bob, id), 409, 'identity-required');
    expect((await open.app.inject(`/waivers/${id}`)).json().state).toBe('requested');
  });

  it('refuses an expired waiver', async () => {
    await age(31);
    expect((await stored()).state).toBe('expired');
    for (const holder of [bob, alice]) {
      expectProblem(await ask(holder), 409, 'waiver-expired');
    }
    expect((await stored()).approvedBy).toBeNull();
  });

  it('refuses a revoked waiver, even if it was approved', async () => {
    await ask(bob);
    await revokeWaiver(context.app, waiver.id, 'Called since 1.5', bob.headers);
    const problem = expectProblem(await ask(bob), 409, 'waiver-revoked');
    expect(problem.detail).toContain('Called since 1.5');
  });
});

describe('an approved waiver', () => {
  it('expires without a request', async () => {
    const { id } = await requested(context.app, { expiresAt: inDays(2) }, alice.headers);
    await ask(bob, id);
    await age(3);
    expect((await open.app.inject(`/waivers/${id}`)).json()).toMatchObject({
      state: 'expired',
      approvedBy: 'bob',
    });
  });

  it.each([
    `expires_at = now() + interval '80 days'`,
    `rule = 'CVE-2000-0001'`,
    `reason = 'other'`,
    `approved_by = 'carol'`,
    'approved_by = NULL, approved_at = NULL',
  ])('is never changed: %s', async (change) => {
    await ask(bob);
    await expect(sql(`UPDATE waivers SET ${change}`)).rejects.toThrow();
    await expect(sql('DELETE FROM waivers')).rejects.toThrow();
  });
});

describe('POST /waivers/{id}/approve: 404', () => {
  it('the waiver does not exist, or the caller is bound to other projects', async () => {
    const bound = await giveToken({ subject: 'bob', scopes: ['waivers:approve'], projects: [2] });
    for (const [holder, id] of [
      [bob, MISSING],
      [bound, waiver.id],
      [bound, MISSING],
    ] as const) {
      expectProblem(await ask(holder, id), 404, 'waiver-not-found');
    }
    expectProblem(await approve(open.app, MISSING), 404, 'waiver-not-found');
    expectProblem(await ask(bob, '1'), 400, 'validation-failed');
    expect(await stored()).toEqual(waiver);
  });
});
