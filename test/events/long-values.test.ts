import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { giveToken } from '../support/callers.js';
import { sql } from '../support/database.js';

/** Rows that are older than the API, or were written beside it, can have values of any length. */

const context = useApp();

const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;

const dataOf = async (type: string) => {
  const rows = await sql<{ data: string }>('SELECT data FROM events WHERE type = $1', [type]);
  return rows.map(({ data }) => {
    const { row: _digest, ...rest } = JSON.parse(data);
    return rest;
  });
};

const status = '\u0001\u4e00'.repeat(10_000);

describe('a project with a long status', () => {
  it.each([
    ['is changed', 'PATCH', 200],
    ['is deleted', 'DELETE', 204],
  ] as const)('%s, and the event has the digest', async (_what, method, code) => {
    await sql('INSERT INTO projects (name, status) VALUES ($1, $2)', ['Old', status]);
    const payload = method === 'PATCH' ? { payload: { status: 'active' } } : {};
    const response = await context.app.inject({ method, url: '/projects/1', ...payload });
    expect(response.statusCode, response.body).toBe(code);
    const events =
      method === 'PATCH'
        ? [{ status: { before: digestOf(status), after: 'active' } }]
        : [{ status: digestOf(status) }];
    expect(await dataOf(method === 'PATCH' ? 'project.updated' : 'project.deleted')).toMatchObject(
      events,
    );
  });
});

describe('a token with a long subject', () => {
  it('is revoked', async () => {
    const subject = 'a'.repeat(20_000);
    const { id } = await giveToken({ subject });
    const response = await context.app.inject({ method: 'DELETE', url: `/tokens/${id}` });
    expect(response.statusCode, response.body).toBe(204);
    expect(await dataOf('token.revoked')).toEqual([{ subject: digestOf(subject) }]);
  });
});

describe('an environment with many policies', () => {
  it('has them in its event', async () => {
    const policies = Array.from({ length: 20 }, (_, i) => ({
      name: `p${i}-${'x'.repeat(58)}`,
      version: 1,
    }));
    for (const { name } of policies) {
      const payload = { name, rules: [{ rule: 'sealed-only', mode: 'block' }] };
      await context.app.inject({ method: 'POST', url: '/policies', payload });
    }
    const payload = { name: 'gate', rank: 1, policies };
    const url = '/environments';
    const response = await context.app.inject({ method: 'POST', url, payload });
    expect(response.statusCode, response.body).toBe(201);
    expect(await dataOf('environment.created')).toEqual([{ rank: 1, policies }]);
  });
});
