import type { CallContext, TransactionContext } from '../database/context.js';
import { query } from '../database/context.js';
import type { Statement } from '../database/sql.js';
import { bookkeeping } from '../database/transaction.js';
import { EVENTS, type EventData, type EventType, type ImportedKind } from './catalogue.js';
import { eventData } from './data.js';
import { ROWS, rowDigest, rowKindOf } from './rows.js';
import { signalRecorded } from './signal.js';

/** Subject and data of an event. The caller and the request come from the context. */
export interface EventDetails<Type extends EventType> {
  /** Id of the subject. The type of the event determines its kind. */
  readonly id: string | number;
  readonly projectId?: number | null;
  readonly releaseId?: string | null;
  readonly data: EventData[Type];
}

/** Context of a change: a transaction, and the means to record events in it. */
export interface ChangeContext extends TransactionContext {
  /** Records an event. It is stored in the transaction of the change. */
  record<Type extends EventType>(type: Type, details: EventDetails<Type>): void;
  /** Declares that nothing changed, and returns its argument. */
  unchanged<Result>(result: Result): Result;
}

interface Recorded extends EventDetails<EventType> {
  readonly type: EventType;
}

/** The digest of the row that an event created or changed, as it is at the end of the change. */
const digestOfRow = (kind: ImportedKind) =>
  `WHEN '${kind}' THEN (SELECT ${rowDigest(kind)} FROM ${ROWS[kind].table} t WHERE ${ROWS[kind].is('e.id')})`;

/**
 * Inserts events, and puts them into the queue of the log. `queued` says so, because a trigger queues all other events,
 * and costs twice as much as the row of the queue. With kinds of rows, the data of events begin with the digest of the
 * row. PostgreSQL opens each table that a statement names, so it names only these.
 */
function insertOf(kinds: readonly ImportedKind[]): Statement {
  const row = `CASE e.row ${kinds.map(digestOfRow).join(' ')} END`;
  const data =
    kinds.length === 0
      ? 'e.data'
      : `COALESCE('{"row":"' || ${row} || '",' || substr(e.data, 2), e.data)`;
  return {
    name: ['events-insert', ...kinds].join('-'),
    text: `WITH recorded AS (
             INSERT INTO events
                    (type, subject_kind, subject_id, project_id, release_id, data, actor, credential, request_id,
                     queued)
             SELECT e.type, e.kind, e.id, e.project, e.release, ${data}, $7, $8, $9, true
               FROM unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::uuid[], $6::text[], $10::text[])
                    AS e (type, kind, id, project, release, data, row)
             RETURNING id
           )
           INSERT INTO log_queue (event_id) SELECT id FROM recorded`,
  };
}

const inserts = new Map<string, Statement>();

function insertFor(kinds: readonly ImportedKind[]): Statement {
  const key = kinds.join();
  const known = inserts.get(key);
  if (known) return known;
  const insert = insertOf(kinds);
  inserts.set(key, insert);
  return insert;
}

async function store(context: TransactionContext, events: readonly Recorded[]): Promise<void> {
  const { caller, requestId } = context;
  const rows = events.map(({ type }) => rowKindOf(type) ?? null);
  const kinds = [...new Set(rows)].filter((kind) => kind !== null).sort();
  await query(context, insertFor(kinds), [
    events.map(({ type }) => type),
    events.map(({ type }) => EVENTS[type].subject),
    events.map(({ id }) => String(id)),
    events.map(({ projectId }) => projectId ?? null),
    events.map(({ releaseId }) => releaseId ?? null),
    events.map(({ data }) => eventData(data)),
    caller.subject,
    caller.credential,
    requestId,
    rows,
  ]);
}

/**
 * Runs a caller's change in a transaction, or joins the current one, and stores the events of `work` in it
 * (transactional outbox). Every change that a caller makes goes through this function.
 * @throws {Error} before COMMIT, if `work` neither recorded an event nor called `unchanged`
 */
export async function change<Result>(
  context: CallContext | TransactionContext,
  work: (context: ChangeContext) => Promise<Result>,
): Promise<Result> {
  const events: Recorded[] = [];
  const result = await bookkeeping(context, async (transaction) => {
    let unchanged = false;
    const result = await work({
      ...transaction,
      record(type, details) {
        events.push({ type, ...details });
      },
      unchanged(result) {
        unchanged = true;
        return result;
      },
    });
    if (events.length > 0) await store(transaction, events);
    else if (!unchanged) {
      throw new Error('the change recorded no event and did not call unchanged()');
    }
    return result;
  });
  if (events.length > 0) signalRecorded(context.store);
  return result;
}
