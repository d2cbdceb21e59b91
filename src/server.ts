import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { buildApp, jobs } from './app.js';
import { readBuildInfo } from './config/build-info.js';
import { authMode, type Config, ConfigError, loadConfig, loadDotEnv } from './config/config.js';
import { createLogger, isPretty } from './config/logger.js';
import { signInSettings } from './config/sign-in.js';
import { databaseAccess } from './database/access.js';
import { type Database, openDatabase } from './database/client.js';
import {
  type EmbeddedDatabase,
  EmbeddedDatabaseError,
  startEmbedded,
} from './database/embedded/embedded.js';
import { isDatabaseUnavailable, rootCause } from './database/errors.js';
import { noticesOf } from './database/notices.js';
import { prepareDatabase } from './database/prepare.js';
import { SchemaError } from './database/schema-error.js';
import { newOrigin, openTransparency, type Transparency } from './features/transparency/index.js';
import { openWebhooks, type Webhooks } from './features/webhooks/index.js';
import { type RunningJobs, startJobs } from './jobs/runner.js';
import { type Keys, KeysError, openKeys } from './security/signing/keys.js';
import type { Tracing } from './tracing/tracing.js';

/** Everything that has been opened so far. */
interface Running {
  embedded?: EmbeddedDatabase;
  /** The embedded PostgreSQL ended, and does not run again yet. */
  embeddedFails?: boolean;
  /** Awaited before the database stops, so that a migration is not interrupted. */
  schema?: Promise<unknown>;
  database?: Database;
  app?: FastifyInstance;
  jobs?: RunningJobs;
  transparency?: Transparency;
  webhooks?: Webhooks;
  tracing?: Tracing;
}

/** Ctrl-C may arrive twice, from the terminal and from npm. A later signal ends the process at once. */
const REPEATED_SIGNAL_MS = 500;

/** Closes everything, even if a step fails. Throws the first failure. */
async function close({ app, jobs, database, schema, embedded, tracing }: Running): Promise<void> {
  const jobsStopped = jobs?.stop(); // runs while the last requests are served
  const steps = [
    () => app?.close(),
    () => jobsStopped,
    () => database?.close(),
    () => tracing?.close(),
    () => schema?.catch(() => {}), // `start` reports its failure
    () => embedded?.stop(),
  ];
  let failure: unknown;
  for (const step of steps) {
    await Promise.resolve(step()).catch((error: unknown) => {
      failure ??= error;
    });
  }
  if (failure !== undefined) throw failure;
}

/** A database URL that is safe to log. The query is removed, because pg also reads a password from it. */
function withoutSecrets(url: string): string {
  const { protocol, username, password, host, pathname } = new URL(url);
  const user = username && `${username}${password && ':***'}@`;
  return `${protocol}//${user}${host}${pathname}`;
}

/** The message for the person who starts the server. undefined: a fault of this program. */
function startFailure(error: unknown, databaseUrl: string | undefined): string | undefined {
  if (error instanceof ConfigError || error instanceof EmbeddedDatabaseError) return error.message;
  if (error instanceof SchemaError || error instanceof KeysError) return error.message;
  const { code, message } = error as NodeJS.ErrnoException;
  const where = databaseUrl ? withoutSecrets(databaseUrl) : 'the database';
  // PostgreSQL's own message, such as a wrong password or a missing database.
  if (/^(25006|28|3D|42501)/.test(code ?? '')) return `cannot use ${where}: ${message}`;
  if (isDatabaseUnavailable(error)) return `cannot reach ${where} (${code ?? message})`;
  return undefined;
}

/** @throws {ConfigError} names the variable to change */
function cannotListen(error: NodeJS.ErrnoException & { port?: number }): never {
  const { code, port } = error;
  if (code === 'EADDRINUSE') {
    throw new ConfigError(`port ${port} is used by another program: set PORT`);
  }
  if (code === 'EACCES')
    throw new ConfigError(`this user may not listen on port ${port}: set PORT`);
  throw new ConfigError(`HOST is not an address of this machine (${code})`);
}

/** Starts the embedded PostgreSQL, logs when it does not run, and keeps that for the readiness probe. */
function embed(config: Config, running: Running): EmbeddedDatabase {
  return startEmbedded({
    dir: config.EMBEDDED_PG_DIR,
    port: config.EMBEDDED_PG_PORT,
    onTrouble: (cause) => {
      running.embeddedFails = cause !== undefined;
      if (cause === undefined) running.app?.log.info('the embedded PostgreSQL runs again');
      else running.app?.log.error({ cause }, 'the embedded PostgreSQL does not run, trying again');
    },
  });
}

/** The keys, or undefined without a folder for them: then nothing is signed. */
async function keysOf(config: Config): Promise<Keys | undefined> {
  const { SIGNING_KEYS_DIR: dir } = config;
  return dir === undefined ? undefined : openKeys(dir, () => newOrigin(config));
}

async function start(config: Config, running: Running): Promise<void> {
  const opening = keysOf(config);
  opening.catch(() => {}); // thrown below, where it is awaited
  if (!config.DATABASE_URL) running.embedded = embed(config, running);
  const logger = await createLogger(config);
  const access = await databaseAccess(config, await running.embedded?.ready);
  const { url } = access;
  const build = readBuildInfo();
  if (config.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined) {
    // Its packages are loaded by those who want traces only.
    const { openTracing } = await import('./tracing/tracing.js');
    running.tracing = openTracing(build, config.OTEL_EXPORTER_OTLP_ENDPOINT);
  }
  const schema = prepareDatabase(access, {
    apply: config.MIGRATE_ON_START,
    connectTimeoutMs: config.DATABASE_CONNECT_TIMEOUT_MS,
  });
  running.schema = schema;
  running.database = openDatabase(url, config, (error) => {
    running.app?.log.warn({ cause: rootCause(error) }, 'lost a database connection');
  });
  const keys = await opening;
  const { store } = running.database;
  if (keys) running.transparency = openTransparency({ store, keys });
  const { SIGNING_KEYS_DIR: keysFolder } = config;
  if (keysFolder !== undefined) running.webhooks = openWebhooks({ store, config, keysFolder });
  const building = buildApp({
    config,
    database: running.database,
    build,
    logger,
    transparency: running.transparency,
    webhooks: running.webhooks,
    tracing: running.tracing?.plugin,
    embeddedTrouble: () =>
      running.embeddedFails
        ? 'The server starts its embedded PostgreSQL again every few seconds'
        : undefined,
  });
  // The application is built while the schema is checked or migrated.
  const [{ applied, unknown, granted, mayRewrite, roleSettings }, app] = await Promise.all([
    schema.catch((error: unknown) => {
      const message = startFailure(error, access.ownerUrl ?? url);
      throw message === undefined ? error : new SchemaError(message, { cause: error });
    }),
    building.then(async (built) => {
      running.app = built;
      await built.ready();
      return built;
    }),
  ]);
  if (applied.length > 0) app.log.info({ migrations: applied }, 'applied migrations');
  for (const notice of noticesOf(applied)) app.log.warn(notice);
  if (unknown.length > 0) {
    app.log.warn({ migrations: unknown }, 'the database was migrated by a newer version');
  }
  if (granted) app.log.info({ role: granted }, 'granted the rights of the server');
  if (mayRewrite) {
    const setting = 'MIGRATION_DATABASE_URL';
    app.log.warn({ setting }, 'the database role of this server may rewrite the record');
  }
  if (roleSettings.length > 0) {
    app.log.warn(
      { settings: roleSettings },
      'the database role of this server has settings of its own',
    );
  }
  const address = await app.listen({ host: config.HOST, port: config.PORT }).catch(cannotListen);
  running.transparency?.start();
  const allJobs = [...jobs, ...(running.webhooks?.jobs ?? [])];
  app.expectJobs(allJobs);
  running.jobs = startJobs({
    jobs: allJobs,
    database: running.database,
    log: app.log,
    observe: app.observeJob,
  });
  // A banner for a person. A log collector gets JSON lines only; Fastify's own line has the address.
  if (running.embedded || isPretty(config)) {
    const where = running.embedded ? ` (embedded, in ${config.EMBEDDED_PG_DIR})` : '';
    process.stdout.write(
      `\n  ${build.name} ${build.version} (${build.commit.slice(0, 12)})\n\n` +
        `  API         ${address}\n  Swagger UI  ${address}/docs\n` +
        `  Database    ${withoutSecrets(url)}${where}\n\n`,
    );
  }
}

/** Runs the server until a signal or a failed start ends the process. */
async function main(): Promise<void> {
  const running: Running = {};
  let stopping: number | undefined;

  const stop = async (exitCode: number, timeoutMs: number) => {
    if (stopping !== undefined) {
      if (Date.now() - stopping > REPEATED_SIGNAL_MS) process.exit(exitCode || 130);
      return;
    }
    stopping = Date.now();
    const delay = running.app?.server.listening ? delayMs : 0;
    const timer = setTimeout(() => process.exit(1), delay + timeoutMs);
    running.app?.drain();
    if (delay > 0) await sleep(delay);
    const failed = await close(running).then(
      () => false,
      (error: unknown) => {
        console.error(error);
        return true;
      },
    );
    clearTimeout(timer);
    process.exit(failed ? 1 : exitCode);
  };

  let timeout = 10_000;
  let delayMs = 0;
  process.on('SIGINT', () => stop(0, timeout)).on('SIGTERM', () => stop(0, timeout));
  process.on('SIGHUP', () => stop(0, timeout));

  try {
    loadDotEnv();
    const config = loadConfig();
    authMode(config); // throws before anything is opened
    signInSettings(config);
    timeout = config.SHUTDOWN_TIMEOUT_MS;
    delayMs = config.SHUTDOWN_DELAY_MS;
    await start(config, running);
  } catch (error) {
    if (stopping !== undefined) return; // the signal handler ends the process
    console.error(`cannot start: ${startFailure(error, undefined) ?? (error as Error).stack}`);
    await stop(1, timeout);
  }
}

await main();
