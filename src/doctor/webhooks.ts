import { counted } from '../shared/text.js';
import { type Finding, ok, unknown, warn } from './finding.js';
import type { KeysLook } from './keys.js';
import type { Connected } from './patient.js';

interface Row {
  readonly id: string;
  readonly url: string;
  readonly disabled: string | null;
  readonly otherKey: boolean;
  readonly attempts: number | null;
  readonly lastStatus: number | null;
  readonly lastError: string | null;
}

const MOST = 1000;

/** Each webhook with its pending delivery of most attempts. `$1`: id of the key of this server, or null. */
const LOOK = {
  text: `SELECT w.id, w.url, CASE WHEN w.disabled_at IS NOT NULL THEN w.disabled_because END AS disabled,
                w.key_id IS DISTINCT FROM $1 AS "otherKey", d.attempts,
                d.last_status AS "lastStatus", d.last_error AS "lastError"
           FROM webhooks w
           LEFT JOIN LATERAL (
             SELECT p.attempts, p.last_status, p.last_error FROM webhook_deliveries p
              WHERE p.webhook_id = w.id AND p.state = 'pending' AND p.attempts > 0
              ORDER BY p.next_attempt_at LIMIT 1) d ON true
          WHERE w.revoked_at IS NULL ORDER BY w.id LIMIT ${MOST}`,
};

/** Id and host: the path of a webhook may be a secret. */
const nameOf = ({ id, url }: Row) => `${id} (${new URL(url).host})`;

function judge(row: Row, key: KeysLook['webhookKey']): Finding | undefined {
  const name = nameOf(row);
  const deliveries = `GET /webhooks/${row.id}/deliveries, correct the receiver`;
  if (row.disabled !== null) {
    return warn(
      `${name} is disabled: ${row.disabled}`,
      `${deliveries}, then POST /webhooks/${row.id}/enable`,
    );
  }
  if (key !== undefined && row.otherKey) {
    const next = `restore webhooks.key, or POST /webhooks/${row.id}/secret/rotate`;
    return warn(`${name} has its secret of another key`, next);
  }
  if (row.attempts === null) return undefined;
  const why = row.lastError ?? row.lastStatus ?? 'no answer';
  return warn(`${name} fails: ${counted(row.attempts, 'attempt')}, last ${why}`, deliveries);
}

/** Looks for webhooks that are disabled, fail, or cannot be signed. */
export async function checkWebhooks(
  { read }: Connected,
  { webhookKey }: KeysLook,
): Promise<Finding[]> {
  const rows = await read<Row>(LOOK, [webhookKey ?? null]);
  const findings = rows.flatMap((row) => judge(row, webhookKey) ?? []);
  if (webhookKey === undefined && rows.length > 0) {
    findings.push(unknown('without the keys, nothing is sent', 'set SIGNING_KEYS_DIR'));
  }
  return findings.length > 0 ? findings : [ok(`${counted(rows.length, 'webhook')}, none fails`)];
}
