import type pg from 'pg';

/**
 * Makes a session read-only. It is a statement and not an option of the connection, so that `TO DEFAULT` is still what
 * the server, the database or the role is set to.
 */
export const READ_ONLY_SESSION = 'SET default_transaction_read_only = on';

/** `BEGIN READ WRITE` alone would write to a server that its operator has set to read-only. */
const BEGIN = [
  'BEGIN READ WRITE',
  'SET LOCAL default_transaction_read_only TO DEFAULT',
  'SHOW default_transaction_read_only',
];
/** Place of the answer to `SHOW` among the answers. */
const SHOWN = 2;

/** The server takes no writes, although this session could write. It has the SQLSTATE that other writes get. */
class ReadOnlyServerError extends Error {
  override name = 'ReadOnlyServerError';
  readonly code = '25006';

  constructor() {
    super('default_transaction_read_only is on for the server, the database or the role');
  }
}

/**
 * Begins a transaction that can write, with more statements in the same message.
 * @returns the answers to `more`
 * @throws if the server is a standby or was set to read-only. Statements that were sent in the meantime have run, so
 * roll back
 */
export async function beginWriting(
  connection: pg.ClientBase,
  ...more: string[]
): Promise<pg.QueryResult[]> {
  // One message with several statements has several answers, which the types of pg do not know.
  const answer: unknown = await connection.query([...BEGIN, ...more].join('; '));
  const answers = answer as pg.QueryResult[];
  const { default_transaction_read_only: isReadOnly } = answers[SHOWN]?.rows[0] ?? {};
  if (isReadOnly !== 'off') throw new ReadOnlyServerError();
  return answers.slice(BEGIN.length);
}
