import type pg from 'pg';

/**
 * Names of settings that apply to sessions of a role in this database. PostgreSQL lets each role give itself settings
 * (`ALTER ROLE … SET`), and takes them only from a superuser. `$1`: name of the role, or null for all that may delete
 * rows of the log's queue without owning it, as the server's role may.
 */
export const ROLE_SETTINGS = {
  text: `SELECT r.rolname AS role, split_part(setting, '=', 1) AS name
           FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole CROSS JOIN unnest(s.setconfig) setting
          WHERE s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
            AND CASE WHEN $1::text IS NOT NULL THEN r.rolname = $1
                     ELSE has_table_privilege(r.oid, 'log_queue', 'DELETE') AND NOT r.rolsuper
                          AND NOT EXISTS (SELECT 1 FROM pg_class WHERE oid = 'log_queue'::regclass AND relowner = r.oid)
                END
          ORDER BY 1, 2`,
};

/** The names of the settings that a role has of its own, by default the role of the session. */
export async function roleSettings(client: pg.ClientBase, role?: string): Promise<string[]> {
  const { rows } = await client.query<{ user: string }>('SELECT current_user AS user');
  const own = await client.query<{ name: string }>(ROLE_SETTINGS.text, [role ?? rows[0]?.user]);
  return own.rows.map(({ name }) => name);
}
