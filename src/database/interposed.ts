import type pg from 'pg';
import { INTERPOSED } from './interposed.sql.js';
import { SchemaError } from './schema-error.js';

/**
 * What stands between the server and its tables.
 * @param isNewer a newer version migrated the database, and may have made triggers that this one does not know
 */
export async function interposed(client: pg.ClientBase, isNewer: boolean): Promise<string[]> {
  const { rows } = await client.query<{ found: string }>(INTERPOSED.text, [!isNewer]);
  return rows.map(({ found }) => found);
}

const MOST_NAMED = 5;

/** @throws {SchemaError} if something stands between the server and its tables */
export async function refuseInterposed(client: pg.ClientBase, isNewer: boolean): Promise<void> {
  const found = await interposed(client, isNewer);
  if (found.length === 0) return;
  const more = found.length > MOST_NAMED ? ` and ${found.length - MOST_NAMED} more` : '';
  throw new SchemaError(
    `the database has ${found.slice(0, MOST_NAMED).join(', ')}${more}. The server could see or store other rows than ` +
      'those of its tables. Nothing was changed. Remove what migrations did not make. See ' +
      'docs/operations.md#something-stands-between-the-server-and-its-tables',
  );
}
