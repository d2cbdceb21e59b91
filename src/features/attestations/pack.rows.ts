import { type Place, query } from '../../database/context.js';
import type { Statement } from '../../database/sql.js';
import { ROWS } from '../../events/index.js';
import type { LogEntry } from '../transparency/index.js';

/** Kinds whose files in a pack are rows: an event has the digest of each. */
const KINDS = ['verdict', 'deployment', 'approval', 'break-glass', 'evidence'] as const;
export type PackedKind = (typeof KINDS)[number];

/** The digest of the row that each file must have, by kind and id. Null: no event has one. */
export type Rows = ReadonlyMap<string, string | null>;

export interface RowEvent {
  readonly type: string;
  readonly subject: { readonly kind: string; readonly id: string };
  readonly data: { readonly row?: unknown };
}

/**
 * Events that change what no file shows: when the same document was received again, that evidence was retracted, and
 * when a reviewer was reminded. Each of them is an entry.
 */
const UNSHOWN = /^(evidence\.(received-again|retracted)|break-glass\.review-due)$/;

/** Notes the digest that an event has of its row, so that the last one counts. */
export function noteRow(rows: Map<string, string | null>, { type, subject, data }: RowEvent): void {
  const { row } = data;
  if (UNSHOWN.test(type)) return;
  if (typeof row === 'string') rows.set(`${subject.kind}/${subject.id}`, row);
  // After this, the row is another one than an event of the API says.
  else if (type === 'beside-api') rows.set(`${subject.kind}/${subject.id}`, null);
}

/** Notes the digests that are left of an erased event. Ids are unique over all kinds. */
export function noteErased(rows: Map<string, string | null>, erasure: LogEntry): void {
  const { data } = JSON.parse(erasure.statement ?? '{"data":{}}') as {
    data: { type?: string; subject?: string; kept?: { row?: unknown } };
  };
  const { type, subject: id, kept } = data;
  if (type === undefined || id === undefined || kept === undefined) return;
  for (const kind of KINDS) noteRow(rows, { type, subject: { kind, id }, data: kept });
}

const nulls = (...columns: string[]) =>
  `'${JSON.stringify(Object.fromEntries(columns.map((column) => [column, null])))}'::jsonb`;

/**
 * Columns as they were before each change of a row `t` that an event records, as `jsonb`. One list for each change, of
 * which one or none applies. A pack has rows as they were at its size.
 */
const BEFORE: Readonly<Record<PackedKind, readonly (readonly string[])[]>> = {
  verdict: [],
  deployment: [
    [
      `CASE WHEN t.ended_at IS NULL THEN '{}'
            ELSE ${nulls('succeeded_as', 'ended_at', 'ended_by')} || '{"state": "started"}' END`,
    ],
  ],
  approval: [[nulls('withdrawn_at', 'withdrawn_by', 'withdraw_reason')]],
  'break-glass': [
    [nulls('reminded_at')],
    [
      `${nulls('finding', 'reviewed_at', 'reviewed_by', 'reviewed_via')} || '{"actions": [], "reviewer_keys": []}'`,
    ],
    [nulls('ended_at', 'ended_by', 'ended_because')],
    [
      `CASE WHEN t.force THEN ${nulls('confirmed_at', 'confirmed_by', 'confirmed_via', 'opened_at', 'ends_at')}
                              || '{"confirmer_keys": []}' ELSE '{}' END`,
    ],
  ],
  evidence: [
    [nulls('retracted_at', 'retracted_by', 'retract_reason')],
    [
      // What was read again keeps the time of what it superseded.
      `jsonb_build_object('last_received_at', (SELECT min(o.last_received_at) FROM evidence o WHERE o.superseded_by = t.id))`,
      `jsonb_build_object('last_received_at', t.created_at)`,
    ],
  ],
};

/** Expressions for the row with each choice of changes undone: first none of them, at the end all. */
const statesOf = (kind: PackedKind): string[] =>
  BEFORE[kind].reduce<string[]>(
    (states, change) =>
      states.concat(change.flatMap((before) => states.map((state) => `${state} || ${before}`))),
    ['r.whole'],
  );

/**
 * The row as it was, as text. `$1`: id, `$2`: its digest; null: with all later changes undone. A digest can be older
 * than the last columns of the table, which then are left out.
 */
function rowOf(kind: PackedKind): Statement {
  const { table, without = [] } = ROWS[kind];
  const left = without.map((column) => ` - '${column}'`).join('');
  return {
    name: `pack-row-${kind}`,
    text: `
      SELECT state.columns - names.all_names[kept.n + 1:] AS parsed, row.text
        FROM ${table} t
       CROSS JOIN LATERAL (SELECT to_jsonb(t)${left} AS whole) r
       CROSS JOIN LATERAL unnest(ARRAY[${statesOf(kind).join(', ')}]) WITH ORDINALITY AS state(columns, place)
       CROSS JOIN (SELECT array_agg(attname::text ORDER BY attnum) AS all_names FROM pg_attribute
                    WHERE attrelid = '${table}'::regclass AND attnum > 0 AND NOT attisdropped) names
       CROSS JOIN LATERAL generate_series(2, cardinality(names.all_names)) AS kept(n)
       CROSS JOIN LATERAL (SELECT (state.columns - names.all_names[kept.n + 1:])::text AS text) row
       WHERE t.id = $1::uuid AND ($2::text IS NULL OR encode(sha256(convert_to(row.text, 'UTF8')), 'hex') = $2)
       ORDER BY kept.n DESC, state.place DESC LIMIT 1`,
  };
}

const STATEMENTS: Readonly<Record<PackedKind, Statement>> = {
  verdict: rowOf('verdict'),
  deployment: rowOf('deployment'),
  approval: rowOf('approval'),
  'break-glass': rowOf('break-glass'),
  evidence: rowOf('evidence'),
};

const memberOf = (column: string) =>
  column.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

/**
 * The row as members, and as the text whose digest an event has. If no state of the row has this digest, somebody
 * changed it: the pack has the row as it is, and its reader refuses that.
 */
export async function packedRow(place: Place, kind: PackedKind, id: string, rows: Rows) {
  type Found = { text: string; parsed: Record<string, unknown> };
  const digest = rows.get(`${kind}/${id}`) ?? null;
  const find = (wanted: string | null) => query<Found>(place, STATEMENTS[kind], [id, wanted]);
  const [found] = await find(digest);
  const [row] = found || digest === null ? [found] : await find(null);
  if (!row) throw new Error(`${kind} ${id} has no row`);
  const members = Object.entries(row.parsed).map(([name, value]) => [memberOf(name), value]);
  return { ...Object.fromEntries(members), row: row.text } as Record<string, unknown>;
}
