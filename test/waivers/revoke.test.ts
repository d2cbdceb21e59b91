import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { giveToken, type Holder } from '../support/callers.js';
import { createRelease } from '../support/releases.js';
import { expectProblem, pointers } from '../support/requests.js';
import { approve, requested, revokeWaiver, type WaiverBody } from '../support/waivers.js';

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
const ask = (reason: string, { headers } = bob, id = waiver.id) =>
  revokeWaiver(context.app, id, reason, headers);
const stored = async () => (await open.app.inject(`/waivers/${waiver.id}`)).json();

describe('POST /waivers/{id}/revoke: 200', () => {
  it('revokes an approved waiver and names the caller, the time and the reason', async () => {
    const approved = (await approve(context.app, waiver.id, bob.headers)).json();
    const response = await ask('Called since 1.5');
    expect(response.statusCode, response.body).toBe(200);
    const revoked = response.json();
    expect(revoked).toEqual({
      ...approved,
      state: 'revoked',
      revokedAt: expect.stringMatching(/Z$/),
      revokedBy: 'bob',
      revokeReason: 'Called since 1.5',
    });
    expect(await stored()).toEqual(revoked);
  });

  it('rejects a waiver that is not approved, even for its requester', async () => {
    const response = await ask('Found a fix', alice);
    expect(response.json()).toMatchObject({
      state: 'revoked',
      revokedBy: 'alice',
      approvedBy: null,
    });
  });

  it('works without authentication, because it only removes an exception', async () => {
    const response = await revokeWaiver(open.app, waiver.id);
    expect(response.json()).toMatchObject({ state: 'revoked', revokedBy: 'anonymous' });
  });

  it('has no effect when repeated with the same reason, for any caller', async () => {
    const first = await ask('x');
    const second = await ask('x', alice);
    expect([second.statusCode, second.body]).toEqual([200, first.body]);
  });

  it('revokes once for concurrent requests with one reason, which all get the same answer', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, () => ask('x')));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(Array(12).fill(200));
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
  });

  it('wins against a concurrent approval', async () => {
    for (let i = 0; i < 5; i += 1) {
      const { id } = await requested(context.app, {}, alice.headers);
      const [approval, revocation] = await Promise.all([
        approve(context.app, id, bob.headers),
        ask('x', bob, id),
      ]);
      expect(revocation.statusCode, revocation.body).toBe(200);
      if (approval.statusCode !== 200) expectProblem(approval, 409, 'waiver-revoked');
      expect((await open.app.inject(`/waivers/${id}`)).json().state).toBe('revoked');
    }
  });
});

describe('POST /waivers/{id}/revoke: 400, 404 and 409', () => {
  it('409: keeps the first reason, and names it', async () => {
    await ask('first');
    expect(expectProblem(await ask('second'), 409, 'waiver-revoked').detail).toContain('first');
    expect((await stored()).revokeReason).toBe('first');
  });

  it.each<[string, object, string[]]>([
    ['no reason', {}, ['/reason']],
    ['an empty reason', { reason: '' }, ['/reason']],
    ['a reason of white space', { reason: ' \n' }, ['/reason']],
    ['2,001 characters', { reason: 'x'.repeat(2001) }, ['/reason']],
    ['another field', { reason: 'x', state: 'requested' }, ['/state']],
  ])('400: %s', async (_case, payload, expected) => {
    const url = `/waivers/${waiver.id}/revoke`;
    const response = await open.app.inject({ method: 'POST', url, payload });
    const problem = expectProblem(response, 400, 'validation-failed');
    expect([...new Set(pointers(problem))]).toEqual(expected);
    expect(await stored()).toEqual(waiver);
  });

  it('404: the waiver does not exist, or the caller is bound to other projects', async () => {
    const bound = await giveToken({ scopes: ['waivers:approve'], projects: [2] });
    expectProblem(await ask('x', bob, MISSING), 404, 'waiver-not-found');
    expectProblem(await ask('x', bound), 404, 'waiver-not-found');
    expect(await stored()).toEqual(waiver);
  });
});
