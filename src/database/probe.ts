import type pg from 'pg';
import { type SchemaState, schemaState } from './schema-state.js';
import { beginWriting } from './writing.js';

/** What a probe finds in a database that can serve requests. */
export interface Probe {
  readonly schema: SchemaState;
  /** By how many seconds the clock of the database is ahead of this process's. Negative: it is behind. */
  readonly clockSkew: number;
}

/** 64 kB is the least that PostgreSQL takes for work in memory. These rows need more, so it writes a temporary file. */
export const LITTLE_MEMORY = `SET LOCAL work_mem = '64kB'`;
const FILL_MEMORY = 'SELECT count(*) FROM generate_series(1, 5000)';

export const CLOCK = 'SELECT extract(epoch FROM clock_timestamp())::float8 AS now';

/** configuration_limit_exceeded: `temp_file_limit` is smaller than the file. The disk has not been asked. */
const FILE_REFUSED = '53400';

/** Makes PostgreSQL write about 200 kB to its disk. It needs no right, leaves nothing and writes no log. */
export async function useDisk(client: pg.ClientBase): Promise<void> {
  await client.query(FILL_MEMORY).catch((error: { code?: string }) => {
    if (error.code !== FILE_REFUSED) throw error;
  });
}

/**
 * The difference of two clocks, where the answer was read between two looks at the own one. Half of the time between
 * them is how wrong it can be. The sign of what is left is certain, and 0 means that the clocks may agree.
 * @param at the clock of the database in seconds since 1970; the others in milliseconds
 */
export function clockSkewOf(at: number, sentMs: number, receivedMs: number): number {
  const middle = (sentMs + receivedMs) / 2;
  const doubt = (receivedMs - sentMs) / 2;
  const difference = at * 1000 - middle;
  return (Math.sign(difference) * Math.max(0, Math.abs(difference) - doubt)) / 1000;
}

/**
 * Compares the schema, begins a transaction that can write, and makes the database use its disk.
 * @throws the error of the database. The transaction is then open, so close the connection
 */
export async function probeDatabase(client: pg.ClientBase): Promise<Probe> {
  const schema = await schemaState(client);
  const sentMs = Date.now();
  const [clock] = await beginWriting(client, CLOCK, LITTLE_MEMORY);
  const clockSkew = clockSkewOf(clock?.rows[0].now, sentMs, Date.now());
  await useDisk(client);
  await client.query('ROLLBACK');
  return { schema, clockSkew };
}
