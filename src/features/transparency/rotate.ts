import { type CallContext, query } from '../../database/context.js';
import { change } from '../../events/index.js';
import type { Keys, Purpose } from '../../security/signing/keys.js';
import { BATCH, integrate, publish } from './integrate.js';
import { LogError } from './recover.js';
import { troubleOf } from './state.js';

/** Integrates and publishes all that is committed. @throws {LogError} if the log is not signed */
export async function settleNow(context: CallContext, keys: Keys): Promise<void> {
  const place = { store: context.store };
  for (let taken = BATCH; taken === BATCH; ) {
    taken = (await integrate(place, keys, { wait: true }))?.taken ?? 0;
  }
  const signed = await publish(place, keys, { wait: true });
  const trouble = signed && troubleOf(signed.state);
  if (trouble) throw new LogError(trouble);
}

const PUBLISHED = {
  text: `SELECT 1 FROM events e JOIN log_entries x ON x.event_id = e.id
          WHERE e.type = 'key.rotated' AND e.subject_kind = 'key' AND e.subject_id = $1
            AND EXISTS (SELECT 1 FROM log_checkpoints c WHERE c.log_id = x.log_id AND c.size > x.index)`,
};

/**
 * Begins a new key. The old key signs a checkpoint with the event that names the new one, before it is used. Servers
 * that run use it from their next signature on.
 * @throws {LogError} if the log is not signed, and the old key stays
 */
export async function rotate(context: CallContext, keys: Keys, purpose: Purpose): Promise<void> {
  await keys.refresh();
  const before = purpose === 'log' ? keys.log.vkey : keys.verdicts.keyId;
  await settleNow(context, keys);
  await keys.rotate(purpose, async (next) => {
    await change(context, async ({ record }) => {
      record('key.rotated', { id: next, data: { purpose, before } });
    });
    await settleNow(context, keys);
    const published = await query(context, PUBLISHED, [next]);
    if (published.length === 0) throw new LogError('The log did not sign the rotation. Repeat it');
  });
}
