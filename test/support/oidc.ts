import { afterEach, beforeEach, expect } from 'vitest';
import type { Scope } from '../../src/access/scopes.js';
import { useApp } from './app.js';
import { giveToken } from './callers.js';
import { LocalIssuer } from './issuer.js';

/** Provides a new issuer for each test, so that what the application knows of one does not affect the next test. */
export function useOidc() {
  const context = useApp({ AUTH_MODE: 'token' });
  let issuer: LocalIssuer;
  beforeEach(async () => {
    issuer = new LocalIssuer();
    await issuer.start();
  });
  afterEach(() => issuer.stop());

  return {
    get app() {
      return context.app;
    },
    get issuer() {
      return issuer;
    },
    /** Adds the issuer to the application, and returns its id. */
    async trust(more: object = {}): Promise<string> {
      const { headers } = await giveToken();
      const payload = {
        name: 'test',
        issuer: issuer.url,
        audience: 'srp',
        conditions: { repository: 'acme/payments' },
        scopes: ['projects:read', 'projects:write'] satisfies Scope[],
        ...more,
      };
      const response = await context.app.inject({
        method: 'POST',
        url: '/issuers',
        headers,
        payload,
      });
      expect(response.statusCode, response.body).toBe(201);
      return response.json().id;
    },
    call: (token: string, url = '/projects') =>
      context.app.inject({ url, headers: { authorization: `Bearer ${token}` } }),
  };
}
