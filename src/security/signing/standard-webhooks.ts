import { createHmac } from 'node:crypto';

/** Signatures and secrets of Standard Webhooks 1.0.0 (https://www.standardwebhooks.com), symmetric scheme `v1`. */

/** Bytes of a secret. The specification asks for 24 to 64. */
export const SECRET_BYTES = 32;

/** The secret as its holder gets it: `whsec_` and base64. */
export const secretText = (secret: Uint8Array): string =>
  `whsec_${Buffer.from(secret).toString('base64')}`;

export interface WebhookMessage {
  /** The header `webhook-id`: the same for each attempt. It must not contain a full stop. */
  readonly id: string;
  /** The header `webhook-timestamp`: the time of the attempt, in seconds since 1970. */
  readonly timestamp: number;
  /** The body, exactly as it is sent. */
  readonly body: string;
}

/**
 * The value of `webhook-signature`: one signature for each secret, separated by spaces. HMAC-SHA256 over id, timestamp
 * and body, joined by full stops.
 */
export function webhookSignature(
  { id, timestamp, body }: WebhookMessage,
  secrets: readonly Uint8Array[],
): string {
  const content = `${id}.${timestamp}.${body}`;
  const sign = (secret: Uint8Array) =>
    `v1,${createHmac('sha256', secret).update(content).digest('base64')}`;
  return secrets.map(sign).join(' ');
}
