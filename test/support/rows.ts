import { afterAll, beforeEach } from 'vitest';
import { keepRows, restoreRows } from '../setup/databases.js';
import { sql } from './database.js';

let schemas = 0;

/**
 * Arranges rows before the first test, and puts them back before each further one, because a request takes longer than
 * copying the rows that it stored. What `arrange` returns to the tests through variables stays valid: ids and sequences
 * are the same. Rows keep the time at which they were made.
 */
export function useRows(arrange: () => Promise<unknown>): void {
  schemas += 1;
  const schema = `kept_${schemas}`;
  let kept = false;
  beforeEach(async () => {
    if (kept) {
      await sql(restoreRows(schema));
      return;
    }
    await arrange();
    await sql(keepRows(schema));
    kept = true;
  });
  afterAll(async () => {
    await sql(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
  });
}
