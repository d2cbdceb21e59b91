import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { sql } from '../support/database.js';
import { COMMIT, createRelease } from '../support/releases.js';
import { createProject, expectProblem } from '../support/requests.js';

const context = useApp();
beforeEach(() => createProject(context.app));

const create = (key?: string, body: object = {}) =>
  context.app.inject({
    method: 'POST',
    url: '/projects/1/releases',
    ...(key !== undefined && { headers: { 'idempotency-key': key } }),
    payload: { version: '1.0.0', commit: COMMIT, ...body },
  });
const count = async () => (await sql('SELECT 1 FROM releases')).length;

describe('POST /projects/{id}/releases: 409', () => {
  it('the project already has a release of this version, whatever the body contains', async () => {
    const release = await createRelease(context.app, { projectId: 1 });
    for (const body of [{}, { commit: 'a'.repeat(40) }, { notes: 'other' }]) {
      const problem = expectProblem(await create(undefined, body), 409, 'release-exists');
      expect(problem.detail).toContain('1.0.0');
    }
    expect((await context.app.inject(`/releases/${release.id}`)).json()).toEqual(release);
  });

  it('the existing release is revoked: a version is never used again', async () => {
    const { id } = await createRelease(context.app, { projectId: 1 });
    const payload = { reason: 'x' };
    await context.app.inject({ method: 'POST', url: `/releases/${id}/revoke`, payload });
    expectProblem(await create(), 409, 'release-exists');
  });

  it('creates one release for concurrent requests', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => create()));
    const created = answers.filter(({ statusCode }) => statusCode === 201);
    expect(created).toHaveLength(1);
    for (const answer of answers) {
      if (answer.statusCode !== 201) expectProblem(answer, 409, 'release-exists');
    }
    expect(await count()).toBe(1);
  });
});

describe('Idempotency-Key', () => {
  it('returns the first answer for a repeated request, even after the release has changed', async () => {
    const first = await create('one');
    expect(first.statusCode).toBe(201);
    expect(first.headers).not.toHaveProperty('idempotency-replayed');
    const { id } = first.json();
    await context.app.inject({ method: 'POST', url: `/releases/${id}/seal` });
    const again = await create('one');
    expect(again.statusCode).toBe(201);
    expect(again.body).toBe(first.body);
    expect(again.headers['idempotency-replayed']).toBe('true');
    for (const name of ['location', 'etag', 'content-type', 'content-length']) {
      expect(again.headers[name], name).toBe(first.headers[name]);
    }
    expect(await count()).toBe(1);
  });

  it('gives concurrent requests the same answer, or tells them to wait', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, () => create('one')));
    for (const { statusCode, body } of answers) expect([201, 409], body).toContain(statusCode);
    const bodies = answers.filter(({ statusCode }) => statusCode === 201).map(({ body }) => body);
    expect(new Set(bodies).size).toBe(1);
    for (const answer of answers) {
      if (answer.statusCode === 409) expectProblem(answer, 409, 'idempotency-key-in-use');
    }
    expect(await count()).toBe(1);
  });

  it('422 for another body or another project', async () => {
    await createProject(context.app);
    await create('one');
    expectProblem(await create('one', { version: '2' }), 422, 'idempotency-key-reused');
    const other = await context.app.inject({
      method: 'POST',
      url: '/projects/2/releases',
      headers: { 'idempotency-key': 'one' },
      payload: { version: '1.0.0', commit: COMMIT },
    });
    expectProblem(other, 422, 'idempotency-key-reused');
    expect(await count()).toBe(1);
  });

  it('can be used again after a failed request', async () => {
    await createRelease(context.app, { projectId: 1 });
    expectProblem(await create('one'), 409, 'release-exists');
    expectProblem(await create('one'), 409, 'release-exists');
    expect(await sql('SELECT 1 FROM idempotency_keys')).toHaveLength(0);
    expect((await create('one', { version: '1.0.1' })).statusCode).toBe(201);
  });
});
