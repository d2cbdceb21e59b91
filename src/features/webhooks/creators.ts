import { comparable } from '../../access/four-eyes.js';
import { query } from '../../database/context.js';
import type { ChangeContext } from '../../events/index.js';
import { DISABLE } from './deliveries.sql.js';
import { currentWebhooks } from './webhook.js';

/**
 * Disables webhooks of callers who were disabled: what they may not read any more is not sent for them. What waits is
 * kept until another caller enables or revokes the webhook.
 * @param keys their names, in the form for comparison
 */
export async function disableOfCreators(
  changing: ChangeContext,
  keys: readonly string[],
): Promise<void> {
  for (const { id, createdBy } of await currentWebhooks(changing, null)) {
    if (!keys.includes(comparable(createdBy))) continue;
    const because = 'creator-disabled';
    const disabled = await query(changing, DISABLE, [id, because]);
    if (disabled.length > 0) changing.record('webhook.disabled', { id, data: { because } });
  }
}
