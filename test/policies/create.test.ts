import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { giveToken } from '../support/callers.js';
import { sql } from '../support/database.js';
import { createPolicy, postPolicy, SEALED } from '../support/policies.js';
import { expectProblem, pointers } from '../support/requests.js';

const context = useApp();
const guarded = useApp({ AUTH_MODE: 'token' });

const create = (rules: unknown, more: object = {}) =>
  postPolicy(context.app, { name: 'shop', rules, ...more });
const count = async () => (await sql(`SELECT 1 FROM policies WHERE name <> 'baseline'`)).length;

describe('POST /policies: 201', () => {
  it('returns the policy as version 1, its address and its entity tag', async () => {
    const { headers } = await giveToken({ subject: 'alice', scopes: ['policies:write'] });
    const body = { name: 'shop', description: 'For the shop', rules: [SEALED] };
    const response = await postPolicy(guarded.app, body, headers);
    expect(response.statusCode, response.body).toBe(201);
    const policy = response.json();
    expect(policy).toEqual({
      id: expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[\da-f]{4}-[\da-f]{12}$/),
      ...body,
      version: 1,
      sha256: expect.stringMatching(/^[\da-f]{64}$/),
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      createdBy: 'alice',
    });
    expect(response.headers).toMatchObject({ location: '/policies/shop', etag: '"1"' });
    expect((await context.app.inject('/policies/shop')).json()).toEqual(policy);
  });

  it('fills in defaults and stores them', async () => {
    const { rules } = await createPolicy(context.app, 'shop', [
      { rule: 'tests-passed' },
      { rule: 'max-findings', mode: 'warn', severity: 'critical' },
      { rule: 'no-secrets' },
    ]);
    expect(rules).toEqual([
      {
        rule: 'tests-passed',
        mode: 'block',
        minimumTests: 1,
        maximumFailures: 0,
        scope: 'release',
      },
      {
        rule: 'max-findings',
        mode: 'warn',
        severity: 'critical',
        maximum: 0,
        types: ['vulnerability'],
        fixableOnly: false,
        unknownFix: 'count',
        scope: 'release',
        onlyNew: false,
        countUnknown: true,
      },
      { rule: 'no-secrets', mode: 'block', scope: 'release' },
    ]);
    const rows = await sql(`SELECT rules FROM policy_versions WHERE policy_name = 'shop'`);
    expect(rows).toEqual([{ rules }]);
  });

  it('gives equal rules one digest, in any order of their fields', async () => {
    const { sha256 } = await createPolicy(context.app, 'a', [
      { rule: 'tests-passed', minimumTests: 1 },
    ]);
    const other = [{ scope: 'release', maximumFailures: 0, mode: 'block', rule: 'tests-passed' }];
    expect((await createPolicy(context.app, 'b', other)).sha256).toBe(sha256);
    const stricter = [{ rule: 'tests-passed', minimumTests: 2 }];
    expect((await createPolicy(context.app, 'c', stricter)).sha256).not.toBe(sha256);
  });

  it('accepts the example of each rule in the OpenAPI document', async () => {
    const { components } = (await context.app.inject('/openapi.json')).json();
    const names: string[] = components.schemas.PolicyRule.oneOf.map(({ $ref }: { $ref: string }) =>
      $ref.replace('#/components/schemas/', ''),
    );
    expect(names.length).toBeGreaterThan(5);
    for (const name of names) {
      const { examples, properties } = components.schemas[name];
      expect(examples[0].rule, name).toBe(properties.rule.const ?? properties.rule.enum[0]);
      await createPolicy(context.app, `example-${name.toLowerCase()}`, examples);
    }
    const [example] = components.schemas.CreatePolicy.examples;
    expect(example.rules).toHaveLength(names.length);
    expect((await postPolicy(context.app, example)).statusCode).toBe(201);
  });

  it.each([
    ['a name of one letter', { name: 'a' }],
    ['a name of 63 characters', { name: 'a'.repeat(63) }],
    ['digits and hyphens', { name: 'a-1--2-' }],
    ['null for a description', { description: null }],
    ['a description of 2,000', { description: 'é'.repeat(2000) }],
    ['100 rules', { rules: Array(100).fill(SEALED) }],
    ['the same rule twice', { rules: [SEALED, SEALED] }],
  ])('takes %s', async (_case, more) => {
    const response = await create([SEALED], more);
    expect(response.statusCode, response.body).toBe(201);
    expect(response.json()).toMatchObject(more);
  });
});

describe('POST /policies: 400', () => {
  const rule = (more: object) => ({ rules: [SEALED, { rule: 'max-findings', ...more }] });

  it.each<[string, object, Record<string, string>]>([
    ['nothing', { name: undefined, rules: undefined }, { '/name': 'is required' }],
    ['an empty name', { name: '' }, { '/name': 'must have 1 to 63 characters' }],
    ['a name in capitals', { name: 'Shop' }, { '/name': 'must have 1 to 63 characters' }],
    ['a name that begins with a digit', { name: '1a' }, { '/name': 'begin with a letter' }],
    ['a name of 64', { name: 'a'.repeat(64) }, { '/name': 'at most 63' }],
    ['a slash in a name', { name: 'a/b' }, { '/name': 'must have' }],
    ['a description of 2,001', { description: 'x'.repeat(2001) }, { '/description': 'at most' }],
    ['an unknown field', { version: 7 }, { '/version': 'is not a known field' }],
    ['no rules', { rules: [] }, { '/rules': 'at least 1 item' }],
    ['101 rules', { rules: Array(101).fill(SEALED) }, { '/rules': 'at most 100 items' }],
    ['rules that are not a list', { rules: {} }, { '/rules': 'must be of type array' }],
    ['a text for a rule', { rules: ['sealed-only'] }, { '/rules/0': 'must be of type object' }],
    ['null for a rule', { rules: [null] }, { '/rules/0': 'must be of type object' }],
    ['a rule without a name', { rules: [{}] }, { '/rules/0/rule': 'is required' }],
    ['a number for its name', { rules: [{ rule: 1 }] }, { '/rules/0/rule': 'must be' }],
    ['an unknown rule', { rules: [{ rule: 'x' }] }, { '/rules/0/rule': 'must be one of tests-' }],
    ['an unknown mode', rule({ mode: 'off' }), { '/rules/1/mode': 'must be one of block, warn' }],
    ['an unknown parameter', rule({ most: 1 }), { '/rules/1/most': 'is not a known field' }],
    [
      'a parameter of another rule',
      rule({ minimumTests: 1 }),
      { '/rules/1/minimumTests': 'not a known' },
    ],
    ['too small a number', rule({ maximum: -1 }), { '/rules/1/maximum': 'must be at least 0' }],
    ['a text for a number', rule({ maximum: '1' }), { '/rules/1/maximum': 'of type integer' }],
    [
      'neither of two alternatives',
      { rules: [{ rule: 'evidence-required' }] },
      { '/rules/0': 'kinds or shows' },
    ],
    [
      'what is missing within',
      { rules: [{ rule: 'banned-components', components: [{}] }] },
      { '/rules/0/components/0/purl': 'is required' },
    ],
    [
      'a licence that SPDX does not know',
      { rules: [{ rule: 'licences', deny: ['AGPL'] }] },
      { '/rules/0': 'Did you mean AGPL-*?' },
    ],
    [
      'a kind that does not exist',
      { rules: [{ rule: 'evidence-required', kinds: ['cyclonedx', 'trivvy'] }] },
      { '/rules/0': 'trivvy: no such kind of evidence exists' },
    ],
    [
      'a range that is none',
      {
        rules: [
          SEALED,
          { rule: 'banned-components', components: [{ purl: 'pkg:npm/a', versions: '>=>' }] },
        ],
      },
      { '/rules/1': 'cannot be used' },
    ],
    [
      'faults of several rules, each where it is',
      { rules: [{ rule: 'x' }, SEALED, { rule: 'tests-passed', minimumTests: 0 }] },
      { '/rules/0/rule': 'must be one of', '/rules/2/minimumTests': 'must be at least 1' },
    ],
  ])('refuses %s', async (_case, more, expected) => {
    const problem = expectProblem(await create([SEALED], more), 400, 'validation-failed');
    const faults: { pointer: string; message: string }[] = problem.errors;
    for (const [pointer, message] of Object.entries(expected)) {
      const said = faults.filter((fault) => fault.pointer === pointer);
      expect(said.map((fault) => fault.message).join('; '), pointer).toContain(message);
    }
    const places = Object.keys(expected);
    if ('rules' in more && more.rules !== undefined) {
      expect([...new Set(pointers(problem))]).toEqual(places.sort());
    }
    expect(await count()).toBe(0);
  });

  it('names at most 20 faults', async () => {
    const rules = Array.from({ length: 90 }, () => ({ rule: 'x', a: 1 }));
    const problem = expectProblem(await create(rules), 400, 'validation-failed');
    expect(problem.errors).toHaveLength(20);
  });

  it.each([undefined, 'text', [], null])('refuses the body %j', async (body) => {
    expectProblem(await postPolicy(context.app, body), 400, 'validation-failed');
  });

  it('413: a body of more than 256 KiB', async () => {
    const response = await create([SEALED], { description: 'x'.repeat(262_144) });
    expectProblem(response, 413, 'payload-too-large');
  });
});
