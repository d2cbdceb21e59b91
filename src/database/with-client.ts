import pg from 'pg';
import { connection } from './connection.js';

/** Uses one connection with the settings of the server, and closes it. */
export async function withClient<T>(
  url: string,
  connectTimeoutMs: number,
  use: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({
    connectionTimeoutMillis: connectTimeoutMs,
    ...connection(url),
  });
  client.on('error', () => {});
  try {
    await client.connect();
    return await use(client);
  } finally {
    await client.end().catch(() => {});
  }
}
