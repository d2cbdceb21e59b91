import type { FastifyInstance, InjectOptions } from 'fastify';
import type { JWTPayload } from 'jose';
import { afterAll, beforeAll, expect } from 'vitest';
import type { Scope } from '../../src/access/scopes.js';
import { SCOPE_NAMES } from '../../src/access/scopes.js';
import { buildTestApp } from './app.js';
import { sql, testDatabaseUrl } from './database.js';
import { CLIENT, LocalProvider } from './provider.js';

export const PUBLIC_URL = 'https://srp.example.org';

type Request = InjectOptions & { url: string };

/** A browser: it keeps cookies, and sends them by itself. */
export class Browser {
  readonly cookies = new Map<string, string>();

  constructor(readonly app: FastifyInstance) {}

  async send({ headers, ...request }: Request) {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await this.app.inject({
      ...request,
      headers: { ...headers, ...(cookie && { cookie }) },
    });
    for (const line of [response.headers['set-cookie'] ?? []].flat()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  }

  /** Follows the link to the provider. @returns where the browser is sent */
  async begin(query = ''): Promise<string> {
    const response = await this.send({ url: `/sign-in${query}` });
    expect(response.statusCode, response.body).toBe(302);
    return String(response.headers.location);
  }

  /** Opens the address that the provider sent it to. */
  finish(callback: URL) {
    return this.send({ url: callback.pathname + callback.search });
  }

  async me() {
    const response = await this.send({ url: '/me' });
    expect(response.statusCode, response.body).toBe(200);
    return response.json();
  }

  /** A change by a page of this server. */
  async change({ headers, ...request }: Request) {
    const { antiForgeryToken } = await this.me();
    const own = { origin: PUBLIC_URL, 'x-anti-forgery-token': antiForgeryToken };
    return this.send({ method: 'POST', ...request, headers: { ...own, ...headers } });
  }
}

/** The settings of a server whose people sign in at this provider. */
export const signInEnv = ({ url }: Pick<LocalProvider, 'url'>) => ({
  AUTH_MODE: 'token',
  PUBLIC_URL,
  SIGN_IN_ISSUER: url,
  SIGN_IN_CLIENT_ID: CLIENT.id,
  SIGN_IN_CLIENT_SECRET: CLIENT.secret,
  SIGN_IN_GROUPS: 'developers,managers',
});

/** A provider, and an application whose people sign in there. */
export function useSignIn(more: Record<string, string> = {}) {
  const provider = new LocalProvider();
  let app: FastifyInstance;
  beforeAll(async () => {
    await provider.start();
    app = await buildTestApp(testDatabaseUrl(), { ...signInEnv(provider), ...more });
  });
  afterAll(async () => {
    await app?.close();
    await provider.stop();
  });
  return {
    provider,
    get app() {
      return app;
    },
    /** Another instance on the same database. Close it. */
    second: () => buildTestApp(testDatabaseUrl(), { ...signInEnv(provider), ...more }),
    /** The subject of a login. */
    login: (sub: string) => `${provider.url}|${sub}`,
    browser: () => new Browser(app),
    /** A browser in which a person has signed in. */
    async signedIn(claims: JWTPayload = {}, browser = new Browser(app)): Promise<Browser> {
      const person = { sub: 'u1', groups: ['developers'], ...claims };
      const response = await browser.finish(provider.authorize(await browser.begin(), person));
      expect(response.statusCode, response.body).toBe(302);
      return browser;
    },
  };
}

/** Gives a group rights, without the API. */
export async function giveGroup(
  group = 'developers',
  scopes: readonly Scope[] = SCOPE_NAMES,
  projects: number[] | null = null,
): Promise<void> {
  await sql(
    `INSERT INTO group_grants (group_name, scopes, every_project, project_ids, created_by)
     VALUES ($1, $2, $3, $4, 'test')`,
    [group, scopes, projects === null, projects ?? []],
  );
}

/** Moves a session back in time, as if it had begun and been used so long ago. */
export async function ageSession(interval: string, idle = '0 seconds'): Promise<void> {
  await sql(
    `UPDATE sessions SET created_at = created_at - $1::interval, expires_at = expires_at - $1::interval,
            last_used_at = last_used_at - $2::interval`,
    [interval, idle],
  );
}
