import { hash } from 'node:crypto';
import { type CallContext, type Inside, type Place, query } from '../../database/context.js';
import { change } from '../../events/index.js';
import type { Checkpoint } from '../../security/signing/checkpoint.js';
import type { Keys } from '../../security/signing/keys.js';
import { EMPTY_ROOT } from '../../security/signing/merkle.js';
import { lookAt, publish, takeNext, withLog } from './integrate.js';
import { BEGIN_LOG, END_LOG } from './log.sql.js';
import { type Head, readHead } from './tree.js';

/** The log cannot be changed so. The message says why, and what to do. */
export class LogError extends Error {
  override name = 'LogError';
}

const MAX_REASON = 2000;

/** @throws {LogError} */
export function requireReason(text: string | undefined): string {
  const reason = text?.trim() ?? '';
  const length = [...reason].length;
  if (length >= 1 && length <= MAX_REASON && !reason.includes('\0')) return reason;
  throw new LogError(`--reason needs a text of 1 to ${MAX_REASON} characters`);
}

/** `$1`: type, `$2`: id of the subject. The latest event of both. */
const RECORDED = {
  text: `SELECT id FROM events WHERE type = $1 AND subject_kind = 'log' AND subject_id = $2
          ORDER BY id DESC LIMIT 1`,
};
/** Events that lost their place: their rows were taken out of the queue, or a restore has none of both. */
const QUEUE_LOST = {
  text: `INSERT INTO log_queue (event_id)
         SELECT e.id FROM events e
          WHERE NOT EXISTS (SELECT 1 FROM log_entries x WHERE x.event_id = e.id)
         ON CONFLICT DO NOTHING`,
};
const KEEP_REASON = { text: 'INSERT INTO log_reasons (event_id, reason) VALUES ($1, $2)' };

/** Keeps the reason of an event that the open transaction recorded. @returns the id of the event */
export async function keepReason(
  context: Inside<Place>,
  type: 'log.recovered' | 'log.erased',
  subject: string,
  reason: string,
): Promise<string> {
  const [event] = await query<{ id: string }>(context, RECORDED, [type, subject]);
  if (!event) throw new Error('the event was not recorded');
  await query(context, KEEP_REASON, [event.id, reason]);
  return event.id;
}

const shown = ({ origin, size, root }: Checkpoint | Head) => ({
  origin,
  size,
  root: root.toString('hex'),
});

export interface Recovered {
  readonly origin: string;
  /** The log that ended. undefined: the database had none. */
  readonly before: Head | undefined;
  readonly lastSigned: Checkpoint;
}

/**
 * Begins a new log with a new key, after a restore of the database or a difference. Its first entry names the log
 * before, what was signed last, and what was found. Events without a place in any log wait in the queue for it.
 * @param origin no log had it before
 * @throws {LogError} if the current log can be signed
 */
export async function recover(
  context: CallContext,
  keys: Keys,
  origin: string,
  reason: string,
): Promise<Recovered> {
  await keys.refresh();
  const lastSigned = await keys.lastSigned();
  let before: Head | undefined;
  await keys.beginLog(origin, async () => {
    await withLog(context, true, async (transaction) => {
      const { state, head } = await lookAt(transaction, keys);
      if (state === 'signing') {
        throw new LogError(
          'The log is signed, so there is nothing to recover. Nothing was changed',
        );
      }
      before = head;
      await query(transaction, QUEUE_LOST, []);
      const data = {
        before: head ? shown(head) : null,
        lastSigned: shown(lastSigned),
        reasonSha256: hash('sha256', reason, 'hex'),
      };
      await change({ ...context, ...transaction }, async ({ record }) => {
        record('log.recovered', { id: origin, data });
      });
      const event = await keepReason(transaction, 'log.recovered', origin, reason);
      if (head) await query(transaction, END_LOG, [head.id]);
      await query(transaction, BEGIN_LOG, [origin, EMPTY_ROOT]);
      const begun = await readHead(transaction);
      if (begun) await takeNext(transaction, begun, { only: event });
    });
  });
  await publish({ store: context.store }, keys, { wait: true });
  return { origin, before, lastSigned };
}
