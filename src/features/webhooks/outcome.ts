import { serverCaller } from '../../access/caller.js';
import { callContext, type Place, query } from '../../database/context.js';
import { bookkeeping } from '../../database/transaction.js';
import { type ChangeContext, change } from '../../events/index.js';
import type { Attempted } from './attempt.js';
import {
  ACCEPTED_SINCE,
  type Claimed,
  DELIVERED,
  DISABLE,
  GIVE_UP,
  PUT_BACK,
  TRY_LATER,
} from './deliveries.sql.js';
import { waitS } from './schedule.js';

const SENDER = serverCaller('webhooks');

/** What a delivery is after an attempt, with the outcome as the metric counts it. */
export interface Recorded {
  readonly outcome: 'delivered' | 'failed' | 'given-up' | 'gone' | 'stopped' | 'erased';
  /** Seconds until the next attempt. */
  readonly waitS?: number;
  readonly disabled?: 'gone' | 'failing';
}

async function disable(changing: ChangeContext, id: string, because: 'gone' | 'failing') {
  const disabled = await query(changing, DISABLE, [id, because]);
  if (disabled.length === 0) return undefined;
  changing.record('webhook.disabled', { id, data: { because } });
  return because;
}

/** Ends the delivery. If its receiver accepted nothing since it waits, the webhook is disabled. */
function giveUp(
  { store }: Place,
  { webhookId, id, type, attempts }: Claimed,
  status: number | null,
  error: string | null,
): Promise<Recorded> {
  const context = callContext(store, SENDER, 'webhooks');
  return change(context, async (changing): Promise<Recorded> => {
    const values = [webhookId, id, attempts, status, error];
    const [row] = await query<{ createdAt: Date }>(changing, GIVE_UP, values);
    if (!row) return changing.unchanged({ outcome: 'failed' });
    const data = { event: id, type, attempts };
    changing.record('webhook.delivery-failed', { id: webhookId, data });
    if (status === 410) {
      const disabled = await disable(changing, webhookId, 'gone');
      return { outcome: 'gone', ...(disabled && { disabled }) };
    }
    const accepted = await query(changing, ACCEPTED_SINCE, [webhookId, row.createdAt]);
    const disabled =
      accepted.length > 0 ? undefined : await disable(changing, webhookId, 'failing');
    return { outcome: 'given-up', ...(disabled && { disabled }) };
  });
}

/** Stores what came of an attempt, and decides when the next one is. */
export async function recordAttempt(
  place: Place,
  claimed: Claimed,
  attempted: Attempted,
): Promise<Recorded> {
  const { webhookId, id, attempts } = claimed;
  const write = (statement: typeof DELIVERED, ...values: unknown[]) =>
    bookkeeping({ store: place.store }, (context) =>
      query(context, statement, [webhookId, id, ...values]),
    );
  switch (attempted.outcome) {
    case 'delivered':
      await write(DELIVERED, attempted.status);
      return { outcome: 'delivered' };
    case 'stopped':
      await write(PUT_BACK, attempts);
      return { outcome: 'stopped' };
    case 'erased':
      await write(GIVE_UP, attempts, null, 'ERASED');
      return { outcome: 'erased' };
    case 'gone':
      return giveUp(place, claimed, attempted.status, null);
    default: {
      const [status, error, askedS] =
        'status' in attempted
          ? [attempted.status, null, attempted.retryAfterS]
          : [null, attempted.error, 0];
      const wait = waitS(attempts, askedS);
      if (wait === undefined) return giveUp(place, claimed, status, error);
      await write(TRY_LATER, attempts, status, error, wait);
      return { outcome: 'failed', waitS: wait };
    }
  }
}
