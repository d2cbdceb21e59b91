import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { sql } from '../support/database.js';
import { createPolicy, postPolicy, SEALED } from '../support/policies.js';
import { expectProblem } from '../support/requests.js';

const context = useApp();

const create = (rules: unknown) => postPolicy(context.app, { name: 'shop', rules });
const count = async () => (await sql(`SELECT 1 FROM policies WHERE name <> 'baseline'`)).length;

describe('POST /policies: 409', () => {
  it('refuses an existing name and leaves that policy unchanged', async () => {
    const policy = await createPolicy(context.app);
    expectProblem(await create([{ rule: 'no-secrets' }]), 409, 'policy-exists');
    expect((await context.app.inject('/policies/shop')).json()).toEqual(policy);
  });

  it('creates one policy with one version for concurrent requests', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, () => create([SEALED])));
    const created = answers.filter(({ statusCode }) => statusCode === 201);
    expect(created).toHaveLength(1);
    for (const answer of answers) {
      if (answer.statusCode !== 201) expectProblem(answer, 409, 'policy-exists');
    }
    expect(await count()).toBe(1);
    const versions = await sql(`SELECT 1 FROM policy_versions WHERE policy_name = 'shop'`);
    expect(versions).toHaveLength(1);
  });
});

describe('Idempotency-Key', () => {
  it('repeats the first answer for the same request', async () => {
    const ask = (name: string) =>
      postPolicy(context.app, { name, rules: [SEALED] }, { 'idempotency-key': 'one' });
    const first = await ask('shop');
    const again = await ask('shop');
    expect([first.statusCode, again.statusCode]).toEqual([201, 201]);
    expect(again.body).toBe(first.body);
    expect(again.headers).toMatchObject({
      'idempotency-replayed': 'true',
      location: '/policies/shop',
      etag: '"1"',
    });
    expectProblem(await ask('other'), 422, 'idempotency-key-reused');
    expect(await count()).toBe(1);
  });
});
