import type pg from 'pg';

/**
 * A hot read in plain SQL. Prisma's interpreter costs several times what PostgreSQL does for a read of
 * one row, and it has no row comparison; everything that is not hot goes through Prisma.
 */
export interface Statement {
  /**
   * Lets PostgreSQL parse and plan once per connection. Omit it where the best plan depends on the
   * values: a named statement may get a generic plan after five runs.
   */
  readonly name?: string;
  readonly text: string;
}

/** Runs a statement on any free connection of the pool and returns its rows. */
export async function query<Row extends pg.QueryResultRow>(
  pool: pg.Pool,
  statement: Statement,
  values: unknown[],
): Promise<Row[]> {
  const { rows } = await pool.query<Row>({ ...statement, values });
  return rows;
}
