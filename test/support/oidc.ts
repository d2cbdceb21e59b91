import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, expect } from 'vitest';
import type { Scope } from '../../src/access/scopes.js';
import { buildTestApp } from './app.js';
import { giveToken } from './callers.js';
import { testDatabaseUrl } from './database.js';
import { LocalIssuer } from './issuer.js';

/** Provides a new issuer and a new application for each test, so that no cache affects the next test. */
export function useOidc() {
  let app: FastifyInstance;
  let issuer: LocalIssuer;
  beforeEach(async () => {
    app = await buildTestApp(testDatabaseUrl(), { AUTH_MODE: 'token' });
    issuer = new LocalIssuer();
    await issuer.start();
  });
  afterEach(async () => {
    await app.close();
    await issuer.stop();
  });

  return {
    get app() {
      return app;
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
      const response = await app.inject({ method: 'POST', url: '/issuers', headers, payload });
      expect(response.statusCode, response.body).toBe(201);
      return response.json().id;
    },
    call: (token: string, url = '/projects') =>
      app.inject({ url, headers: { authorization: `Bearer ${token}` } }),
  };
}
