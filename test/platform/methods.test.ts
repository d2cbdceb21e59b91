import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { expectProblem } from '../support/requests.js';

const context = useApp();
type Method = 'GET' | 'POST';
const send = (method: string, url: string, payload?: string) =>
  context.app.inject({ method: method as Method, url, ...(payload && { payload }) });

describe('methods and paths', () => {
  it.each([
    ['PUT', '/projects', 'GET, HEAD, OPTIONS, POST'],
    ['DELETE', '/projects/', 'GET, HEAD, OPTIONS, POST'],
    ['TRACE', '/projects', 'GET, HEAD, OPTIONS, POST'],
    ['PROPFIND', '/projects', 'GET, HEAD, OPTIONS, POST'],
    ['POST', '/projects/1', 'DELETE, GET, HEAD, OPTIONS, PATCH'],
    ['DELETE', '/projects/1/releases', 'GET, HEAD, OPTIONS, POST'],
    ['GET', '/projects/1/releases/1.0.0', 'OPTIONS, PUT'],
    ['DELETE', '/releases/1', 'GET, HEAD, OPTIONS, PATCH'],
    ['GET', '/releases/1/seal', 'OPTIONS, POST'],
    ['PATCH', '/releases/1/artifacts', 'GET, HEAD, OPTIONS, POST'],
    ['DELETE', '/artifacts/1', 'GET, HEAD, OPTIONS'],
    ['DELETE', '/evidence/1', 'GET, HEAD, OPTIONS'],
    ['POST', '/', 'GET, HEAD, OPTIONS'],
    ['POST', '/health', 'GET, HEAD, OPTIONS'],
    ['DELETE', '/health/ready', 'GET, HEAD, OPTIONS'],
    ['POST', '/version', 'GET, HEAD, OPTIONS'],
    ['POST', '/openapi.json', 'GET, HEAD, OPTIONS'],
    ['POST', '/docs', 'GET, HEAD, OPTIONS'],
  ])('405: %s %s names what is allowed', async (method, url, allow) => {
    const response = await send(method, url);
    expectProblem(response, 405, 'method-not-allowed');
    expect(response.headers.allow).toBe(allow);
  });

  it('405: takes precedence over a body that cannot be parsed', async () => {
    expectProblem(await send('POST', '/health', 'nonsense'), 405, 'method-not-allowed');
  });

  it.each([
    ['/projects', 'GET, HEAD, OPTIONS, POST'],
    ['/projects/7', 'DELETE, GET, HEAD, OPTIONS, PATCH'],
  ])('204: OPTIONS %s answers Allow', async (url, allow) => {
    const response = await send('OPTIONS', url);
    expect(response.statusCode).toBe(204);
    expect(response.headers.allow).toBe(allow);
    expect(response.body).toBe('');
  });

  it.each([
    ['GET', '/nothing'],
    ['POST', '/nothing'],
    ['OPTIONS', '/nothing'],
    ['GET', '/projects/1/nothing'],
    ['GET', '/releases'],
    ['GET', '/releases/1/nothing'],
    ['GET', '/artifacts'],
    ['GET', '/evidence'],
    ['GET', '//projects'],
    ['GET', '/Projects'],
    ['GET', '/docs/static/missing.js'],
    ['GET', '/docs/static/../../package.json'],
    ['GET', '/docs/static/%00'],
    ['GET', '/docs/static/..%5c..%5cpackage.json'],
    ['GET', `/docs/static/${'a'.repeat(300)}`],
    ['GET', '/index.html'],
  ])('404: %s %s', async (method, url) => {
    expectProblem(await send(method, url), 404, 'not-found');
  });

  it('404: HEAD has no body', async () => {
    const response = await send('HEAD', '/nothing');
    expect(response.statusCode).toBe(404);
    expect(response.body).toBe('');
  });

  it.each(['/health/', '/health/ready/', '/version/', '/projects/'])(
    '200: %s works with a trailing slash',
    async (url) => {
      expect((await send('GET', url)).statusCode).toBe(200);
    },
  );

  it.each(['/projects/%FF', '/projects/%', '/projects/%E0%A4%A'])(
    '400: bad URL %s',
    async (url) => {
      expectProblem(await send('GET', url), 400, 'malformed-request');
    },
  );

  it.each([
    ['GET', '/projects/'],
    ['GET', '/releases/'],
    ['GET', '/artifacts/'],
    ['PUT', '/projects/1/releases/'],
  ])('414: %s %s with a part of more than 256 characters', async (method, path) => {
    expectProblem(await send(method, path + 'a'.repeat(257)), 414, 'uri-too-long');
    expectProblem(await send(method, path + 'a'.repeat(256)), 400, 'validation-failed');
    // Counted as it is read, not as it was sent.
    expectProblem(await send(method, path + '%2B'.repeat(256)), 400, 'validation-failed');
    expectProblem(await send(method, path + '%2B'.repeat(257)), 414, 'uri-too-long');
  });
});
