import type { Projects } from '../../access/caller.js';
import { mapPage, type Page, pageOf } from '../../contract/page.js';
import { decodePosition, encodePosition, type Order } from '../../contract/position.js';
import { type CallContext, query } from '../../database/context.js';
import { leafHash } from '../../security/signing/merkle.js';
import { AppError, invalidAt } from '../../shared/app-error.js';
import type { Event, ListEventsQuery } from './events.schemas.js';
import { type After, EVENT, listEvents } from './events.sql.js';
import { type EventRow, statementOf } from './statement.js';
import { type Visible, visibleTo } from './visible.js';

interface Row extends EventRow {
  readonly logId: number | null;
  readonly index: string | null;
  readonly salt: Buffer | null;
  readonly commitment: Buffer | null;
  readonly sequence: number | null;
  readonly previous: Buffer | null;
  readonly origin: string | null;
}

const hex = (bytes: Buffer | null) => bytes?.toString('hex') ?? null;

function parsed(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return data; // written beside the API
  }
}

function entryOf(row: Row): Event['entry'] {
  const { logId, origin, index, commitment, salt, sequence, previous } = row;
  if (logId === null || origin === null || commitment === null) return null;
  return {
    log: logId,
    origin,
    index: Number(index),
    leafHash: leafHash(commitment).toString('hex'),
    commitment: commitment.toString('hex'),
    sequence,
    previous: hex(previous),
    salt: hex(salt),
    statement: salt === null ? null : statementOf(row, { sequence, previous }),
  };
}

function toEvent(row: Row): Event {
  const { id, time, type, subjectKind, subjectId, projectId, releaseId } = row;
  const { actor, credential, requestId, data } = row;
  return {
    id,
    time,
    type,
    subject: { kind: subjectKind, id: subjectId },
    projectId,
    releaseId,
    actor,
    credential,
    requestId,
    data: parsed(data),
    entry: entryOf(row),
  };
}

const BY_ID: Order = ['uuid'];
const BY_INDEX: Order = ['int', 'int'];

function afterOf({ order, cursor }: ListEventsQuery): After {
  if (order === 'index') {
    const [log, index] = decodePosition(BY_INDEX, cursor) ?? [0, -1];
    return { by: 'index', log: Number(log), index: Number(index) };
  }
  const [id] = decodePosition(BY_ID, cursor) ?? [null];
  return { by: 'id', id: id === null ? null : String(id) };
}

const cursorOf = (order: ListEventsQuery['order'], { id, logId, index }: Row) =>
  encodePosition(order === 'index' ? [logId ?? 0, Number(index)] : [id]);

const includes = (projects: Projects, id: number | null) =>
  projects === null || (id !== null && projects.includes(id));

const sees = (visible: readonly Visible[], { subjectKind, projectId }: Row) =>
  visible.some(
    ({ kinds, projects }) => kinds.includes(subjectKind) && includes(projects, projectId),
  );

/** @throws {AppError} `validation-failed` */
function instant(name: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) throw invalidAt('query', `/${name}`, 'must be a date-time');
  return time;
}

export type EventsService = ReturnType<typeof eventsService>;

/** Events for those who may see what they are about. Every other event does not exist for the caller. */
export function eventsService() {
  return {
    /** Lists the newest first, or all with an index in the order of the log. @throws {AppError} `validation-failed` */
    async list(context: CallContext, asked: ListEventsQuery): Promise<Page<Event>> {
      const { limit, order, project, release, subject, type, actor } = asked;
      const [from, to] = [instant('from', asked.from), instant('to', asked.to)];
      const filter = { project, release, subject, type, actor, from, to };
      const { statement, values } = listEvents(
        visibleTo(context.caller),
        filter,
        afterOf(asked),
        limit + 1,
      );
      const rows = await query<Row>(context, statement, values);
      return mapPage(
        pageOf(rows, limit, (last) => cursorOf(order, last)),
        toEvent,
      );
    },

    /** @throws {AppError} `event-not-found` */
    async get(context: CallContext, id: string): Promise<Event> {
      const [row] = await query<Row>(context, EVENT, [id]);
      if (row && sees(visibleTo(context.caller), row)) return toEvent(row);
      throw new AppError('event-not-found', 'Event not found');
    },
  };
}
