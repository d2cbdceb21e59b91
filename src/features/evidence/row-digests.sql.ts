import type { Statement } from '../../database/sql.js';
import { TABLES, type TableName } from '../../documents/parsing/columns.js';
import { valuesOf } from './values.sql.js';

/** A value of the row `t` as text, the same whatever the settings of the session are. */
function textOf({ name, type }: { readonly name: string; readonly type: string }): string {
  const value = `t.${name}`;
  if (type === 'text') return value;
  if (type === 'text[]') return `array_to_json(${value})::text`;
  if (type === 'bytea') return `encode(${value}, 'hex')`;
  if (type === 'double precision') return `encode(float8send(${value}), 'hex')`;
  if (type === 'timestamptz')
    return `(extract(epoch FROM ${value}::timestamptz(3)) * 1000)::bigint::text`;
  return `${value}::text`;
}

const APPLIED = { name: 'applied', type: 'boolean' };

/** Columns that the digest of a row covers, in its order, besides those that name the evidence. */
export const digestedColumns = (table: TableName) => [
  { name: 'ordinal', type: 'integer' },
  ...TABLES[table].map(({ name, type }) => ({ name, type })),
  ...(table === 'claims' ? [APPLIED] : []),
];

/** The digests of rows `t`, one after the other. Null without a row. */
const hashesOf = (table: TableName) => {
  const row = `array_to_json(ARRAY[${digestedColumns(table).map(textOf)}]::text[])::text`;
  return `string_agg(sha256(convert_to(${row}, 'UTF8')), ''::bytea ORDER BY t.ordinal)`;
};

/**
 * Expression: the digest of what a table has of the evidence `e`, in hexadecimal digits, or null if it has nothing.
 * Rows that name another release or project than their evidence are not its rows.
 */
const digestOf = (table: TableName) =>
  `(SELECT encode(sha256(${hashesOf(table)}), 'hex') FROM ${table} t
     WHERE t.evidence_id = e.id AND t.release_id = e.release_id AND t.project_id = e.project_id)`;

const columnsOf = (tables: readonly TableName[]) =>
  tables.map((table) => `${digestOf(table)} AS ${table}`).join(', ');

/** The digests of rows `t` of evidence, as bytes, one after the other. `$1`: project, `$2`: release, `$3`: evidence. */
const storedOf = (table: TableName) =>
  `(SELECT ${hashesOf(table)} FROM ${table} t
     WHERE t.evidence_id = $3::uuid AND t.release_id = $2::uuid AND t.project_id = $1::int)`;

/** The digest and the number of rows of each table. `$1`: project, `$2`: release, `$3`: evidence. */
export const digestsOf = (tables: readonly TableName[]): Statement => ({
  name: ['evidence-digests', ...tables].join('-'),
  text: `SELECT name, encode(sha256(hashes), 'hex') AS digest, length(hashes) / 32 AS rows
           FROM (VALUES ${tables.map((table) => `('${table}', ${storedOf(table)})`).join(', ')}) AS t (name, hashes)`,
});

/** All digests of evidence. `$1`: ids. */
export const DIGESTS_OF_ALL: Statement = {
  text: `SELECT e.id, ${columnsOf(Object.keys(TABLES) as TableName[])}
           FROM evidence e WHERE e.id = ANY ($1::uuid[])`,
};

/**
 * The digests of a batch of rows that a document has, one after the other. `$1`: whether claims take effect; then as
 * for `valuesOf`.
 */
export const hashesOfBatch = (table: TableName): Statement => ({
  text: `SELECT ${hashesOf(table)} AS hashes, $1::boolean AS applied
           FROM (SELECT v.*, $1::boolean AS applied FROM (${valuesOf(table, 1)}) v) t`,
});
