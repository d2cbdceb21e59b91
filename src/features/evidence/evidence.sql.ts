import { query, type TransactionContext } from '../../database/context.js';
import { type Batch, TABLES, type TableName } from '../../documents/parsing/columns.js';
import type { Evidence } from '../../generated/prisma/client.js';
import { type RowDigests, storedDigests } from './row-digests.js';
import { valuesOf } from './values.sql.js';

const SCOPED = ['project_id', 'release_id', 'evidence_id'];

/** One statement for any number of rows, with one array for each column. */
function insertOf(table: TableName): string {
  const names = ['ordinal', ...TABLES[table].map(({ name }) => name)];
  const applied =
    table === 'claims' ? ', (SELECT may_absolve FROM evidence WHERE id = $3::uuid)' : '';
  return `INSERT INTO ${table} (${[...SCOPED, ...names, ...(applied ? ['applied'] : [])]})
    SELECT $1::int, $2::uuid, $3::uuid, ${names.map((name) => `v.${name}`)}${applied}
      FROM (${valuesOf(table, SCOPED.length)}) v`;
}

const INSERTS = Object.fromEntries(
  (Object.keys(TABLES) as TableName[]).map((table) => [table, insertOf(table)]),
) as Record<TableName, string>;

/**
 * Stores the rows of a document with one statement for each batch. Rows are numbered in document order.
 * @returns a digest of what each table has now, of those that have a row
 * @param receivedAt claims are stated no later than this time; by default, than now
 */
export async function insertRows(
  context: TransactionContext,
  { projectId, releaseId, id }: Pick<Evidence, 'projectId' | 'releaseId' | 'id'>,
  batches: AsyncIterable<Batch>,
  receivedAt: Date | null = null,
): Promise<RowDigests> {
  const counts = new Map<TableName, number>();
  for await (const { table, rows, columns } of batches) {
    const from = counts.get(table) ?? 0;
    const values = [projectId, releaseId, id, from, receivedAt, ...columns];
    await query(context, { text: INSERTS[table] }, values);
    counts.set(table, from + rows);
  }
  return storedDigests(context, { projectId, releaseId, id }, counts);
}
