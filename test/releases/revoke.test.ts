import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { giveToken } from '../support/callers.js';
import { holdTransaction } from '../support/database.js';
import { createRelease, digest, type ReleaseBody, revoke, seal } from '../support/releases.js';
import { expectProblem, pointers } from '../support/requests.js';

const context = useApp();
const guarded = useApp({ AUTH_MODE: 'token' });
let release: ReleaseBody;
beforeEach(async () => {
  release = await createRelease(context.app);
});

const stored = async () => (await context.app.inject(`/releases/${release.id}`)).json();
const send = (payload: unknown) =>
  context.app.inject({
    method: 'POST',
    url: `/releases/${release.id}/revoke`,
    headers: { 'content-type': 'application/json' },
    payload: JSON.stringify(payload),
  });

describe('POST /releases/{id}/revoke: 200', () => {
  it('revokes an open release, and names the caller, the time and the reason', async () => {
    const { headers } = await giveToken({ subject: 'bob', scopes: ['releases:write'] });
    const response = await revoke(guarded.app, release.id, 'Charges the fee twice', headers);
    expect(response.statusCode, response.body).toBe(200);
    const revoked = response.json();
    expect(revoked).toEqual({
      ...release,
      state: 'revoked',
      revokedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      revokedBy: 'bob',
      revokedReason: 'Charges the fee twice',
      updatedAt: revoked.updatedAt,
      updatedBy: 'bob',
    });
    expect(Math.abs(Date.now() - Date.parse(revoked.revokedAt))).toBeLessThan(60_000);
    expect(response.headers.etag).toBe('"2"');
    expect(await stored()).toEqual(revoked);
  });

  it('revokes a sealed release, which keeps the time of the seal', async () => {
    const sealed = (await seal(context.app, release.id)).json();
    const response = await revoke(context.app, release.id);
    expect(response.json()).toMatchObject({
      state: 'revoked',
      sealedAt: sealed.sealedAt,
      sealedBy: 'anonymous',
      revokedBy: 'anonymous',
    });
    expect(response.headers.etag).toBe('"3"');
  });

  it('has no effect when repeated with the same reason, for any caller', async () => {
    const first = await revoke(context.app, release.id, 'x');
    const { headers } = await giveToken({ subject: 'bob' });
    const second = await revoke(guarded.app, release.id, 'x', headers);
    expect([second.statusCode, second.headers.etag]).toEqual([200, '"2"']);
    expect(second.json()).toEqual(first.json());
  });

  it.each([
    ['one character', 'x'],
    ['2,000 characters', 'é'.repeat(2000)],
    ['several lines', ' first\n\tsecond \u2028 項目 🚀 '],
    ['a word behind much white space', `${' '.repeat(1999)}x`],
  ])('stores a reason of %s exactly', async (_case, reason) => {
    expect((await send({ reason })).statusCode).toBe(200);
    expect((await stored()).revokedReason).toBe(reason);
    expect((await send({ reason })).statusCode).toBe(200);
  });

  it('revokes once for concurrent requests with one reason, which all get the same answer', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => revoke(context.app, release.id)),
    );
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(Array(20).fill(200));
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
  });
});

describe('POST /releases/{id}/revoke during an upload', () => {
  it('does not wait for the rows that refer to the release', async () => {
    const { id } = await createRelease(context.app);
    // The lock that a foreign key takes, until the upload is stored.
    const end = await holdTransaction(`SELECT 1 FROM releases WHERE id = '${id}' FOR KEY SHARE`);
    expect((await revoke(context.app, id)).statusCode).toBe(200);
    await end();
  });
});

describe('POST /releases/{id}/revoke: 409', () => {
  it('the release was revoked with another reason, which the answer names', async () => {
    const revoked = (await revoke(context.app, release.id, 'first')).json();
    for (const reason of ['second', 'First', 'first ']) {
      const response = await revoke(context.app, release.id, reason);
      expect(expectProblem(response, 409, 'release-revoked').detail).toContain('first');
    }
    expect(await stored()).toEqual(revoked);
  });

  it('one of two concurrent requests with different reasons succeeds', async () => {
    for (let i = 0; i < 10; i += 1) {
      const { id } = await createRelease(context.app, { projectId: 1, version: `v${i}` });
      const answers = await Promise.all(
        ['a', 'b'].map((reason) => revoke(context.app, id, reason)),
      );
      const [won] = answers.filter(({ statusCode }) => statusCode === 200);
      const [lost] = answers.filter(({ statusCode }) => statusCode === 409);
      if (!won || !lost) throw new Error(answers.map(({ body }) => body).join('\n'));
      expectProblem(lost, 409, 'release-revoked');
      expect((await context.app.inject(`/releases/${id}`)).json()).toEqual(won.json());
    }
  });

  it('a revoked release accepts neither artifacts nor a seal, even if it was sealed before', async () => {
    const other = await createRelease(context.app, { projectId: 1, version: '2' });
    await seal(context.app, other.id);
    for (const { id } of [release, other]) {
      await revoke(context.app, id);
      const response = await context.app.inject({
        method: 'POST',
        url: `/releases/${id}/artifacts`,
        payload: { name: 'a', kind: 'archive', sha256: digest(1) },
      });
      expectProblem(response, 409, 'release-revoked');
      expectProblem(await seal(context.app, id), 409, 'release-revoked');
    }
  });
});

describe('POST /releases/{id}/revoke: 400 and 404', () => {
  it.each<[string, unknown, string[]]>([
    ['no reason', {}, ['/reason']],
    ['null', { reason: null }, ['/reason']],
    ['an empty reason', { reason: '' }, ['/reason']],
    ['a reason of white space', { reason: ' \n\t\u00a0\u3000 ' }, ['/reason']],
    ['2,000 spaces', { reason: ' '.repeat(2000) }, ['/reason']],
    ['2,001 characters', { reason: 'x'.repeat(2001) }, ['/reason']],
    ['NUL', { reason: 'a\u0000' }, ['/reason']],
    ['a lone surrogate', { reason: '\ud800' }, ['/reason']],
    ['a list', { reason: ['x'] }, ['/reason']],
    ['another field', { reason: 'x', state: 'open' }, ['/state']],
    ['a text', 'x', ['']],
  ])('400: %s', async (_case, body, expected) => {
    const problem = expectProblem(await send(body), 400, 'validation-failed');
    expect([...new Set(pointers(problem))]).toEqual(expected);
    expect(await stored()).toEqual(release);
  });

  it('400: no body', async () => {
    const url = `/releases/${release.id}/revoke`;
    const answer = await context.app.inject({ method: 'POST', url });
    expect(expectProblem(answer, 400, 'validation-failed').detail).toBe(
      'the body must be a JSON object with reason',
    );
  });

  it('404: the release does not exist; 400: the id is not valid', async () => {
    const missing = await revoke(context.app, '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e');
    expectProblem(missing, 404, 'release-not-found');
    expectProblem(await revoke(context.app, '1'), 400, 'validation-failed');
  });
});
