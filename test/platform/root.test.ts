import { describe, expect, it } from 'vitest';
import { BUILD, useApp } from '../support/app.js';

const context = useApp();
const tokens = useApp({ AUTH_MODE: 'token', CORS_ORIGINS: 'https://portal.example.org' });
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8';

const get = (accept: string | undefined, method: 'GET' | 'HEAD' = 'GET') =>
  context.app.inject({ method, url: '/', headers: accept === undefined ? {} : { accept } });

describe('GET /', () => {
  it.each([BROWSER, 'text/html', 'application/json;q=0.5, TEXT/HTML;q=0.5'])(
    '302: %s is sent to the pages',
    async (accept) => {
      const response = await get(accept);
      expect(response.statusCode).toBe(302);
      expect(response.headers).toMatchObject({ location: '/ui', vary: 'Accept' });
      expect(response.body).toBe('');
    },
  );

  it.each([
    undefined,
    '*/*',
    'application/json',
    'application/json, text/html;q=0.9',
    'text/html;q=0',
    'text/html;q=x',
    'text/htmlx',
    ',;,',
  ])('200: %s gets the index', async (accept) => {
    const response = await get(accept);
    expect(response.statusCode).toBe(200);
    expect(response.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      vary: 'Accept',
    });
    expect(response.json()).toMatchObject({ name: BUILD.name, version: BUILD.version });
  });

  it('has links that answer', async () => {
    const { links } = (await get('application/json')).json();
    expect(Object.keys(links)).toContain('openapi');
    for (const [name, url] of Object.entries<string>(links)) {
      const { statusCode } = await context.app.inject(url);
      // The gate asks for parameters.
      expect(statusCode, name).toBe(name === 'assert' ? 400 : 200);
    }
  });

  it('answers HEAD as GET, without a body', async () => {
    const index = await get('application/json', 'HEAD');
    expect([index.statusCode, index.body]).toEqual([200, '']);
    const page = await get(BROWSER, 'HEAD');
    expect([page.statusCode, page.headers.location]).toEqual([302, '/ui']);
  });

  it('needs no token, and varies by Origin with CORS_ORIGINS', async () => {
    const response = await tokens.app.inject('/');
    expect(response.statusCode).toBe(200);
    expect(response.headers.vary).toBe('Origin, Accept');
  });
});
