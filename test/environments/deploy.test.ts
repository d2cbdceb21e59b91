import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { giveToken } from '../support/callers.js';
import { sql } from '../support/database.js';
import { deployed, postDeployment } from '../support/deployments.js';
import { createRelease, type ReleaseBody, revoke } from '../support/releases.js';
import { expectProblem, pointers } from '../support/requests.js';

const context = useApp();
const guarded = useApp({ AUTH_MODE: 'token' });
let release: ReleaseBody;
beforeEach(async () => {
  release = await createRelease(context.app);
});

const MISSING = '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e';
const next = (version: string) => createRelease(context.app, { projectId: 1, version });
const running = async (environment = 'production') =>
  (await context.app.inject(`/environments/${environment}/deployments`)).json();
const count = async () => (await sql('SELECT 1 FROM deployments')).length;

describe('POST /environments/{name}/deployments: 201', () => {
  it('returns the deployment, which is now the running one', async () => {
    const { headers } = await giveToken({ subject: 'jenkins', scopes: ['deployments:write'] });
    const links = [{ title: ' Job 42 ', url: 'https://ci.example.org/42' }];
    const response = await postDeployment(guarded.app, release.id, 'staging', headers, { links });
    expect(response.statusCode, response.body).toBe(201);
    const deployment = response.json();
    expect(deployment).toEqual({
      id: expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/),
      environment: 'staging',
      projectId: 1,
      releaseId: release.id,
      release: { version: '1.0.0', state: 'open' },
      links: [{ title: 'Job 42', url: 'https://ci.example.org/42' }],
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      createdBy: 'jenkins',
      decision: 'none',
      verdictId: null,
      state: 'succeeded',
      authorization: 'unauthorized',
      inDoubt: false,
      judgedVerdictId: expect.any(String),
      endedAt: deployment.createdAt,
      endedBy: 'jenkins',
    });
    expect(await running('staging')).toEqual([deployment]);
    expect(await running()).toEqual([]);
  });

  it('records another release and the first one again: the last record is the running one', async () => {
    const second = await next('2.0.0');
    for (const { id } of [release, second, release]) {
      await deployed(context.app, id);
      expect((await running()).map((one: { releaseId: string }) => one.releaseId)).toEqual([id]);
    }
    expect(await count()).toBe(3);
  });

  it('accepts a revoked release, and shows that it is revoked', async () => {
    await deployed(context.app, release.id);
    const second = await next('2.0.0');
    await revoke(context.app, second.id);
    expect((await deployed(context.app, second.id)).release.state).toBe('revoked');
    await revoke(context.app, release.id);
    expect((await deployed(context.app, release.id)).release.state).toBe('revoked');
  });

  it('sorts after a record of a clock that is ahead', async () => {
    const first = await deployed(context.app, release.id);
    const ahead = 'ffff0000-0000-7000-8000-000000000000';
    await sql(
      `INSERT INTO deployments (id, project_id, release_id, environment, created_by)
       VALUES ($1, 1, $2, 'production', 'x')`,
      [ahead, (await next('2.0.0')).id],
    );
    const { id } = await deployed(context.app, release.id);
    expect(id > ahead && ahead > first.id).toBe(true);
    expect((await running())[0].id).toBe(id);
  });

  it('accepts the example of the OpenAPI document', async () => {
    const { components } = (await context.app.inject('/openapi.json')).json();
    for (const { releaseId: _id, ...example } of components.schemas.CreateDeployment.examples) {
      await deployed(context.app, release.id, 'staging', {}, example);
    }
  });
});

describe('POST /environments/{name}/deployments: 200', () => {
  it('returns the existing deployment if this release already runs there', async () => {
    const first = await deployed(context.app, release.id);
    const again = await postDeployment(
      context.app,
      release.id.toUpperCase(),
      'production',
      {},
      {
        links: [{ title: 'x', url: 'http://x' }],
      },
    );
    expect([again.statusCode, again.json()]).toEqual([200, first]);
    await deployed(context.app, release.id, 'staging');
    expect(await count()).toBe(2);
  });

  it('records one deployment for concurrent requests', async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => postDeployment(context.app, release.id)),
    );
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([
      ...Array(11).fill(200),
      201,
    ]);
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
    expect(await count()).toBe(1);
  });

  it('the last deployment in the history is the running one after concurrent requests', async () => {
    const releases = [release];
    for (let i = 2; i < 8; i += 1) releases.push(await next(`${i}.0.0`));
    const answers = await Promise.all(releases.map(({ id }) => postDeployment(context.app, id)));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(Array(7).fill(201));
    const url = '/environments/production/deployments?history=true';
    const [last] = (await context.app.inject(url)).json();
    expect(await running()).toEqual([last]);
  });

  it('repeats the answer for an Idempotency-Key', async () => {
    const ask = () =>
      postDeployment(context.app, release.id, 'production', { 'idempotency-key': 'one' });
    const first = await ask();
    await deployed(context.app, (await next('2.0.0')).id);
    const again = await ask();
    expect([again.statusCode, again.body]).toEqual([201, first.body]);
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(await count()).toBe(2);
  });
});

describe('POST /environments/{name}/deployments: 400 and 404', () => {
  it.each<[string, object, string[]]>([
    ['no release', { releaseId: undefined }, ['/releaseId']],
    ['what is no id', { releaseId: '1.0.0' }, ['/releaseId']],
    ['an address of another scheme', { links: [{ title: 'x', url: 'ftp://x' }] }, ['/links/0/url']],
    ['51 links', { links: Array(51).fill({ title: 'x', url: 'http://x' }) }, ['/links']],
    ['another field', { projectId: 1 }, ['/projectId']],
  ])('400: %s', async (_case, more, expected) => {
    const response = await postDeployment(context.app, release.id, 'production', {}, more);
    const problem = expectProblem(response, 400, 'validation-failed');
    expect([...new Set(pointers(problem))]).toEqual(expected);
    expect(await count()).toBe(0);
  });

  it('404: the environment or the release does not exist', async () => {
    expectProblem(await postDeployment(context.app, release.id, 'x'), 404, 'environment-not-found');
    expectProblem(await postDeployment(context.app, MISSING), 404, 'release-not-found');
  });

  it('404: the caller is bound to other projects', async () => {
    const { headers } = await giveToken({ scopes: ['deployments:write'], projects: [2] });
    const ask = (id: string) =>
      postDeployment(guarded.app, id, 'production', { ...headers, 'x-request-id': 'same' });
    const refused = await ask(release.id);
    expectProblem(refused, 404, 'release-not-found');
    expect(refused.body).toBe((await ask(MISSING)).body);
    expect(await count()).toBe(0);
  });
});

describe('the table of deployments', () => {
  it.each([`UPDATE deployments SET created_by = 'x'`, 'DELETE FROM deployments'])(
    'refuses %s',
    async (text) => {
      const deployment = await deployed(context.app, release.id);
      await expect(sql(text)).rejects.toThrow();
      expect(await running()).toEqual([deployment]);
    },
  );
});
