import pg from 'pg';

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

const { TIMESTAMPTZ } = pg.types.builtins;
const parseTimestamp: (text: string) => Date = pg.types.getTypeParser(TIMESTAMPTZ, 'text');

/**
 * `2026-11-23 10:00:00.123+00`, as PostgreSQL writes it in UTC, is almost what Date itself reads. pg's
 * regular expression, which knows all other forms, too, was a sixth of the cost of a page.
 */
export function readTimestamp(text: string): Date {
  const isUtc = text.length <= 29 && text.endsWith('+00') && text[4] === '-';
  if (!isUtc) return parseTimestamp(text);
  return new Date(`${text.slice(0, 10)}T${text.slice(11, -3)}Z`);
}

const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: string) =>
    oid === TIMESTAMPTZ && format !== 'binary'
      ? readTimestamp
      : pg.types.getTypeParser(oid, format as 'text'),
};

/** Runs a statement on any free connection of a pool, or on a connection, and returns its rows. */
export async function ask<Row extends object>(
  where: pg.Pool | pg.PoolClient,
  statement: Statement,
  values: unknown[],
): Promise<Row[]> {
  const { rows } = await where.query({ ...statement, values, types });
  return rows as Row[];
}

/** Runs statements one after the other on one connection. */
export type Ask = <Row extends object>(statement: Statement, values: unknown[]) => Promise<Row[]>;

/**
 * Reads of one moment: all statements see what was there when the first began (REPEATABLE READ). It holds a connection
 * until `work` is done.
 */
export async function snapshot<Result>(
  pool: pg.Pool,
  work: (ask: Ask) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  let failed: Error | undefined;
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const result = await work((statement, values) => ask(client, statement, values));
    await client.query('COMMIT');
    return result;
  } catch (error) {
    failed = error as Error;
    throw error;
  } finally {
    // A connection whose transaction did not end is closed, and not given to the next request.
    client.release(failed);
  }
}
