import pg from 'pg';

/** Tests truncate and drop only databases with this prefix. */
export const TEST_PREFIX = 'srp_test_';

export function withDatabase(url: string, name: string): string {
  return Object.assign(new URL(url), { pathname: `/${name}` }).href;
}

/** The same URL for another role. */
export function withRole(url: string, { name, password }: { name: string; password: string }) {
  return Object.assign(new URL(url), { username: name, password }).href;
}

/** Runs statements in sequence on one connection. */
export async function execute(url: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

/** @throws if the URL names a database that tests must not change */
export function assertTestDatabase(url: string): string {
  const name = new URL(url).pathname.slice(1);
  if (!name.startsWith(TEST_PREFIX)) {
    throw new Error(
      `tests refuse the database "${name}", because its name does not begin with ${TEST_PREFIX}`,
    );
  }
  return name;
}

/** Copies all rows and the state of the sequences to a schema of this name. `restoreRows` puts them back. */
export const keepRows = (schema: string) => `
  CREATE SCHEMA ${schema};
  CREATE TABLE ${schema}._sequences AS
    SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public';
  DO $$
  DECLARE
    t TEXT;
    used BOOLEAN;
  BEGIN
    FOR t IN SELECT tablename FROM pg_tables
              WHERE schemaname = 'public' AND tablename <> '_prisma_migrations'
    LOOP
      EXECUTE format('SELECT EXISTS (SELECT 1 FROM public.%I)', t) INTO used;
      IF used THEN
        EXECUTE format('CREATE TABLE ${schema}.%1$I AS TABLE public.%1$I', t);
      END IF;
    END LOOP;
  END $$`;

/**
 * Puts kept rows in the place of those of their tables. The role `replica` disables triggers and foreign keys, which
 * would refuse to delete evidence.
 */
export const restoreRows = (schema: string) => `
  DO $$
  DECLARE
    t TEXT;
    last BIGINT;
  BEGIN
    SET LOCAL session_replication_role = replica;
    FOR t IN SELECT tablename FROM pg_tables
              WHERE schemaname = '${schema}' AND tablename <> '_sequences'
    LOOP
      EXECUTE format('DELETE FROM public.%I', t);
      EXECUTE format('INSERT INTO public.%1$I TABLE ${schema}.%1$I', t);
    END LOOP;
    FOR t, last IN TABLE ${schema}._sequences LOOP
      PERFORM setval(format('public.%I', t)::regclass, coalesce(last, 1), last IS NOT NULL);
    END LOOP;
  END $$`;
