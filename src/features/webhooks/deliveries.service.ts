import { type Page, pageById } from '../../contract/page.js';
import { type CallContext, query } from '../../database/context.js';
import type { Statement } from '../../database/sql.js';
import { change } from '../../events/index.js';
import { AppError } from '../../shared/app-error.js';
import { requireWebhook } from './webhook.js';
import type { Webhooks } from './webhooks.js';
import type { ListDeliveriesQuery, WebhookDelivery } from './webhooks.schemas.js';

const COLUMNS = `d.event_id AS id, e.type, d.state, d.attempts, d.created_at AS "createdAt",
  d.last_attempt_at AS "lastAttemptAt", d.last_status AS "lastStatus", d.last_error AS "lastError",
  CASE WHEN d.state = 'pending' THEN d.next_attempt_at END AS "nextAttemptAt", d.ended_at AS "endedAt"`;

/** `$1`: webhook, `$2`: state or null, `$3`: event of the row before the page or null, `$4`: number of rows. */
const LIST: Statement = {
  text: `SELECT ${COLUMNS} FROM webhook_deliveries d JOIN events e ON e.id = d.event_id
          WHERE d.webhook_id = $1 AND ($2::text IS NULL OR d.state = $2) AND ($3::uuid IS NULL OR d.event_id < $3)
          ORDER BY d.event_id DESC LIMIT $4`,
};

/** `$1`: webhook, `$2`: event. */
const GET: Statement = {
  text: `SELECT ${COLUMNS} FROM webhook_deliveries d JOIN events e ON e.id = d.event_id
          WHERE d.webhook_id = $1 AND d.event_id = $2`,
};

/** Leaves a delivery alone that is being sent. `$1`: webhook, `$2`: event. */
const SEND_AGAIN: Statement = {
  text: `UPDATE webhook_deliveries
            SET state = 'pending', attempts = 0, next_attempt_at = now(), claimed_until = NULL, ended_at = NULL
          WHERE webhook_id = $1 AND event_id = $2
            AND (state <> 'pending' OR claimed_until IS NULL OR claimed_until < now()) RETURNING 1`,
};

/** The latest test of a webhook. `$1`: webhook. */
const LATEST_TEST: Statement = {
  text: `SELECT ${COLUMNS} FROM events e JOIN webhook_deliveries d ON d.event_id = e.id AND d.webhook_id = $1::uuid
          WHERE e.subject_kind = 'webhook' AND e.subject_id = $1::text AND e.type = 'webhook.tested'
          ORDER BY e.id DESC LIMIT 1`,
};

export type DeliveriesService = ReturnType<typeof deliveriesService>;

/** What webhooks were sent, and are to be sent. */
export function deliveriesService(own: Webhooks | undefined) {
  async function find(context: CallContext, id: string, event: string): Promise<WebhookDelivery> {
    const [row] = await query<WebhookDelivery>(context, GET, [id, event]);
    if (!row) throw new AppError('delivery-not-found', 'Delivery not found');
    return row;
  }
  return {
    /** Lists the newest first. @throws {AppError} `webhook-not-found` */
    async list(
      context: CallContext,
      id: string,
      { limit, cursor, state }: ListDeliveriesQuery,
    ): Promise<Page<WebhookDelivery>> {
      await requireWebhook(context, 'webhooks:read', id);
      const values = [id, state === 'all' ? null : state, cursor ?? null, limit + 1];
      return pageById(await query<WebhookDelivery>(context, LIST, values), limit);
    },

    /** Sends an event again, with all attempts. @throws {AppError} `webhook-not-found`, `delivery-not-found` */
    async retry(context: CallContext, id: string, event: string): Promise<WebhookDelivery> {
      await requireWebhook(context, 'webhooks:write', id);
      await find(context, id, event);
      await change(context, async (changing) => {
        const again = await query(changing, SEND_AGAIN, [id, event]);
        if (again.length === 0) return changing.unchanged(undefined);
        return changing.record('webhook.retried', { id, data: { event } });
      });
      own?.sender.expect();
      return find(context, id, event);
    },

    /** Sends an event that says nothing. @throws {AppError} `webhook-not-found`, `webhook-disabled` */
    async test(context: CallContext, id: string): Promise<WebhookDelivery> {
      const { url, state } = await requireWebhook(context, 'webhooks:write', id);
      if (state === 'disabled') {
        const detail = `The webhook is disabled. Enable it: POST /webhooks/${id}/enable`;
        throw new AppError('webhook-disabled', detail);
      }
      await change(context, async ({ record }) =>
        record('webhook.tested', { id, data: { origin: new URL(url).origin } }),
      );
      own?.sender.expect();
      const [row] = await query<WebhookDelivery>(context, LATEST_TEST, [id]);
      if (!row) throw new AppError('webhook-not-found', 'Webhook not found'); // revoked or disabled meanwhile
      return row;
    },
  };
}
