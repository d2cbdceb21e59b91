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
];

/** Longer than the server's limit for reading a document. */
const TIMEOUT_MS = 120_000;

/** A response, as far as the demo reads it. */
export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the demo reads a few fields of many shapes
  readonly body: any;
}

interface Call {
  readonly json?: unknown;
  readonly document?: { readonly text: string; readonly mediaType: string };
  /** Error statuses that the demo handles. */
  readonly expected?: readonly number[];
  /** Summarizes the response for the output. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly summary?: (body: any) => string;
}

/** Calls the API and prints each call. */
export class Api {
  constructor(
    readonly url: string,
    private readonly token: string | undefined,
  ) {}

  async call(method: string, path: string, call: Call = {}): Promise<Answer> {
    const { json, document, expected = [], summary } = call;
    const mediaType = document?.mediaType ?? (json === undefined ? undefined : 'application/json');
    const answer = await this.#fetch(path, {
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

  async #fetch(path: string, init: RequestInit): Promise<Answer> {
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
