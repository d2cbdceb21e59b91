import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { giveToken } from '../support/callers.js';
import { junit } from '../support/documents.js';
import { uploaded } from '../support/evidence.js';
import { createRelease, digest, type ReleaseBody, revoke, seal } from '../support/releases.js';
import { expectProblem } from '../support/requests.js';

const context = useApp();
const guarded = useApp({ AUTH_MODE: 'token' });
let release: ReleaseBody;
beforeEach(async () => {
  release = await createRelease(context.app, { notes: 'x' });
});

const stored = async () => (await context.app.inject(`/releases/${release.id}`)).json();
const add = (n: number) =>
  context.app.inject({
    method: 'POST',
    url: `/releases/${release.id}/artifacts`,
    payload: { name: 'a', kind: 'archive', sha256: digest(n) },
  });

describe('POST /releases/{id}/seal: 200', () => {
  it('seals an open release, and names the caller and the time', async () => {
    const { headers } = await giveToken({ subject: 'bob', scopes: ['releases:write'] });
    const response = await seal(guarded.app, release.id, headers);
    expect(response.statusCode, response.body).toBe(200);
    const sealed = response.json();
    expect(sealed).toEqual({
      ...release,
      state: 'sealed',
      sealedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      sealedBy: 'bob',
      updatedAt: sealed.updatedAt,
      updatedBy: 'bob',
    });
    expect(Math.abs(Date.now() - Date.parse(sealed.sealedAt))).toBeLessThan(60_000);
    expect(response.headers.etag).toBe('"2"');
    expect(await stored()).toEqual(sealed);
  });

  it('has no effect when repeated, for any caller', async () => {
    const first = await seal(context.app, release.id);
    const { headers } = await giveToken({ subject: 'bob' });
    const second = await seal(guarded.app, release.id, headers);
    expect([second.statusCode, second.headers.etag]).toEqual([200, '"2"']);
    expect(second.json()).toEqual(first.json());
  });

  it('seals once for concurrent requests, which all get the same answer', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => seal(context.app, release.id)),
    );
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(Array(20).fill(200));
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
    expect(new Set(answers.map(({ headers }) => headers.etag))).toEqual(new Set(['"2"']));
  });

  it('needs no body, and accepts the header of one', async () => {
    const response = await seal(context.app, release.id, { 'content-type': 'application/json' });
    expect(response.json().state).toBe('sealed');
  });
});

describe('a sealed release', () => {
  it('409: accepts no more artifacts, and keeps those it has', async () => {
    expect((await add(1)).statusCode).toBe(201);
    await seal(context.app, release.id);
    expect(expectProblem(await add(2), 409, 'release-sealed').detail).toBe(
      'The release is sealed, so no artifact can be added. Register a new release',
    );
    expectProblem(await add(1), 409, 'artifact-exists');
    const artifacts = (await context.app.inject(`/releases/${release.id}/artifacts`)).json();
    expect(artifacts.map(({ sha256 }: { sha256: string }) => sha256)).toEqual([digest(1)]);
  });

  it('accepts evidence, also about its artifacts', async () => {
    await add(1);
    const sealed = (await seal(context.app, release.id)).json();
    const type = 'application/xml';
    await uploaded(context.app, release.id, junit(), { type });
    const about = await uploaded(context.app, release.id, junit(), { type, artifact: digest(1) });
    expect(about).toMatchObject({ artifact: digest(1), status: 'current' });
    expect(await stored()).toEqual(sealed);
  });
});

describe('POST /releases/{id}/seal: 400, 404, 409', () => {
  it('409: a revoked release cannot be sealed, even if it was sealed before', async () => {
    const revoked = (await revoke(context.app, release.id)).json();
    expectProblem(await seal(context.app, release.id), 409, 'release-revoked');
    expect(await stored()).toEqual(revoked);

    const { id } = await createRelease(context.app, { projectId: 1, version: '2' });
    await seal(context.app, id);
    await revoke(context.app, id);
    expectProblem(await seal(context.app, id), 409, 'release-revoked');
  });

  it('the release ends revoked after a concurrent seal and revocation', async () => {
    for (let i = 0; i < 10; i += 1) {
      const { id } = await createRelease(context.app, { projectId: 1, version: `v${i}` });
      const [sealed, revoked] = await Promise.all([seal(context.app, id), revoke(context.app, id)]);
      expect(revoked.statusCode, revoked.body).toBe(200);
      const now = (await context.app.inject(`/releases/${id}`)).json();
      expect(now.state).toBe('revoked');
      if (sealed.statusCode === 409) expectProblem(sealed, 409, 'release-revoked');
      else expect(sealed.statusCode, sealed.body).toBe(200);
      expect(now.sealedAt === null).toBe(sealed.statusCode === 409);
    }
  });

  it('404: the release does not exist; 400: the id is not valid', async () => {
    const missing = await seal(context.app, '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e');
    expectProblem(missing, 404, 'release-not-found');
    expectProblem(await seal(context.app, '1'), 400, 'validation-failed');
  });
});

describe('POST /releases/{id}/seal: 400', () => {
  it('refuses a body', async () => {
    const release = await createRelease(context.app);
    const url = `/releases/${release.id}/seal`;
    const response = await context.app.inject({ method: 'POST', url, payload: { dryRun: true } });
    expectProblem(response, 400, 'validation-failed');
    const { state } = (await context.app.inject(`/releases/${release.id}`)).json();
    expect(state).toBe('open');
    const empty = await context.app.inject({ method: 'POST', url, payload: {} });
    expect(empty.json().state).toBe('sealed');
  });
});
