import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { giveGroup, PUBLIC_URL, useSignIn } from '../support/browser.js';

const context = useSignIn();

interface Sent {
  url: string;
  method: string;
  headers: Record<string, string>;
  credentials?: string;
}
type Intercept = (request: Sent) => Sent | Promise<Sent>;

/** Runs the script of the page, and returns what Swagger UI calls before each request. */
async function interceptor(fetchMe: () => Promise<unknown>): Promise<Intercept> {
  const page = (await context.app.inject('/docs/')).body;
  const [, path = ''] = /src="([^"]*session\.js)"/.exec(page) ?? [];
  const script = await context.app.inject(`/docs/${path.replace(/^(?:\.\/|.*\/docs\/)/, '')}`);
  expect(script.statusCode, path).toBe(200);
  const found: { requestInterceptor?: Intercept } = {};
  const bundle = Object.assign((config: object) => Object.assign(found, config), { presets: {} });
  const window = { SwaggerUIBundle: bundle };
  runInNewContext(script.body, { window, fetch: fetchMe });
  window.SwaggerUIBundle({ url: '/openapi.json' });
  if (!found.requestInterceptor) throw new Error('the page has no interceptor');
  return found.requestInterceptor;
}

it('Swagger UI changes something by the session of its browser', async () => {
  await giveGroup();
  const browser = await context.signedIn();
  const intercept = await interceptor(async () => {
    const answer = await browser.send({ url: '/me' });
    return { ok: answer.statusCode === 200, json: () => answer.json() };
  });
  const request = await intercept({ url: '/projects', method: 'POST', headers: {} });
  const response = await browser.send({
    method: 'POST',
    url: '/projects',
    headers: { ...request.headers, origin: PUBLIC_URL },
    payload: { name: 'A' },
  });
  expect(response.statusCode, response.body).toBe(201);
});

it('Swagger UI sends no cookie beside a token, and reads without asking for more', async () => {
  const intercept = await interceptor(() => Promise.reject(new Error('not asked')));
  const headers = { Authorization: 'Bearer x' };
  expect(await intercept({ url: '/', method: 'POST', headers })).toMatchObject({
    credentials: 'omit',
  });
  expect(await intercept({ url: '/', method: 'get', headers: {} })).toEqual({
    url: '/',
    method: 'get',
    headers: {},
  });
});

it('Swagger UI sends the request as it is, if there is no session', async () => {
  const intercept = await interceptor(async () => ({ ok: false }));
  const request = { url: '/', method: 'POST', headers: {} };
  expect(await intercept(request)).toEqual({ ...request, headers: {} });
});
