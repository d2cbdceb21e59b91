import { createHash, type Hash } from 'node:crypto';
import { query, type TransactionContext } from '../../database/context.js';
import type { Read } from '../../database/sql.js';
import type { Batch, TableName } from '../../documents/parsing/columns.js';
import { DIGESTS_OF_ALL, digestsOf, hashesOfBatch } from './row-digests.sql.js';

/**
 * SHA-256, in hexadecimal digits, of what each table has of a document: of the digests of its rows, one after the
 * other. The digest of a row is the SHA-256 of a JSON list of its values as text. Tables without a row are absent.
 * docs/events.md has the recipe.
 */
export type RowDigests = Readonly<Partial<Record<TableName, string>>>;

interface Of {
  readonly projectId: number;
  readonly releaseId: string;
  readonly id: string;
}

type Digests = Partial<Record<TableName, string | null>>;

const present = (digests: Digests): RowDigests =>
  Object.fromEntries(Object.entries(digests).filter(([, digest]) => digest !== null));

/**
 * The digests of what the open transaction stored. PostgreSQL computes them: it alone has the rows as stored.
 * @param counts how many rows were sent to each table
 * @throws {Error} if a table has another number: a trigger of the database must not drop a finding
 */
export async function storedDigests(
  context: TransactionContext,
  { projectId, releaseId, id }: Of,
  counts: ReadonlyMap<TableName, number>,
): Promise<RowDigests> {
  if (counts.size === 0) return {};
  type Stored = { name: TableName; digest: string | null; rows: number | null };
  const values = [projectId, releaseId, id];
  const stored = await query<Stored>(context, digestsOf([...counts.keys()]), values);
  for (const { name, rows } of stored) {
    const sent = counts.get(name) ?? 0;
    if ((rows ?? 0) !== sent)
      throw new Error(`the table ${name} stored ${rows ?? 0} of ${sent} rows of a document`);
  }
  return present(Object.fromEntries(stored.map(({ name, digest }) => [name, digest])));
}

/** The digests of what is stored now, by id of the evidence. */
export async function digestsNow(
  read: Read,
  ids: readonly string[],
): Promise<Map<string, RowDigests>> {
  const rows = await read<Digests & { id: string }>(DIGESTS_OF_ALL, [ids]);
  return new Map(rows.map(({ id, ...digests }) => [id, present(digests)]));
}

/**
 * The digests that the rows of a document have when they are stored.
 * @param applied whether claims take effect
 * @param receivedAt claims are stated no later than this
 */
export async function parsedDigests(
  read: Read,
  batches: AsyncIterable<Batch>,
  applied: boolean,
  receivedAt: Date,
): Promise<RowDigests> {
  const hashes = new Map<TableName, { hash: Hash; rows: number }>();
  for await (const { table, rows, columns } of batches) {
    const state = hashes.get(table) ?? { hash: createHash('sha256'), rows: 0 };
    const values = [applied, state.rows, receivedAt, ...columns];
    const [batch] = await read<{ hashes: Buffer }>(hashesOfBatch(table), values);
    if (batch) state.hash.update(batch.hashes);
    hashes.set(table, { hash: state.hash, rows: state.rows + rows });
  }
  return Object.fromEntries([...hashes].map(([table, { hash }]) => [table, hash.digest('hex')]));
}
