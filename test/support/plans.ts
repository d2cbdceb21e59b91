import type { Statement } from '../../src/database/sql.js';
import { sql } from './database.js';

/** The number of blocks that a statement reads, from memory or from the disk. */
export async function scannedBlocks({ text }: Statement, values: unknown[]): Promise<number> {
  const [row] = await sql<{ 'QUERY PLAN': [{ Plan: Record<string, number> }] }>(
    `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`,
    values,
  );
  const plan = row?.['QUERY PLAN'][0].Plan;
  return Number(plan?.['Shared Hit Blocks']) + Number(plan?.['Shared Read Blocks']);
}
