import { type Inside, type Place, query } from './context.js';

/** The condition that finds one row of each table whose changes wait for each other. */
const CONDITIONS = {
  approvals: 'id = $1::uuid',
  environments: 'name = $1',
  evidence: 'id = $1::uuid',
  legal_holds: 'id = $1::uuid',
  releases: 'id = $1::uuid',
  waivers: 'id = $1::uuid',
  webhooks: 'id = $1::uuid',
} as const;

/**
 * Locks a row until the transaction ends, so that concurrent changes of it wait. New rows that refer to it do not wait.
 * @returns whether the row exists
 */
export async function lockRow(
  context: Inside<Place>,
  table: keyof typeof CONDITIONS,
  key: string,
): Promise<boolean> {
  const text = `SELECT 1 FROM ${table} WHERE ${CONDITIONS[table]} FOR NO KEY UPDATE`;
  const rows = await query(context, { name: `lock-${table}`, text }, [key]);
  return rows.length > 0;
}
