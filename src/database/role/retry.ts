import type pg from 'pg';

/** Roles are shared by all databases of a server, and another start may change them at the same time. */
const CHANGED_MEANWHILE = ['23505', '42710', 'XX000'];
const ATTEMPTS = 5;

/** Repeats what another start changed at the same time. */
export async function inTransaction(
  client: pg.ClientBase,
  work: () => Promise<void>,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.query('BEGIN');
      await work();
      await client.query('COMMIT');
      return;
    } catch (error) {
      await client.query('ROLLBACK');
      const { code = '' } = error as pg.DatabaseError;
      if (!CHANGED_MEANWHILE.includes(code) || attempt === ATTEMPTS) throw error;
    }
  }
}
