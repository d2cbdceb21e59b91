import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { expectProblem, nextPage } from '../support/requests.js';

const context = useApp();

const add = (name: string, rank: number) =>
  context.app.inject({
    method: 'POST',
    url: '/environments',
    payload: { name, rank, policies: [{ name: 'baseline' }] },
  });

describe('GET /environments', () => {
  it('lists staging and production from the first start, guarded by baseline', async () => {
    const policies = [{ name: 'baseline', version: null }];
    expect((await context.app.inject('/environments')).json()).toEqual([
      expect.objectContaining({ name: 'staging', rank: 10, policies, createdBy: 'migration' }),
      expect.objectContaining({ name: 'production', rank: 20, policies }),
    ]);
  });

  it('lists by rank, then by name, in pages', async () => {
    await add('z', 15);
    await add('y', 15);
    await add('first', 0);
    await add('last', 1000);
    const seen: string[] = [];
    for (let url: string | undefined = '/environments?limit=2'; url; ) {
      const page = await context.app.inject(url);
      seen.push(...page.json().map(({ name }: { name: string }) => name));
      url = nextPage(page);
    }
    expect(seen).toEqual(['first', 'staging', 'y', 'z', 'production', 'last']);
  });

  it('lists those that a policy guards, in any version', async () => {
    const { app } = context;
    const rules = [{ rule: 'sealed-only' }];
    await app.inject({ method: 'POST', url: '/policies', payload: { name: 'shop', rules } });
    for (const [name, policies] of [
      ['both', [{ name: 'baseline' }, { name: 'shop', version: 1 }]],
      ['other', [{ name: 'shop' }]],
    ]) {
      const response = await app.inject({
        method: 'POST',
        url: '/environments',
        payload: { name, rank: 30, policies },
      });
      expect(response.statusCode, response.body).toBe(201);
    }
    const names = async (query: string) =>
      (await app.inject(`/environments?${query}`)).json().map(({ name }: { name: string }) => name);
    expect(await names('policy=shop')).toEqual(['both', 'other']);
    expect(await names('policy=baseline')).toEqual(['staging', 'production', 'both']);
    expect(await names('policy=nothing')).toEqual([]);
    expect(await names('policy=shop&limit=1&cursor=both')).toEqual(['other']);
  });

  it.each(['policy=A', 'limit=0', 'limit=1001', 'cursor=A', 'x=1'])('400: %s', async (query) => {
    expectProblem(await context.app.inject(`/environments?${query}`), 400, 'validation-failed');
  });
});
