import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { giveToken } from '../support/callers.js';
import { sql } from '../support/database.js';
import { createPolicy } from '../support/policies.js';
import { expectProblem, pointers } from '../support/requests.js';

const context = useApp();
const guarded = useApp({ AUTH_MODE: 'token' });

const BASELINE = [{ name: 'baseline', version: null }];
const A = { name: 'acceptance', rank: 15, policies: [{ name: 'baseline' }] };
const create = (body: unknown, headers: Record<string, string> = {}, app = context.app) =>
  app.inject({
    method: 'POST',
    url: '/environments',
    headers: { 'content-type': 'application/json', ...headers },
    payload: JSON.stringify(body),
  });
const count = async () => (await sql('SELECT 1 FROM environments')).length - 2;

describe('POST /environments: 201', () => {
  it('returns the environment, its address and its entity tag', async () => {
    const { headers } = await giveToken({ subject: 'alice', scopes: ['environments:write'] });
    const response = await create(A, headers, guarded.app);
    expect(response.statusCode, response.body).toBe(201);
    const environment = response.json();
    expect(environment).toEqual({
      after: [],
      signInWithinMinutes: null,
      name: 'acceptance',
      rank: 15,
      policies: BASELINE,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      createdBy: 'alice',
      updatedAt: environment.createdAt,
      updatedBy: 'alice',
    });
    expect(response.headers).toMatchObject({ location: '/environments/acceptance', etag: '"1"' });
    expect((await context.app.inject('/environments/acceptance')).json()).toEqual({
      ...environment,
      running: [],
    });
  });

  it('accepts the example of the OpenAPI document', async () => {
    const { components } = (await context.app.inject('/openapi.json')).json();
    for (const example of components.schemas.CreateEnvironment.examples) {
      expect((await create(example)).statusCode).toBe(201);
    }
  });

  it('accepts several policies, in the latest or in a given version', async () => {
    await createPolicy(context.app, 'shop');
    const policies = [
      { name: 'shop', version: 1 },
      { name: 'baseline', version: null },
    ];
    expect((await create({ ...A, policies })).json().policies).toEqual(policies);
  });

  it.each([
    ['a rank of 0', { rank: 0 }],
    ['the rank of another', { rank: 20 }],
    ['a rank of 1,000,000', { rank: 1_000_000 }],
    ['a name of 63 characters', { name: 'a'.repeat(63) }],
  ])('accepts %s', async (_case, more) => {
    expect((await create({ ...A, ...more })).json()).toMatchObject(more);
  });

  it('repeats the answer for an Idempotency-Key', async () => {
    const ask = () => create(A, { 'idempotency-key': 'one' });
    const first = await ask();
    const again = await ask();
    expect([again.statusCode, again.body]).toEqual([201, first.body]);
    expect(again.headers).toMatchObject({ 'idempotency-replayed': 'true', etag: '"1"' });
    expect(await count()).toBe(1);
  });
});

describe('POST /environments: 400', () => {
  const policies = (...list: unknown[]) => ({ ...A, policies: list });

  it.each<[string, unknown, string[]]>([
    ['nothing', {}, ['/name', '/policies', '/rank']],
    ['an empty name', { ...A, name: '' }, ['/name']],
    ['a name in capitals', { ...A, name: 'QA' }, ['/name']],
    ['a name of 64', { ...A, name: 'a'.repeat(64) }, ['/name']],
    ['a name that leads elsewhere', { ...A, name: '../x' }, ['/name']],
    ['a negative rank', { ...A, rank: -1 }, ['/rank']],
    ['a rank of 1,000,001', { ...A, rank: 1_000_001 }, ['/rank']],
    ['half a rank', { ...A, rank: 1.5 }, ['/rank']],
    ['a text for a rank', { ...A, rank: '1' }, ['/rank']],
    ['null for a rank', { ...A, rank: null }, ['/rank']],
    ['no policies', policies(), ['/policies']],
    ['21 policies', policies(...Array(21).fill({ name: 'baseline' })), ['/policies']],
    ['a policy by its name alone', policies('baseline'), ['/policies/0']],
    ['a policy without a name', policies({ version: 1 }), ['/policies/0/name']],
    ['version 0', policies({ name: 'baseline', version: 0 }), ['/policies/0/version']],
    ['"latest"', policies({ name: 'baseline', version: 'latest' }), ['/policies/0/version']],
    ['a policy that there is not', policies({ name: 'x' }), ['/policies/0/name']],
    [
      'a version that there is not',
      policies({ name: 'baseline', version: 3 }),
      ['/policies/0/version'],
    ],
    [
      'a policy twice',
      policies({ name: 'baseline' }, { name: 'baseline', version: 1 }),
      ['/policies/1/name'],
    ],
    [
      'several faults',
      policies({ name: 'x' }, { name: 'baseline', version: 9 }),
      ['/policies/0/name', '/policies/1/version'],
    ],
    ['a client that chooses its revision', { ...A, revision: 7 }, ['/revision']],
    ['a list', [], ['']],
  ])('refuses %s', async (_case, body, expected) => {
    const problem = expectProblem(await create(body), 400, 'validation-failed');
    expect([...new Set(pointers(problem))]).toEqual(expected);
    expect(await count()).toBe(0);
  });

  it('names the latest version', async () => {
    const response = await create(policies({ name: 'baseline', version: 3 }));
    expect(response.json().errors[0].message).toBe(
      'is not a version of baseline: its latest version is 2',
    );
  });
});

describe('POST /environments: 409', () => {
  it('an environment of this name exists', async () => {
    expectProblem(await create({ ...A, name: 'staging' }), 409, 'environment-exists');
    expect((await context.app.inject('/environments/staging')).json().rank).toBe(10);
  });

  it('creates one environment for concurrent requests', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, () => create(A)));
    expect(answers.filter(({ statusCode }) => statusCode === 201)).toHaveLength(1);
    for (const answer of answers) {
      if (answer.statusCode !== 201) expectProblem(answer, 409, 'environment-exists');
    }
    expect(await count()).toBe(1);
  });
});
