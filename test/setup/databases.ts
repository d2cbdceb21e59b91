import pg from 'pg';

/** Tests truncate and drop only databases with this prefix. */
export const TEST_PREFIX = 'srp_test_';

export function withDatabase(url: string, name: string): string {
  return Object.assign(new URL(url), { pathname: `/${name}` }).href;
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
