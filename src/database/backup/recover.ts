import { createServer } from 'node:net';
import pg from 'pg';
import { startEmbedded } from '../embedded/embedded.js';
import { schemaState } from '../schema-state.js';
import { BackupError } from './description.js';

/** What the recovered database holds. */
export interface Recovered {
  readonly migrations: readonly string[];
  /** Rows of the main tables, by name. A table that the schema does not have yet is left out. */
  readonly rows: Readonly<Record<string, number>>;
}

const COUNTED = ['projects', 'releases', 'evidence', 'verdicts'];

/** A port of 127.0.0.1 that is currently free. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

async function look(client: pg.Client): Promise<Recovered> {
  const { applied, edited } = await schemaState(client);
  if (edited.length > 0) {
    throw new BackupError(
      `the backup was migrated by other files than those of this server: ${edited.join(', ')}. Nothing was changed. ` +
        'See docs/operations.md#the-database-was-migrated-by-other-files',
    );
  }
  const rows: Record<string, number> = {};
  for (const table of COUNTED) {
    const found = await client.query('SELECT to_regclass($1) AS name', [table]);
    if (found.rows[0]?.name === null) continue;
    const counted = await client.query<{ n: number }>(`SELECT count(*)::float8 AS n FROM ${table}`);
    rows[table] = counted.rows[0]?.n ?? 0;
  }
  return { migrations: applied, rows };
}

/**
 * Starts PostgreSQL on unpacked data, so that it applies the write-ahead log of the backup, and stops it again.
 * @throws {BackupError} if this server could not use the database
 */
export async function recover(dir: string): Promise<Recovered> {
  const embedded = startEmbedded({ dir, port: await freePort() });
  try {
    const client = new pg.Client({ connectionString: await embedded.ready });
    client.on('error', () => {});
    await client.connect();
    return await look(client).finally(() => client.end());
  } finally {
    await embedded.stop();
  }
}
