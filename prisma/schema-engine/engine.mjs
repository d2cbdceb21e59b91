import { randomUUID } from 'node:crypto';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import { connect, withClient, withDatabase } from './connection.mjs';
import { loadSchemaEngine, panic } from './load.mjs';

/** Opens a connection to a fresh database that is dropped with it: what `migrate dev` replays into. */
async function connectToShadowDatabase(url, open) {
  const name = `prisma_migrate_shadow_db_${randomUUID()}`;
  await withClient(url, (client) => client.query(`CREATE DATABASE "${name}"`));
  const shadow = await open(withDatabase(url, name));
  const dispose = shadow.dispose.bind(shadow);
  shadow.dispose = async () => {
    await dispose();
    await withClient(url, (client) =>
      client.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`),
    );
  };
  return shadow;
}

/**
 * A schema engine bound to a database. `onConnect` is SQL for its session there. `explain` turns the engine's error
 * into text that a person can act on, with PostgreSQL's own words; `close` ends every connection that it opened.
 */
export async function createEngine(url, { datamodels, onConnect } = {}) {
  const SchemaEngine = await loadSchemaEngine();
  const opened = [];
  let sqlError;
  const open = async (target) => {
    const adapter = await connect(target, (message) => {
      sqlError = message;
    });
    opened.push(adapter);
    return adapter;
  };
  const factory = bindMigrationAwareSqlAdapterFactory({
    provider: 'postgres',
    adapterName: '@prisma/adapter-pg',
    async connect() {
      const adapter = await open(url);
      if (onConnect) await adapter.underlyingDriver().query(onConnect);
      return adapter;
    },
    connectToShadowDb: () => connectToShadowDatabase(url, open),
  });
  const close = () => Promise.allSettled(opened.splice(0).map((adapter) => adapter.dispose()));
  const engine = await SchemaEngine.new({ datamodels }, () => {}, factory).catch(async (error) => {
    await close();
    throw error;
  });

  const explain = (error) => {
    const text = error.message.replace(
      /External error id#(\d+)/,
      (found, id) => factory.errorRegistry.consumeError(Number(id))?.error?.message ?? found,
    );
    return (panic.message || text) + (sqlError ? `\nPostgreSQL: ${sqlError}` : '');
  };
  return { engine, explain, close };
}
