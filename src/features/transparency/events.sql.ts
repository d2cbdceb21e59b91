import type { Statement } from '../../database/sql.js';
import { EVENT_COLUMNS } from './log.sql.js';
import type { Visible } from './visible.js';

export interface EventFilter {
  readonly project?: number | undefined;
  readonly release?: string | undefined;
  /** Kind and id, with a colon between them. */
  readonly subject?: string | undefined;
  readonly type?: string | undefined;
  readonly actor?: string | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

/** The start of a page: the id of the last event, or the place of the last entry. */
export type After =
  | { readonly by: 'id'; readonly id: string | null }
  | { readonly by: 'index'; readonly log: number; readonly index: number };

const COLUMNS = `${EVENT_COLUMNS}, x.log_id AS "logId", x.index, x.salt, x.commitment, x.sequence, x.previous,
  l.origin`;
const ENTRY = 'LEFT JOIN log_entries x ON x.event_id = e.id LEFT JOIN logs l ON l.id = x.log_id';

export const EVENT: Statement = {
  name: 'event-find',
  text: `SELECT ${COLUMNS} FROM events e ${ENTRY} WHERE e.id = $1`,
};

/** Collects values, and names their places in the statement. */
class Values {
  readonly list: unknown[] = [];
  add(value: unknown): string {
    this.list.push(value);
    return `$${this.list.length}`;
  }
}

function isVisible(values: Values, visible: readonly Visible[]): string {
  const parts = visible.map(({ kinds, projects }) => {
    const kind = `e.subject_kind = ANY(${values.add(kinds)})`;
    return projects === null ? kind : `${kind} AND e.project_id = ANY(${values.add(projects)})`;
  });
  return parts.length === 0 ? 'false' : `(${parts.map((part) => `(${part})`).join(' OR ')})`;
}

function matches(values: Values, filter: EventFilter): string[] {
  const { project, release, subject, type, actor, from, to } = filter;
  const conditions: string[] = [];
  if (project !== undefined) conditions.push(`e.project_id = ${values.add(project)}`);
  if (release !== undefined) {
    const id = values.add(release);
    // The index begins with the project.
    conditions.push(
      `e.release_id = ${id}::uuid AND e.project_id = (SELECT project_id FROM releases WHERE id = ${id}::uuid)`,
    );
  }
  if (subject !== undefined) {
    const colon = subject.indexOf(':');
    const [kind, id] = [subject.slice(0, colon), subject.slice(colon + 1)].map((part) =>
      values.add(part),
    );
    conditions.push(`e.subject_kind = ${kind} AND e.subject_id = ${id}`);
  }
  if (type !== undefined) conditions.push(`e.type = ${values.add(type)}`);
  if (actor !== undefined) conditions.push(`e.actor = ${values.add(actor)}`);
  if (from !== undefined) conditions.push(`e.time >= ${values.add(from)}`);
  if (to !== undefined) conditions.push(`e.time < ${values.add(to)}`);
  return conditions;
}

/** A page of events. It has no name, because the best plan depends on the filter. */
export function listEvents(
  visible: readonly Visible[],
  filter: EventFilter,
  after: After,
  limit: number,
): { statement: Statement; values: unknown[] } {
  const values = new Values();
  const conditions = [isVisible(values, visible), ...matches(values, filter)];
  let order = 'e.id DESC';
  let source = `events e ${ENTRY}`;
  if (after.by === 'index') {
    order = 'x.log_id, x.index';
    source = 'log_entries x JOIN events e ON e.id = x.event_id JOIN logs l ON l.id = x.log_id';
    conditions.push(
      `(x.log_id, x.index) > (${values.add(after.log)}::int, ${values.add(after.index)}::bigint)`,
    );
  } else if (after.id !== null) conditions.push(`e.id < ${values.add(after.id)}::uuid`);
  const text = `SELECT ${COLUMNS} FROM ${source} WHERE ${conditions.join(' AND ')}
                 ORDER BY ${order} LIMIT ${values.add(limit)}`;
  return { statement: { text }, values: values.list };
}
