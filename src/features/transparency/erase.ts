import { hash } from 'node:crypto';
import { type CallContext, type Inside, type Place, query } from '../../database/context.js';
import { change } from '../../events/index.js';
import { erasedData, keptOf } from './erased.js';
import { withLog } from './integrate.js';
import { keepReason, LogError } from './recover.js';

interface Found {
  readonly type: string;
  readonly time: Date;
  readonly subject: string;
  readonly data: string;
  readonly projectId: number | null;
  readonly index: string | null;
  readonly origin: string | null;
  readonly erased: boolean;
}

const FIND = {
  text: `SELECT e.type, e.time, e.subject_id AS subject, e.data, e.project_id AS "projectId",
                x.index, l.origin, x.salt IS NULL AS erased
           FROM events e LEFT JOIN log_entries x ON x.event_id = e.id LEFT JOIN logs l ON l.id = x.log_id
          WHERE e.id = $1`,
};
const ERASE_SALT = { text: 'UPDATE log_entries SET salt = NULL WHERE event_id = $1' };
const ERASE_EVENT = {
  text: `UPDATE events SET actor = 'erased', credential = NULL, request_id = NULL, data = $2 WHERE id = $1`,
};

/** What the log says of itself stays, or an erasure could be erased. */
const KEPT = new Set([
  'log.recovered',
  'log.erased',
  'log.diverged',
  'key.rotated',
  'document.removed',
]);

async function requireErasable(context: Inside<Place>, event: string) {
  const [found] = await query<Found>(context, FIND, [event]);
  if (!found) throw new LogError(`Event ${event} does not exist`);
  const { type, time, subject, projectId, index, origin, erased } = found;
  if (KEPT.has(type)) throw new LogError(`Events of the type ${type} are never erased`);
  if (index === null || origin === null) {
    throw new LogError(
      'The event is not in the log yet. Start the server, wait a second, and repeat',
    );
  }
  if (erased) throw new LogError('The event is erased already');
  const about = { type, time: time.toISOString(), subject, project: projectId };
  return { origin, index: Number(index), ...about, kept: keptOf(found.data) };
}

/**
 * Erases the content of an event and the salt of its entry. The entry and the tree stay, and nobody can tell any more
 * what the entry commits to. Digests stay, so that the rows are still compared: the event of the erasure has them.
 * The role must own the tables.
 * @param event id of the event
 * @throws {LogError}
 */
export async function erase(context: CallContext, event: string, reason: string) {
  const erased = await withLog(context, true, async (transaction) => {
    const found = await requireErasable(transaction, event);
    await query(transaction, ERASE_SALT, [event]);
    await query(transaction, ERASE_EVENT, [event, erasedData(found.kept)]);
    await change({ ...context, ...transaction }, async ({ record }) => {
      const data = { event, ...found, reasonSha256: hash('sha256', reason, 'hex') };
      record('log.erased', { id: found.origin, data });
    });
    await keepReason(transaction, 'log.erased', found.origin, reason);
    return found;
  });
  if (!erased) throw new LogError('Another program writes the log. Repeat the command');
  return erased;
}
