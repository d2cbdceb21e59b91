import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { expectProblem } from '../support/requests.js';

const context = useApp({ ALLOWED_HOSTS: 'srp.internal,Build.Example.org' });
const closed = useApp({ AUTH_MODE: 'token' });
const ask = (host: string, url = '/projects') => context.app.inject({ url, headers: { host } });

describe('the header Host with AUTH_MODE=none', () => {
  it.each([
    'localhost',
    'localhost:8000',
    'LOCALHOST',
    'api.localhost:1',
    '127.0.0.1:8000',
    '127.1.2.3',
    '[::1]:8000',
    'srp.internal',
    'srp.internal:8080',
    'build.example.org',
  ])('200: %s', async (host) => {
    expect((await ask(host)).statusCode).toBe(200);
  });

  it.each([
    'evil.example.org',
    'evil.example.org:8000',
    'localhost.evil.example.org',
    '127.0.0.1.evil.example.org',
    'xsrp.internal',
    '192.0.2.1',
    '0.0.0.0',
    '127.0.0.1@evil',
  ])('421: %s', async (host) => {
    expectProblem(await ask(host), 421, 'misdirected-request');
    expectProblem(await ask(host, '/docs'), 421, 'misdirected-request');
    expectProblem(await ask(host, '/nothing'), 421, 'misdirected-request');
  });

  it('does not matter to callers that need a token', async () => {
    const response = await closed.app.inject({ url: '/version', headers: { host: 'evil.org' } });
    expect(response.statusCode).toBe(200);
  });
});
