import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { giveToken } from '../support/callers.js';
import { sql } from '../support/database.js';
import { deployed } from '../support/deployments.js';
import { createPolicy } from '../support/policies.js';
import { createRelease, revoke } from '../support/releases.js';
import { expectProblem, pointers } from '../support/requests.js';

const context = useApp();
const guarded = useApp({ AUTH_MODE: 'token' });

const get = (headers: Record<string, string> = {}) =>
  context.app.inject({ url: '/environments/staging', headers });
const patch = (body: unknown, tag?: string, name = 'staging') =>
  context.app.inject({
    method: 'PATCH',
    url: `/environments/${name}`,
    headers: { 'content-type': 'application/json', ...(tag !== undefined && { 'if-match': tag }) },
    payload: JSON.stringify(body),
  });

describe('PATCH /environments/{name}: 200', () => {
  it('changes rank and policies, and names the caller', async () => {
    await createPolicy(context.app, 'shop');
    const before = (await get()).json();
    const { headers } = await giveToken({ subject: 'bob', scopes: ['environments:write'] });
    const policies = [{ name: 'shop' }, { name: 'baseline', version: 1 }];
    const response = await guarded.app.inject({
      method: 'PATCH',
      url: '/environments/staging',
      headers,
      payload: { rank: 5, policies },
    });
    expect(response.statusCode, response.body).toBe(200);
    const after = response.json();
    const { running, ...settings } = before;
    expect(running).toEqual([]);
    expect(after).toEqual({
      ...settings,
      rank: 5,
      policies: [
        { name: 'shop', version: null },
        { name: 'baseline', version: 1 },
      ],
      updatedAt: after.updatedAt,
      updatedBy: 'bob',
    });
    expect(Date.parse(after.updatedAt)).toBeGreaterThanOrEqual(Date.parse(before.updatedAt));
    expect(response.headers.etag).toBe('"2"');
    expect((await get()).json()).toEqual({ ...after, running });
  });

  it('keeps the fields that the body does not name', async () => {
    const before = (await get()).json();
    expect((await patch({ rank: 7 })).json()).toMatchObject({ rank: 7, policies: before.policies });
    const policies = [{ name: 'baseline', version: 1 }];
    expect((await patch({ policies })).json()).toMatchObject({ rank: 7, policies });
  });

  it('changes nothing for an empty body', async () => {
    const { running: _running, ...before } = (await get()).json();
    const response = await patch({});
    expect([response.statusCode, response.json()]).toEqual([200, before]);
    expect(response.headers.etag).toBe('"1"');
  });

  it('accepts the example of the OpenAPI document', async () => {
    const { components } = (await context.app.inject('/openapi.json')).json();
    for (const example of components.schemas.UpdateEnvironment.examples) {
      expect((await patch(example)).statusCode).toBe(200);
    }
  });
});

describe('PATCH /environments/{name}: 400 and 404', () => {
  it.each<[string, unknown, string[]]>([
    ['no policies', { policies: [] }, ['/policies']],
    ['null for policies', { policies: null }, ['/policies']],
    ['a policy that there is not', { policies: [{ name: 'x' }] }, ['/policies/0/name']],
    ['a negative rank', { rank: -1 }, ['/rank']],
    ['another name', { name: 'x' }, ['/name']],
    ['a text', 'x', ['']],
  ])('400: %s', async (_case, body, expected) => {
    const before = await get();
    const problem = expectProblem(await patch(body), 400, 'validation-failed');
    expect([...new Set(pointers(problem))]).toEqual(expected);
    expect((await get()).body).toBe(before.body);
  });

  it('404: the environment does not exist; 400: the name is not valid', async () => {
    for (const body of [{}, { rank: 1 }]) {
      for (const tag of [undefined, '*', '"1"']) {
        expectProblem(await patch(body, tag, 'x'), 404, 'environment-not-found');
      }
    }
    expectProblem(await patch({}, undefined, 'X'), 400, 'validation-failed');
    expectProblem(await context.app.inject('/environments/x'), 404, 'environment-not-found');
  });
});

describe('conditional requests', () => {
  it('304 for the current state: the settings, and what runs', async () => {
    const { etag = '' } = (await get()).headers;
    expect(etag).toMatch(/^"1\.[0-9a-f]{16}"$/);
    for (const known of [etag, `W/${etag}`, '*']) {
      const response = await get({ 'if-none-match': String(known) });
      expect([response.statusCode, response.body, response.headers.etag]).toEqual([304, '', etag]);
    }
    expect((await get({ 'if-none-match': '"1"' })).statusCode).toBe(200);
    const { id } = await createRelease(context.app);
    const deployment = await deployed(context.app, id, 'staging');
    const changed = await get({ 'if-none-match': String(etag) });
    expect(changed.json().running).toEqual([deployment]);
    expect(changed.headers.etag).not.toBe(etag);
    expect(await revoke(context.app, id)).toMatchObject({ statusCode: 200 });
    expect((await get({ 'if-none-match': String(changed.headers.etag) })).statusCode).toBe(200);
    await patch({ rank: 1 });
    expect((await get({ 'if-none-match': String(etag) })).headers.etag).toMatch(/^"2\./);
  });

  it('200: PATCH takes the tag of GET, whatever runs by then', async () => {
    const etag = String((await get()).headers.etag);
    const { id } = await createRelease(context.app);
    await deployed(context.app, id, 'staging');
    const response = await patch({ rank: 1 }, etag);
    expect([response.statusCode, response.headers.etag]).toEqual([200, '"2"']);
    expectProblem(await patch({ rank: 2 }, etag), 412, 'precondition-failed');
  });

  it.each([{ rank: 1 }, {}])('412: %j for an old version', async (body) => {
    const before = await get();
    for (const tag of ['"0"', '"2"', 'W/"1"', 'nonsense']) {
      const response = await patch(body, tag);
      expectProblem(response, 412, 'precondition-failed');
      expect(response.headers.etag).toBe('"1"');
    }
    expect((await get()).body).toBe(before.body);
    expect((await patch(body, '"1"')).statusCode).toBe(200);
  });

  it('one of 12 concurrent requests with the same version succeeds', async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, i) => patch({ rank: 100 + i }, '"1"')),
    );
    expect(answers.filter(({ statusCode }) => statusCode === 200)).toHaveLength(1);
    expect((await get()).headers.etag).toMatch(/^"2\./);
  });

  it('the tag also differs after a change in the database', async () => {
    await sql(`UPDATE environments SET rank = 3 WHERE name = 'staging'`);
    expect((await get()).headers.etag).toMatch(/^"2\./);
  });
});
