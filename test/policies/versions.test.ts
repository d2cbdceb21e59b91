import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { giveToken } from '../support/callers.js';
import { sql } from '../support/database.js';
import { createPolicy, type PolicyBody, postVersion, SEALED } from '../support/policies.js';
import { expectProblem, nextPage } from '../support/requests.js';

const context = useApp();
const guarded = useApp({ AUTH_MODE: 'token' });
let policy: PolicyBody;
beforeEach(async () => {
  policy = await createPolicy(context.app);
});

const add = (rules: unknown, headers: Record<string, string> = {}) =>
  postVersion(context.app, 'shop', rules, headers);
const tests = (minimumTests: number) => [{ rule: 'tests-passed', minimumTests }];
const get = (path: string) => context.app.inject(`/policies/shop${path}`);
const numbers = async () =>
  (
    await sql<{ version: number }>(
      `SELECT version FROM policy_versions WHERE policy_name = 'shop' ORDER BY version`,
    )
  ).map(({ version }) => version);

describe('POST /policies/{name}/versions: 201', () => {
  it('adds the next version, with defaults and its address', async () => {
    const { headers } = await giveToken({ subject: 'bob', scopes: ['policies:write'] });
    const response = await postVersion(guarded.app, 'shop', tests(5), headers);
    expect(response.statusCode, response.body).toBe(201);
    const version = response.json();
    expect(version).toEqual({
      policy: 'shop',
      version: 2,
      rules: [
        {
          rule: 'tests-passed',
          mode: 'block',
          minimumTests: 5,
          maximumFailures: 0,
          scope: 'release',
        },
      ],
      sha256: expect.stringMatching(/^[\da-f]{64}$/),
      createdAt: expect.stringMatching(/Z$/),
      createdBy: 'bob',
    });
    expect(response.headers.location).toBe('/policies/shop/versions/2');
    expect((await get('/versions/2')).json()).toEqual(version);
    expect((await get('')).json()).toMatchObject({
      id: policy.id,
      version: 2,
      sha256: version.sha256,
      rules: version.rules,
      createdBy: 'anonymous',
    });
    expect((await get('/versions/1')).json()).toMatchObject({ version: 1, rules: policy.rules });
  });

  it('accepts rules that an older version had', async () => {
    expect((await add(tests(5))).json().version).toBe(2);
    expect((await add([SEALED])).json()).toMatchObject({ version: 3, sha256: policy.sha256 });
  });

  it('gives concurrent versions different numbers', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, (_, i) => add(tests(i + 1))));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(Array(12).fill(201));
    expect(await numbers()).toEqual(Array.from({ length: 13 }, (_, i) => i + 1));
    for (const answer of answers) {
      const { version, rules } = answer.json();
      expect((await get(`/versions/${version}`)).json().rules).toEqual(rules);
    }
  });
});

describe('POST /policies/{name}/versions: 200', () => {
  it('returns the latest version if that has the same rules', async () => {
    const first = await add(tests(5));
    for (const rules of [tests(5), [{ ...tests(5)[0], mode: 'block', maximumFailures: 0 }]]) {
      const again = await add(rules);
      expect([again.statusCode, again.body]).toEqual([200, first.body]);
      expect(again.headers.location).toBe('/policies/shop/versions/2');
    }
    expect(await numbers()).toEqual([1, 2]);
  });

  it('adds the same rules once for concurrent requests', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, () => add(tests(5))));
    const statuses = answers.map(({ statusCode }) => statusCode).sort();
    expect(statuses).toEqual([...Array(11).fill(200), 201]);
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
    expect(await numbers()).toEqual([1, 2]);
  });

  it('repeats the answer for an Idempotency-Key', async () => {
    const ask = () => add([SEALED], { 'idempotency-key': 'one' });
    const first = await ask();
    await add(tests(2));
    const again = await ask();
    expect([again.statusCode, again.body]).toEqual([200, first.body]);
    expect(again.headers['idempotency-replayed']).toBe('true');
  });
});

describe('POST /policies/{name}/versions: 400 and 404', () => {
  it('400: faults of rules, and of the name', async () => {
    const problem = expectProblem(await add([{ rule: 'x' }]), 400, 'validation-failed');
    expect(problem.errors).toEqual([
      {
        in: 'body',
        pointer: '/rules/0/rule',
        message: expect.stringMatching(/^must be one of tests-passed, .*semver-increases/),
      },
    ]);
    expectProblem(await add(undefined), 400, 'validation-failed');
    for (const name of ['A', '-', 'a%00', 'a'.repeat(64)]) {
      const response = await postVersion(context.app, name, [SEALED]);
      const { errors } = expectProblem(response, 400, 'validation-failed');
      expect(errors[0]).toMatchObject({ in: 'path', pointer: '/name' });
    }
    expect(await numbers()).toEqual([1]);
  });

  it('404: the policy does not exist', async () => {
    expectProblem(await postVersion(context.app, 'x', [SEALED]), 404, 'policy-not-found');
    for (const path of ['', '/versions', '/versions/1']) {
      expectProblem(await context.app.inject(`/policies/x${path}`), 404, 'policy-not-found');
    }
  });
});

describe('GET /policies/{name}/versions', () => {
  it('lists versions without their rules, newest first', async () => {
    await add(tests(5));
    const versions = (await get('/versions')).json();
    expect(versions).toEqual([
      {
        policy: 'shop',
        version: 2,
        sha256: expect.any(String),
        createdAt: expect.any(String),
        createdBy: 'anonymous',
      },
      {
        policy: 'shop',
        version: 1,
        sha256: policy.sha256,
        createdAt: policy.createdAt,
        createdBy: 'anonymous',
      },
    ]);
  });

  it('lists them in pages', async () => {
    for (let i = 2; i <= 5; i += 1) await add(tests(i));
    const seen: number[] = [];
    for (let url: string | undefined = '/policies/shop/versions?limit=2'; url; ) {
      const page = await context.app.inject(url);
      seen.push(...page.json().map(({ version }: { version: number }) => version));
      url = nextPage(page);
    }
    expect(seen).toEqual([5, 4, 3, 2, 1]);
  });

  it.each(['limit=0', 'limit=1001', 'cursor=x', 'cursor=0', 'x=1'])('400: %s', async (query) => {
    expectProblem(await get(`/versions?${query}`), 400, 'validation-failed');
  });
});

describe('GET /policies/{name}/versions/{version}', () => {
  it('404: the version does not exist', async () => {
    const problem = expectProblem(await get('/versions/2'), 404, 'policy-version-not-found');
    expect(problem.detail).toBe('Policy shop has no version 2');
  });

  it.each(['0', '-1', '1.0', 'latest', '2147483648'])('400: %s', async (version) => {
    expectProblem(await get(`/versions/${version}`), 400, 'validation-failed');
  });
});

describe('the database', () => {
  it.each([
    `UPDATE policy_versions SET rules = '[]'`,
    `DELETE FROM policy_versions WHERE policy_name = 'shop'`,
    `DELETE FROM policies WHERE name = 'shop'`,
    'TRUNCATE policy_versions',
  ])('refuses %s', async (text) => {
    await expect(sql(text)).rejects.toThrow();
    expect((await get('')).json()).toEqual(policy);
  });
});
