import pg from 'pg';

/** Nothing without this prefix is ever truncated or dropped. */
export const TEST_PREFIX = 'srp_test_';

export function withDatabase(url: string, name: string): string {
  return Object.assign(new URL(url), { pathname: `/${name}` }).href;
}

/** Runs statements one after the other on one connection. */
export async function execute(url: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

/** @throws when the URL names a database that tests must not touch */
export function assertTestDatabase(url: string): string {
  const name = new URL(url).pathname.slice(1);
  if (!name.startsWith(TEST_PREFIX)) {
    throw new Error(`refusing to test on "${name}": its name does not start with ${TEST_PREFIX}`);
  }
  return name;
}
