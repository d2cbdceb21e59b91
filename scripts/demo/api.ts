import { setTimeout as sleep } from 'node:timers/promises';
import { Ended, say } from './terminal.js';

export const SCOPES = [
  'projects:write',
  'policies:write',
  'environments:read',
  'environments:write',
  'releases:write',
  'evidence:read',
  'evidence:write',
  'verdicts:read',
  'audit:read',
];

/** A server that has just started on a busy machine refuses requests for a while. */
const ATTEMPTS = 10;
const RETRY_MS = 2000;

/** Longer than the server's limit for reading a document. */
const TIMEOUT_MS = 120_000;

interface Problem {
  readonly code: string;
  readonly detail: string;
}

/** A response, as far as the demo reads it: the body of a success, or a problem. */
export interface Answer<Body> {
  readonly status: number;
  readonly body: Body & Partial<Problem>;
}

interface Call<Body> {
  readonly json?: unknown;
  readonly document?: { readonly text: string; readonly mediaType: string };
  /** Error statuses that the demo handles. */
  readonly expected?: readonly number[];
  /** Summarizes the response for the output. */
  readonly summary?: (body: Body) => string;
}

/** Calls the API and prints each call. */
export class Api {
  constructor(
    readonly url: string,
    private readonly token: string | undefined,
  ) {}

  async call<Body = unknown>(
    method: string,
    path: string,
    call: Call<Body> = {},
  ): Promise<Answer<Body>> {
    const { json, document, expected = [], summary } = call;
    const mediaType = document?.mediaType ?? (json === undefined ? undefined : 'application/json');
    const answer = await this.#send<Body>(path, {
      method,
      headers: {
        ...(mediaType && { 'content-type': mediaType }),
        ...(this.token && { authorization: `Bearer ${this.token}` }),
      },
      body: document?.text ?? (json === undefined ? null : JSON.stringify(json)),
    });
    const { status, body } = answer;
    const success = status >= 200 && status < 300;
    say.call(`${method} ${path}`, status, success ? (summary?.(body) ?? '') : (body.code ?? ''));
    if (success || expected.includes(status)) return answer;
    throw new Ended(`${method} ${path}: ${status}: ${body.detail ?? 'no detail'}${hint(status)}`);
  }

  /** Downloads a file. `body` is the problem if there is one. */
  async download(path: string) {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const headers = { ...(this.token && { authorization: `Bearer ${this.token}` }) };
    const response = await fetch(`${this.url}${path}`, { headers, signal, redirect: 'manual' });
    const bytes = Buffer.from(await response.arrayBuffer());
    const body: Partial<Problem> = response.ok ? {} : JSON.parse(bytes.toString());
    const summary = response.ok ? `${bytes.length} bytes` : (body.code ?? '');
    say.call(`GET ${path}`, response.status, summary);
    return { status: response.status, body, bytes };
  }

  /** Sends a request again that the server had no time for: it has done nothing, and says when to come back. */
  async #send<Body>(path: string, init: RequestInit): Promise<Answer<Body>> {
    for (let sent = 1; ; sent += 1) {
      const answer = await this.#fetch<Body>(path, init);
      if (answer.body.code !== 'overloaded' || sent === ATTEMPTS) return answer;
      await sleep(RETRY_MS);
    }
  }

  async #fetch<Body>(path: string, init: RequestInit): Promise<Answer<Body>> {
    let response: Response;
    let text: string;
    try {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      // A redirect would send the token to another address.
      response = await fetch(`${this.url}${path}`, { ...init, signal, redirect: 'manual' });
      text = await response.text();
    } catch (error) {
      const { cause, message } = error as Error;
      const why = (cause as NodeJS.ErrnoException | undefined)?.code ?? message;
      throw new Ended(
        `no server answers at ${this.url} (${why}). Start one with "npm start", or set SRP_URL`,
      );
    }
    try {
      return { status: response.status, body: JSON.parse(text) };
    } catch {
      throw new Ended(`${this.url} answered ${response.status} without JSON. Check SRP_URL`);
    }
  }
}

function hint(status: number): string {
  if (status !== 401 && status !== 403) return '';
  const scopes = SCOPES.join(',');
  return `. Set SRP_TOKEN: npm run -s token -- create --name demo --subject demo --days 1 --scopes ${scopes}`;
}
