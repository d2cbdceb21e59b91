import { type Inside, type Place, query } from './context.js';

const NOW = { name: 'database-now', text: 'SELECT clock_timestamp() AS now' };

/**
 * The clock of the database. What is stored is decided by it alone, because the clocks of several servers differ. Where
 * another statement can return the time, that saves this one.
 */
export async function databaseNow(context: Place | Inside<Place>): Promise<Date> {
  const [row] = await query<{ now: Date }>(context, NOW, []);
  if (!row) throw new Error('the database did not tell its time');
  return row.now;
}
