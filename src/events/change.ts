import type { CallContext, TransactionContext } from '../database/context.js';
import { query } from '../database/context.js';
import { bookkeeping } from '../database/transaction.js';
import { canonicalJson } from '../shared/canonical-json.js';
import { EVENTS, type EventData, type EventType } from './catalogue.js';

/** What happened to what. The caller and the request follow from the context. */
export interface EventDetails<Type extends EventType> {
  /** The id of the subject; its kind follows from the type. */
  readonly id: string | number;
  readonly projectId?: number | null;
  readonly releaseId?: string | null;
  readonly data: EventData[Type];
}

/** A context in which a caller's change is made. */
export interface ChangeContext extends TransactionContext {
  /** Records an event of this change: it is stored with it, or neither is. */
  record<Type extends EventType>(type: Type, details: EventDetails<Type>): void;
  /** Says that there was nothing to change, and returns what it was given. */
  unchanged<Result>(result: Result): Result;
}

interface Recorded extends EventDetails<EventType> {
  readonly type: EventType;
}

const INSERT = {
  name: 'events-insert',
  text: `INSERT INTO events (type, subject_kind, subject_id, project_id, release_id, data, actor, credential, request_id)
         SELECT recorded.*, $7, $8, $9
           FROM unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::uuid[], $6::text[]) AS recorded`,
};

async function store(context: TransactionContext, events: readonly Recorded[]): Promise<void> {
  const { caller, requestId } = context;
  await query(context, INSERT, [
    events.map(({ type }) => type),
    events.map(({ type }) => EVENTS[type].subject),
    events.map(({ id }) => String(id)),
    events.map(({ projectId }) => projectId ?? null),
    events.map(({ releaseId }) => releaseId ?? null),
    events.map(({ data }) => canonicalJson(data)),
    caller.subject,
    caller.credential,
    requestId,
  ]);
}

/**
 * The one door for what a caller changes: opens a transaction, or joins the one under way, and stores the events that
 * `work` records in it. The model is the transactional outbox.
 * @throws {Error} before COMMIT, unless `work` recorded an event or said `unchanged`
 */
export function change<Result>(
  context: CallContext | TransactionContext,
  work: (context: ChangeContext) => Promise<Result>,
): Promise<Result> {
  return bookkeeping(context, async (transaction) => {
    const events: Recorded[] = [];
    let unchanged = false;
    const result = await work({
      ...transaction,
      record(type, details) {
        events.push({ type, ...details });
      },
      unchanged(same) {
        unchanged = true;
        return same;
      },
    });
    if (events.length > 0) await store(transaction, events);
    else if (!unchanged) {
      throw new Error('a change recorded no event, and did not say that it changed nothing');
    }
    return result;
  });
}
