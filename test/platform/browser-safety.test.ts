import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';

const context = useApp();
const shared = useApp({ CORS_ORIGINS: 'https://portal.example.org,http://localhost:3000' });
const ORIGIN = 'https://portal.example.org';

describe('security headers', () => {
  it.each(['/health', '/projects', '/nothing', '/projects/x'])('%s is data', async (url) => {
    const { headers } = await context.app.inject(url);
    expect(headers).toMatchObject({
      'content-security-policy': "default-src 'none';frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
    });
    expect(headers).not.toHaveProperty('access-control-allow-origin');
    expect(headers).not.toHaveProperty('x-powered-by');
  });

  it('gives /docs its own content security policy only', async () => {
    const { headers } = await context.app.inject('/docs');
    expect(headers['content-security-policy']).toContain("script-src 'self'");
    expect(headers['x-content-type-options']).toBe('nosniff');
  });
});

describe('calls from web pages', () => {
  const preflight = (origin: string, app = shared.app) =>
    app.inject({
      method: 'OPTIONS',
      url: '/projects',
      headers: { origin, 'access-control-request-method': 'POST' },
    });

  it('are allowed for the origins in CORS_ORIGINS', async () => {
    const answer = await preflight(ORIGIN);
    expect(answer.statusCode).toBe(204);
    expect(answer.headers['access-control-allow-origin']).toBe(ORIGIN);
    expect(answer.headers['access-control-allow-methods']).toContain('PATCH');
    const { headers } = await shared.app.inject({ url: '/projects', headers: { origin: ORIGIN } });
    expect(headers['access-control-allow-origin']).toBe(ORIGIN);
    expect(headers['access-control-expose-headers']).toContain('ETag');
    expect(headers).not.toHaveProperty('access-control-allow-credentials');
  });

  it('are not allowed for other origins', async () => {
    for (const origin of ['https://evil.org', 'null', `${ORIGIN}.evil.org`]) {
      const { headers } = await preflight(origin);
      expect(headers, origin).not.toHaveProperty('access-control-allow-origin');
    }
    const { headers } = await preflight(ORIGIN, context.app);
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('do not change OPTIONS and unknown paths', async () => {
    const options = await shared.app.inject({ method: 'OPTIONS', url: '/projects' });
    expect([options.statusCode, options.headers.allow]).toEqual([204, 'GET, HEAD, OPTIONS, POST']);
    expect((await shared.app.inject({ method: 'OPTIONS', url: '/nothing' })).statusCode).toBe(404);
    expect((await shared.app.inject('/nothing')).statusCode).toBe(404);
  });
});
