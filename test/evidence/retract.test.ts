import { beforeEach, describe, expect, it } from 'vitest';
import { buildTestApp, useApp } from '../support/app.js';
import { giveToken } from '../support/callers.js';
import { serverDatabaseUrl, sql } from '../support/database.js';
import { bom, trivy } from '../support/documents.js';
import { retract, type UploadOptions, uploaded } from '../support/evidence.js';
import { createRelease } from '../support/releases.js';
import { expectProblem } from '../support/requests.js';

const context = useApp();
let release: string;
beforeEach(async () => {
  release = (await createRelease(context.app)).id;
});
const send = (document: unknown, options?: UploadOptions) =>
  uploaded(context.app, release, document, options);
const get = async (path: string) => (await context.app.inject(path)).json();

describe('POST /evidence/{id}/retract: 200', () => {
  it('records when, by whom and why, and changes nothing else', async () => {
    const before = await send(trivy({}));
    const response = await retract(context.app, before.id, ' Scan of another image\n');
    expect(response.statusCode, response.body).toBe(200);
    const evidence = response.json();
    expect(evidence).toEqual({
      ...before,
      status: 'retracted',
      retractedAt: expect.any(String),
      retractedBy: 'anonymous',
      retractReason: ' Scan of another image\n',
    });
    expect(Math.abs(Date.parse(evidence.retractedAt) - Date.now())).toBeLessThan(60_000);
    expect(await get(`/evidence/${before.id}`)).toEqual(evidence);
    expect(await get(`/evidence/${before.id}/document`)).toEqual(trivy({}));
  });

  it('has no effect if repeated with the same reason', async () => {
    const { id } = await send(trivy({}));
    const first = await retract(context.app, id, 'wrong');
    const again = await retract(context.app, id, 'wrong');
    expect(again.statusCode).toBe(200);
    expect(again.json()).toEqual(first.json());
  });

  it('retracts superseded evidence', async () => {
    const old = await send(trivy({}), { label: 'a' });
    const next = await send(trivy({}, {}), { label: 'a' });
    const response = await retract(context.app, old.id);
    expect(response.json()).toMatchObject({ status: 'retracted', supersededBy: next.id });
    expect(await get(`/evidence/${next.id}`)).toMatchObject({ status: 'current' });
  });

  it('accepts one of several concurrent calls with different reasons', async () => {
    const { id } = await send(trivy({}));
    const answers = await Promise.all(
      ['a', 'b', 'c', 'd'].map((reason) => retract(context.app, id, reason)),
    );
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 409, 409, 409]);
    const winner = answers.find(({ statusCode }) => statusCode === 200);
    expect(await get(`/evidence/${id}`)).toEqual(winner?.json());
  });

  it('needs only evidence:retract', async () => {
    const { id } = await send(trivy({}));
    const app = await buildTestApp(serverDatabaseUrl(), { AUTH_MODE: 'token' });
    const { headers } = await giveToken({ subject: 'bob', scopes: ['evidence:retract'] });
    const response = await retract(app, id, 'wrong', headers);
    await app.close();
    expect(response.json()).toMatchObject({ status: 'retracted', retractedBy: 'bob' });
  });
});

describe('retracted evidence', () => {
  it('is not in any list, count or search', async () => {
    const ids = [await send(bom([{}]), { label: 'a' }), await send(trivy({}), { label: 'b' })];
    for (const { id } of ids) await retract(context.app, id);
    for (const path of [
      `/releases/${release}/components`,
      `/releases/${release}/findings`,
      '/components?purl=pkg:npm/lodash',
      '/findings?cve=CVE-2021-23337',
    ])
      expect(await get(path), path).toEqual([]);
    const summary = await get(`/releases/${release}/summary`);
    expect(summary).toEqual({ releaseId: release, evidence: [] });
  });

  it('does not restore the evidence that it superseded', async () => {
    const old = await send(trivy({}), { label: 'a' });
    const next = await send(trivy({}, {}), { label: 'a' });
    await retract(context.app, next.id);
    expect(await get(`/evidence/${old.id}`)).toMatchObject({ status: 'superseded' });
    expect(await get(`/releases/${release}/findings`)).toEqual([]);
  });

  it('is not superseded by the next upload with its label', async () => {
    const old = await send(trivy({}), { label: 'a' });
    await retract(context.app, old.id);
    await send(trivy({}, {}), { label: 'a' });
    const evidence = await get(`/evidence/${old.id}`);
    expect(evidence).toMatchObject({ status: 'retracted', supersededBy: null });
  });
});

describe('POST /evidence/{id}/retract', () => {
  it('answers 409 for another reason', async () => {
    const { id } = await send(trivy({}));
    const first = await retract(context.app, id, 'wrong');
    const { detail } = expectProblem(
      await retract(context.app, id, 'too old'),
      409,
      'evidence-retracted',
    );
    expect(detail).toContain('wrong');
    expect(await get(`/evidence/${id}`)).toEqual(first.json());
  });

  it('answers 404 if the evidence does not exist', async () => {
    const response = await retract(context.app, '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e');
    expectProblem(response, 404, 'evidence-not-found');
  });

  it.each([
    [undefined, ''],
    [{}, '/reason'],
    [{ reason: '' }, '/reason'],
    [{ reason: ' \n' }, '/reason'],
    [{ reason: null }, '/reason'],
    [{ reason: 'x'.repeat(2001) }, '/reason'],
    [{ reason: 'a\u0000b' }, '/reason'],
    [{ reason: 'wrong', by: 'me' }, '/by'],
    [[], ''],
  ])('answers 400 for %j', async (payload, pointer) => {
    const { id } = await send(trivy({}));
    const url = `/evidence/${id}/retract`;
    const response = await context.app.inject({
      method: 'POST',
      url,
      ...(payload && { payload }),
    });
    const problem = expectProblem(response, 400, 'validation-failed');
    expect(problem.errors[0]).toMatchObject({ in: 'body', pointer });
    expect(await sql('SELECT 1 FROM evidence WHERE retracted_at IS NOT NULL')).toHaveLength(0);
  });
});
