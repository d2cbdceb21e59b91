import { readFile } from 'node:fs/promises';
import Fastify, { type FastifyError } from 'fastify';
import { describe, expect, it } from 'vitest';
import { isDatabaseUnavailable, rootCause } from '../../src/database/errors.js';
import errors from '../../src/platform/errors.js';
import { AppError } from '../../src/shared/app-error.js';
import { PROBLEMS } from '../../src/shared/problems.js';
import { useApp } from '../support/app.js';
import { expectProblem } from '../support/requests.js';

/** A route that fails with `error`, behind the real error handler; `log` is what was logged. */
async function failWith(error: unknown) {
  const lines: string[] = [];
  const app = Fastify({ logger: { level: 'error', stream: { write: (l) => void lines.push(l) } } });
  await app.register(errors);
  app.get('/', () => {
    throw error;
  });
  const response = await app.inject('/?token=secret');
  await app.close();
  return { response, log: lines.join('') };
}

describe('errors', () => {
  it('log the cause of a 500 and hide it from the client', async () => {
    const { response, log } = await failWith(new Error('password=hunter2 in src/secret.ts'));
    const problem = expectProblem(response, 500, 'internal-error');
    expect(response.body).not.toContain('hunter2');
    expect(log).toContain('hunter2');
    expect(log).toContain(problem.requestId);
    expect(problem.instance).toBe('/');
  });

  it.each(['text', undefined, null, 7])('survive a thrown %s', async (thrown) => {
    const { response } = await failWith(thrown);
    expectProblem(response, 500, 'internal-error');
  });

  it('send the detail and the headers of a service error', async () => {
    const error = new AppError('project-not-found', 'Project not found', {
      headers: { 'x-hint': 'yes' },
    });
    const { response, log } = await failWith(error);
    expectProblem(response, 404, 'project-not-found');
    expect(response.headers['x-hint']).toBe('yes');
    expect(log).toBe('');
  });

  it('answer 500 to an unknown framework error', async () => {
    const error = Object.assign(new Error('odd'), { code: 'FST_ERR_ODD', statusCode: 400 });
    expectProblem((await failWith(error as FastifyError)).response, 500, 'internal-error');
  });

  it.each([
    [{ code: 'ECONNREFUSED' }, true],
    [{ code: '57P01' }, true],
    [{ code: '53100' }, true],
    [{ code: '08006' }, true],
    [{ code: '25006' }, true],
    [{ code: '28P01' }, true],
    [{ code: '28000' }, true],
    [{ code: '3D000' }, true],
    [{ code: '42501' }, true],
    [{ code: '53400' }, true],
    [{ code: '57P04' }, true],
    [{ code: '58030' }, true],
    [{ code: '58' }, false],
    [{ code: '42P01' }, false],
    [{ code: '0A000', message: 'cached plan must not change result type' }, true],
    [{ code: '0A000', message: 'cannot set transaction read-write mode during recovery' }, true],
    [{ code: '0A000', message: 'cannot determine type of empty array' }, false],
    [{ message: 'timeout exceeded when trying to connect' }, true],
    [{ message: 'x', cause: { code: '57P03' } }, true],
    [{ code: 'P2010', meta: { driverAdapterError: { cause: { code: '53300' } } } }, true],
    [{ code: '23505' }, false],
    [{ message: 'timeout' }, false],
    ['ECONNREFUSED', false],
    [null, false],
  ])('%j is the database being away: %s', (error, expected) => {
    expect(isDatabaseUnavailable(error)).toBe(expected);
  });

  it('name a connection timeout instead of a lost connection', () => {
    const cause = new Error('Connection terminated unexpectedly');
    const message = 'Connection terminated due to connection timeout';
    expect(rootCause(new Error(message, { cause }))).toBe(message);
    expect(rootCause(new Error('wrapped', { cause }))).toBe(cause.message);
  });
});

describe('docs/errors.md', () => {
  it('lists all codes with their status, and no others', async () => {
    const text = await readFile(new URL('../../docs/errors.md', import.meta.url), 'utf8');
    const rows = [...text.matchAll(/^\| `([a-z-]+)`\s*\|\s*(\d{3})\s*\|/gm)].map(
      ([, code, status]) => [code, Number(status)],
    );
    const expected = Object.entries(PROBLEMS).map(([code, { status }]) => [code, status]);
    expect(rows.sort()).toEqual(expected.sort());
  });
});

describe('request ids', () => {
  const context = useApp();
  it('differ from request to request', async () => {
    const ids = await Promise.all(
      [1, 2, 3].map(async () => (await context.app.inject('/nothing')).json().requestId),
    );
    expect(new Set(ids).size).toBe(3);
  });
});
