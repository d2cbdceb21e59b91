import { type FetchOptions, fetchBounded } from '../../outbound/fetch.js';
import { webhookSignature } from '../../security/signing/standard-webhooks.js';
import type { WebhookKey } from '../../security/signing/webhook-key.js';
import { allowedFor, type PrivateHosts } from './address.js';
import type { Claimed } from './deliveries.sql.js';
import { payloadOf } from './payload.js';
import { retryAfterS } from './schedule.js';

/** How long a receiver may take, from the look-up of its name to the headers of its answer. */
export const TIMEOUT_MS = 15_000;

export interface AttemptSettings {
  readonly publicUrl?: string | undefined;
  readonly privateHosts: PrivateHosts;
  readonly timeoutMs?: number | undefined;
  /** Resolves all addresses of a name. Tests pass another one than the system's. */
  readonly resolve?: FetchOptions['resolve'];
}

/**
 * What came of an attempt. `gone`: the receiver wants nothing any more. `stopped`: this process ends. `erased`: the
 * event has no content any more.
 */
export type Attempted =
  | { readonly outcome: 'delivered' | 'gone'; readonly status: number }
  | { readonly outcome: 'failed'; readonly status: number; readonly retryAfterS: number }
  | { readonly outcome: 'failed'; readonly error: string; readonly cause: unknown }
  | { readonly outcome: 'stopped' | 'erased' };

/** The code of the first cause that has one, such as `ECONNREFUSED`. Texts name addresses, so they are for the log. */
function codeOf(error: unknown): string {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (typeof code === 'string' && /^[A-Z][A-Z0-9_]{2,60}$/.test(code)) return code;
  }
  return 'FAILED';
}

/** Sends an event to its webhook once, signed. */
export async function attempt(
  claimed: Claimed,
  key: WebhookKey,
  { publicUrl, privateHosts, timeoutMs = TIMEOUT_MS, resolve }: AttemptSettings,
  signal: AbortSignal,
): Promise<Attempted> {
  const { webhookId, url, salt, previousSalt, attemptedAt } = claimed;
  const payload = payloadOf(claimed, claimed.everyProject ? null : claimed.projectIds, publicUrl);
  if (payload === undefined) return { outcome: 'erased' };
  const body = JSON.stringify(payload);
  const timestamp = Math.floor(attemptedAt.getTime() / 1000);
  const salts = previousSalt === null ? [salt] : [salt, previousSalt];
  const secrets = salts.map((one) => key.secretOf(webhookId, one));
  try {
    const { status, headers } = await fetchBounded(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(body)),
        'user-agent': 'secure-release-platform',
        'webhook-id': claimed.id,
        'webhook-timestamp': String(timestamp),
        'webhook-signature': webhookSignature({ id: claimed.id, timestamp, body }, secrets),
      },
      body,
      timeoutMs,
      maxBytes: 0,
      ignoreBody: true,
      signal,
      allow: allowedFor(url, privateHosts),
      ...(resolve && { resolve }),
    });
    if (status >= 200 && status < 300) return { outcome: 'delivered', status };
    if (status === 410) return { outcome: 'gone', status };
    const asked = retryAfterS(headers['retry-after'], attemptedAt);
    return { outcome: 'failed', status, retryAfterS: asked };
  } catch (cause) {
    if (signal.aborted) return { outcome: 'stopped' };
    return { outcome: 'failed', error: codeOf(cause), cause };
  }
}
