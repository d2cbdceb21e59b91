import { describe, expect, it } from 'vitest';
import { rulesSha256 } from '../../src/engine/index.js';
import { useApp } from '../support/app.js';
import { createPolicy, type PolicyBody, postVersion } from '../support/policies.js';
import { expectProblem, nextPage } from '../support/requests.js';

const context = useApp();
const list = async (query = ''): Promise<PolicyBody[]> =>
  (await context.app.inject(`/policies${query}`)).json();

describe('GET /policies', () => {
  it('contains the baseline from the first start', async () => {
    expect(await list()).toEqual([
      {
        id: '019aaf00-0000-7000-8000-000000000001',
        name: 'baseline',
        description: expect.stringContaining('bill of materials'),
        version: 2,
        sha256: expect.stringMatching(/^[\da-f]{64}$/),
        createdAt: expect.stringMatching(/Z$/),
        createdBy: 'migration',
      },
    ]);
  });

  it('returns the digest of the baseline that the migration wrote', async () => {
    const { rules, sha256 } = (await context.app.inject('/policies/baseline')).json();
    expect(rulesSha256(rules)).toBe(sha256);
  });

  it('lists the latest version of each policy, oldest policy first', async () => {
    const one = await createPolicy(context.app, 'one');
    await createPolicy(context.app, 'two');
    const rules = [{ rule: 'no-secrets' }];
    const { sha256 } = (await postVersion(context.app, 'two', rules)).json();
    const [, first, second] = await list();
    const { rules: _rules, ...listed } = one;
    expect(first).toEqual(listed);
    expect(second).toMatchObject({ name: 'two', version: 2, sha256 });
  });

  it('lists policies in pages', async () => {
    for (const name of ['d', 'c', 'b', 'a']) await createPolicy(context.app, name);
    const seen: string[] = [];
    for (let url: string | undefined = '/policies?limit=2'; url; ) {
      const page = await context.app.inject(url);
      seen.push(...page.json().map(({ name }: PolicyBody) => name));
      url = nextPage(page);
    }
    expect(seen).toEqual(['baseline', 'd', 'c', 'b', 'a']);
  });

  it.each(['limit=0', 'limit=1001', 'cursor=x', 'x=1'])('400: %s', async (query) => {
    expectProblem(await context.app.inject(`/policies?${query}`), 400, 'validation-failed');
  });
});

describe('GET /policies/{name}', () => {
  const get = (headers: Record<string, string> = {}) =>
    context.app.inject({ url: '/policies/shop', headers });

  it('returns the rules of the latest version, whose number is the entity tag', async () => {
    const policy = await createPolicy(context.app);
    const first = await get();
    expect([first.json(), first.headers.etag]).toEqual([policy, '"1"']);
    expect((await get({ 'if-none-match': '"1"' })).statusCode).toBe(304);
    await postVersion(context.app, 'shop', [{ rule: 'no-secrets' }]);
    const second = await get({ 'if-none-match': '"1"' });
    expect([second.statusCode, second.headers.etag]).toEqual([200, '"2"']);
    expect(second.json().rules).toEqual([{ rule: 'no-secrets', mode: 'block', scope: 'release' }]);
  });

  it('400: the name is invalid; 404: the policy does not exist', async () => {
    expectProblem(await context.app.inject('/policies/A'), 400, 'validation-failed');
    expectProblem(await get(), 404, 'policy-not-found');
  });
});
