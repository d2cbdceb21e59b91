import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { sql } from '../support/database.js';
import { createProject, expectProblem } from '../support/requests.js';

const context = useApp({ DATABASE_POOL_MAX: '10' });
const call = (
  method: 'GET' | 'PATCH' | 'DELETE',
  headers: Record<string, string>,
  payload?: object,
) => context.app.inject({ method, url: '/projects/1', headers, ...(payload && { payload }) });
const current = async () => String((await call('GET', {})).headers.etag);

describe('ETag', () => {
  it('is the same in every answer, and differs after each change', async () => {
    const created = await context.app.inject({
      method: 'POST',
      url: '/projects',
      payload: { name: 'A' },
    });
    const tag = await current();
    expect(tag).toMatch(/^"[^"]+"$/);
    expect(created.headers.etag).toBe(tag);
    expect((await call('PATCH', {}, {})).headers.etag).toBe(tag);
    const changed = await call('PATCH', {}, { name: 'B' });
    expect(changed.headers.etag).not.toBe(tag);
    expect(await current()).toBe(changed.headers.etag);
  });

  it('also differs after a change in the database', async () => {
    await createProject(context.app);
    const tag = await current();
    await sql(`UPDATE projects SET name = 'from psql'`);
    expect(await current()).not.toBe(tag);
  });
});

describe('If-None-Match', () => {
  it('304 without a body for the current version, in every spelling', async () => {
    await createProject(context.app);
    const tag = await current();
    for (const known of [tag, `W/${tag}`, `"x", ${tag}`, '*']) {
      const response = await call('GET', { 'if-none-match': known });
      expect(response.statusCode, known).toBe(304);
      expect(response.body).toBe('');
      expect(response.headers.etag).toBe(tag);
    }
  });

  it.each(['"0"', '"x"', 'nonsense', '""', '1'])('200 for %s', async (known) => {
    await createProject(context.app);
    expect((await call('GET', { 'if-none-match': known })).json().name).toBe('Mon Projet');
  });
});

describe('a changed resource', () => {
  it('is returned in full, whatever version the caller sends', async () => {
    await createProject(context.app);
    const changed = await call('PATCH', { 'if-none-match': '*' }, { name: 'B' });
    expect([changed.statusCode, changed.json().name]).toEqual([200, 'B']);
  });
});

describe('If-Match', () => {
  it('accepts a change of the current version', async () => {
    await createProject(context.app);
    const tag = await current();
    const changed = await call('PATCH', { 'if-match': `"99", ${tag}` }, { name: 'B' });
    expect(changed.statusCode).toBe(200);
    expect((await call('PATCH', { 'if-match': '*' }, { name: 'C' })).statusCode).toBe(200);
    expect((await call('DELETE', { 'if-match': await current() })).statusCode).toBe(204);
  });

  it.each(['"0"', '"2"', 'W/"1"', 'nonsense', '"1x"', '"99999999999"'])(
    '412: %s changes nothing',
    async (tag) => {
      const before = await createProject(context.app);
      for (const [method, body] of [['PATCH', { name: 'B' }], ['PATCH', {}], ['DELETE']] as const) {
        const response = await call(method, { 'if-match': tag }, body);
        expectProblem(response, 412, 'precondition-failed');
        expect(response.headers.etag).toBe('"1"');
      }
      expect((await call('GET', {})).json()).toEqual(before);
    },
  );

  it.each(['*', '"1"'])('404 comes before 412: %s', async (tag) => {
    for (const [method, body] of [['PATCH', { name: 'B' }], ['DELETE']] as const) {
      expectProblem(await call(method, { 'if-match': tag }, body), 404, 'project-not-found');
    }
  });

  it('keeps every change of 20 concurrent writers that retry', async () => {
    await createProject(context.app, { name: 'A', description: '' });
    let refused = 0;
    const write = async (writer: number) => {
      for (;;) {
        const seen = await call('GET', {});
        const { description } = seen.json();
        const answer = await call(
          'PATCH',
          { 'if-match': String(seen.headers.etag) },
          { description: `${description}${writer},` },
        );
        if (answer.statusCode === 200) return;
        expectProblem(answer, 412, 'precondition-failed');
        refused += 1;
      }
    };
    const writers = Array.from({ length: 20 }, (_, i) => i);
    await Promise.all(writers.map(write));
    const { description } = (await call('GET', {})).json();
    const numbers = description.split(',').filter(Boolean).map(Number);
    expect(numbers.sort((a: number, b: number) => a - b)).toEqual(writers);
    expect(refused).toBeGreaterThan(0);
    expect(await current()).toBe('"21"');
  });
});
