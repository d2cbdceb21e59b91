import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { expect } from 'vitest';
import type { Scope } from '../../src/access/scopes.js';
import { giveToken, type Holder } from './callers.js';

type Headers = Record<string, string>;

/** Text that would run, or change the page, if it were not escaped. */
export const HOSTILE = `<script>alert(1)</script>"'><img src=x onerror=alert(1)> {{7*7}} javascript:alert(1)`;

export const BROWSER = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

/** The visible text of a page, without tags, in one line. */
export const textOf = (html: string): string =>
  html
    .replace(/<(?:script|style)[^>]*>[^<]*<\/(?:script|style)>/g, ' ')
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ')
    .trim();

/** Expects a page with all headers that protect it, and nothing that runs in it. */
export function expectPage(response: LightMyRequestResponse, status = 200): string {
  const { statusCode, headers, body } = response;
  expect(statusCode, textOf(body).slice(0, 500)).toBe(status);
  expect(headers['content-type']).toBe('text/html; charset=utf-8');
  expect(headers['cache-control']).toBe('no-store');
  expect(headers['x-content-type-options']).toBe('nosniff');
  const csp = String(headers['content-security-policy']);
  expect(csp).toMatch(/^default-src 'none'; /);
  expect(csp).not.toMatch(/unsafe|data:|\*|https?:/);
  expect(body).toMatch(/^<!doctype html><html lang="en">/);
  expect(body.match(/<h1/g)).toHaveLength(1);
  // One script, by its address; no inline script, handler or style.
  expect(body.match(/<script[^>]*>/g)).toEqual([
    expect.stringMatching(/^<script src="\/ui\/assets\//),
  ]);
  expect(body.match(/<[^>]* (?:on[a-z]+|style)=/i)).toBeNull();
  expect(body).not.toMatch(/(?:href|src|action)="\s*(?:javascript|data|vbscript):/i);
  expect(body).not.toContain('[object Object]');
  expect(body).not.toContain('undefined');
  return body;
}

/** The value of a hidden field of the page. */
export function fieldOf(html: string, name: string): string {
  const [, value = ''] = new RegExp(`name="${name}" value="([^"]*)"`).exec(html) ?? [];
  return value;
}

/** A person with a browser, who signed in to the pages with a token. */
export class PageVisitor {
  constructor(
    readonly app: FastifyInstance,
    readonly cookie: string,
    readonly holder: Holder,
  ) {}

  get(url: string, headers: Headers = {}) {
    return this.app.inject({ url, headers: { ...BROWSER, cookie: this.cookie, ...headers } });
  }

  /** Opens a page, and expects it. */
  async open(url: string): Promise<string> {
    return expectPage(await this.get(url));
  }

  /** Sends a form as the page at `from` has it. */
  async send(from: string, action: string, fields: Headers, headers: Headers = {}) {
    const antiForgery = fieldOf(await this.open(from), 'antiForgery');
    return this.post(action, { antiForgery, ...fields }, headers);
  }

  post(action: string, fields: Headers, headers: Headers = {}) {
    return postForm(this.app, action, fields, { cookie: this.cookie, ...headers });
  }
}

export const postForm = (
  app: FastifyInstance,
  url: string,
  fields: Headers,
  headers: Headers = {},
) =>
  app.inject({
    method: 'POST',
    url,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'sec-fetch-site': 'same-origin',
      ...headers,
    },
    payload: new URLSearchParams(fields).toString(),
  });

interface VisitorOptions {
  readonly subject?: string;
  readonly scopes?: readonly Scope[];
  readonly projects?: number[] | null;
  readonly person?: boolean;
}

/** Signs a person in with a token. */
export async function visitor(
  app: FastifyInstance,
  options: VisitorOptions = {},
): Promise<PageVisitor> {
  const holder = await giveToken({ person: true, ...options });
  const response = await postForm(app, '/ui/sign-in', { token: holder.secret });
  expect(response.statusCode, textOf(response.body)).toBe(303);
  const [cookie = ''] = String(response.headers['set-cookie']).split(';');
  return new PageVisitor(app, cookie, holder);
}

/** A context whose caller has these scopes, for calls that end before the database. */
export const testContext = (scopes: readonly Scope[]) => ({
  caller: { subject: 'alice', credential: 'test', grants: [{ scopes, projects: null }] },
});
