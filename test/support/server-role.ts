import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import type { DatabaseAccess } from '../../src/database/access.js';
import { prepareSchema } from '../../src/database/migrate.js';
import { prepareDatabase } from '../../src/database/prepare.js';
import { execute, withRole } from '../setup/databases.js';
import { createEmptyDatabase } from './database.js';

const OPTIONS = { apply: true, connectTimeoutMs: 5000 };

/** Uses one connection, and closes it. */
export async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>) {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  return use(client).finally(() => client.end());
}

/** An empty database, and names of roles for it, which exist only if somebody creates them. */
export async function createOwnedDatabase() {
  const database = await createEmptyDatabase();
  const roles: string[] = [];
  const login = (name: string) => ({
    name: `${inject('runPrefix')}_${name}_${randomBytes(3).toString('hex')}`,
    password: randomBytes(12).toString('hex'),
  });
  const server = login('server');
  roles.push(server.name);
  const access: DatabaseAccess = {
    url: withRole(database.url, server),
    ownerUrl: database.url,
  };
  return {
    server,
    access,
    ownerUrl: database.url,
    /** Migrates, and makes the role. */
    prepare: (other: Partial<DatabaseAccess> = {}) =>
      prepareDatabase({ ...access, ...other }, OPTIONS),
    migrate: () => prepareSchema(database.url, OPTIONS),
    /** Runs statements as the owner. */
    execute: (...statements: string[]) => execute(database.url, ...statements),
    /** Creates another role, such as an owner with less rights. */
    async createRole(attributes: string) {
      const role = login('other');
      roles.push(role.name);
      await execute(
        database.url,
        `CREATE ROLE ${role.name} LOGIN PASSWORD '${role.password}' ${attributes}`,
      );
      return role;
    },
    async drop() {
      await database.drop();
      const drops = roles.map((name) => `DROP ROLE IF EXISTS ${name}`);
      await execute(inject('serverUrl'), ...drops.reverse());
    },
  };
}
