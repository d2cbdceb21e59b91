import { query, type TransactionContext } from '../../database/context.js';
import { type Batch, TABLES, type TableName } from '../../documents/parsing/columns.js';
import type { Evidence } from '../../generated/prisma/client.js';

const SCOPED = ['project_id', 'release_id', 'evidence_id'];

/** One statement for any number of rows, with one array for each column. */
function insertOf(table: TableName): string {
  const columns = TABLES[table];
  const names = columns.map(({ name }) => name);
  const values = columns.map(({ name, type }) =>
    name === 'stated_at'
      ? 'LEAST(COALESCE(t.stated_at::timestamptz, $5::timestamptz, now()), $5::timestamptz, now())'
      : `t.${name}::${type}`,
  );
  const arrays = columns.map((_column, i) => `$${i + 6}::text[]`);
  const applied =
    table === 'claims'
      ? ['applied', ', (SELECT may_absolve FROM evidence WHERE id = $3::uuid)']
      : [];
  return `INSERT INTO ${table} (${[...SCOPED, 'ordinal', ...names, ...applied.slice(0, 1)]})
    SELECT $1::int, $2::uuid, $3::uuid, $4::int + (t.n - 1)::int, ${values} ${applied[1] ?? ''}
      FROM (SELECT $5::timestamptz) AS received, unnest(${arrays}) WITH ORDINALITY AS t (${names}, n)`;
}

const INSERTS = Object.fromEntries(
  (Object.keys(TABLES) as TableName[]).map((table) => [table, insertOf(table)]),
) as Record<TableName, string>;

/**
 * Stores the rows of a document with one statement for each batch. Rows are numbered in document order.
 * @param receivedAt claims are stated no later than this time; by default, than now
 */
export async function insertRows(
  context: TransactionContext,
  { projectId, releaseId, id }: Pick<Evidence, 'projectId' | 'releaseId' | 'id'>,
  batches: AsyncIterable<Batch>,
  receivedAt: Date | null = null,
): Promise<void> {
  const counts = new Map<TableName, number>();
  for await (const { table, rows, columns } of batches) {
    const from = counts.get(table) ?? 0;
    const values = [projectId, releaseId, id, from, receivedAt, ...columns];
    await query(context, { text: INSERTS[table] }, values);
    counts.set(table, from + rows);
  }
}
