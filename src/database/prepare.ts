import type pg from 'pg';
import type { DatabaseAccess } from './access.js';
import { refuseInterposed } from './interposed.js';
import { type PreparedSchema, type PrepareOptions, prepareSchemaOn } from './migrate.js';
import { loginOf } from './role/login.js';
import { roleSettings } from './role/settings.js';
import { checkRole, prepareRole } from './server-role.js';
import { withClient } from './with-client.js';

const INSUFFICIENT_PRIVILEGE = '42501';

/** The result of {@link prepareDatabase}. */
export interface PreparedDatabase extends PreparedSchema {
  /** Whether the server logs in as a role that may rewrite the record, such as the owner. */
  readonly mayRewrite: boolean;
  /** The role of the server, if it was made, or its rights were not as they must be. */
  readonly granted: string | undefined;
  /** Names of settings that the role of the server has of its own. */
  readonly roleSettings: readonly string[];
}

/** Prepares the database with the only role that there is. */
async function prepareAlone(client: pg.Client, url: string, apply: boolean) {
  const prepared = await prepareSchemaOn(client, url, apply).catch(
    async (error: pg.DatabaseError) => {
      if (error.code === INSUFFICIENT_PRIVILEGE) await checkRole(client); // names all that is missing
      throw error;
    },
  );
  await refuseInterposed(client, prepared.unknown.length > 0);
  const mayRewrite = await checkRole(client);
  return { ...prepared, mayRewrite, granted: undefined, roleSettings: await roleSettings(client) };
}

/**
 * Prepares the schema, as `prepareSchema` does, and then the role of the server. Without the owner's URL it only checks
 * that the role has its rights. A newer version has granted what it needs, so its rights are left as they are.
 * @throws {SchemaError} also if the role cannot be made, or lacks a right, or something stands between the server and
 * its tables
 */
export function prepareDatabase(
  { url, ownerUrl }: DatabaseAccess,
  { apply, connectTimeoutMs }: PrepareOptions,
): Promise<PreparedDatabase> {
  return withClient(ownerUrl ?? url, connectTimeoutMs, async (client) => {
    if (ownerUrl === undefined) return prepareAlone(client, url, apply);
    const prepared = await prepareSchemaOn(client, ownerUrl, apply);
    await refuseInterposed(client, prepared.unknown.length > 0);
    const login = { url, connectTimeoutMs };
    const granted = await prepareRole(client, login, { grant: prepared.unknown.length === 0 });
    const settings = await roleSettings(client, loginOf(url).role);
    return { ...prepared, mayRewrite: false, granted, roleSettings: settings };
  });
}
