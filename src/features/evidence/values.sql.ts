import { TABLES, type TableName } from '../../documents/parsing/columns.js';

/**
 * The values of a batch as the table stores them. The parameters after `$after`: number of the first row; the time that
 * claims are stated no later than, or null: than now; then an array for each column.
 */
export function valuesOf(table: TableName, after: number): string {
  const columns = TABLES[table];
  const [first, received] = [`$${after + 1}::int`, `$${after + 2}::timestamptz`];
  const values = columns.map(({ name, type }) =>
    name === 'stated_at'
      ? `LEAST(COALESCE(t.stated_at::timestamptz, ${received}, now()), ${received}, now()) AS stated_at`
      : `t.${name}::${type} AS ${name}`,
  );
  const arrays = columns.map((_column, i) => `$${after + 3 + i}::text[]`);
  const names = columns.map(({ name }) => name);
  return `SELECT ${first} + (t.n - 1)::int AS ordinal, ${values}
            FROM (SELECT ${received}) AS received, unnest(${arrays}) WITH ORDINALITY AS t (${names}, n)`;
}
