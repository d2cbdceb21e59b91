import { PrismaPg } from '@prisma/adapter-pg';
import type pg from 'pg';
import type { Config } from '../config/config.js';
import { PrismaClient } from '../generated/prisma/client.js';
import { PrismaPool } from './adopt.js';
import { connection, schemaOf } from './connection.js';
import { Store } from './context.js';
import { SessionPool } from './pool.js';

/**
 * The shared pool, and Prisma on top of it. Connections are read-only by default. Only the transactions of
 * `transaction.ts` can write: any other write fails with SQLSTATE 25006.
 */
export interface Database {
  readonly pool: SessionPool;
  readonly prisma: PrismaClient;
  /** Both, for contexts: see `callContext`. */
  readonly store: Store;
  /** Settings of a read-only connection, for threads that open their own. They contain the password. */
  readonly connectionSettings: pg.ClientConfig;
  close(): Promise<void>;
}

type PoolSettings = Pick<
  Config,
  | 'DATABASE_POOL_MAX'
  | 'DATABASE_CONNECT_TIMEOUT_MS'
  | 'DATABASE_STATEMENT_TIMEOUT_MS'
  | 'DATABASE_LOCK_TIMEOUT_MS'
  | 'DATABASE_IDLE_TIMEOUT_MS'
>;

/** Every connection caches each statement, in the driver and in PostgreSQL. */
const MAX_STATEMENTS = 500;

/**
 * Names Prisma's statements, so that PostgreSQL parses and plans each only once per connection. That is most of the
 * cost of a short statement. Only the first 500 texts get a name, because lists of values produce any number of texts.
 */
function statementNames(): (query: { sql: string }) => string {
  const names = new Map<string, string>();
  return ({ sql }) => {
    const known = names.get(sql);
    if (known !== undefined || names.size >= MAX_STATEMENTS) return known ?? '';
    const name = `prisma-${names.size}`;
    names.set(sql, name);
    return name;
  };
}

/** Opens no connection. The pool connects for the first query. */
export function openDatabase(
  url: string,
  settings: PoolSettings,
  onIdleError: (error: Error) => void = () => {},
): Database {
  const own = connection(url);
  const pool = new SessionPool({
    max: settings.DATABASE_POOL_MAX,
    connectionTimeoutMillis: settings.DATABASE_CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: settings.DATABASE_IDLE_TIMEOUT_MS,
    statement_timeout: settings.DATABASE_STATEMENT_TIMEOUT_MS,
    // PostgreSQL enforces the limit above. This one applies if PostgreSQL hangs or is unreachable.
    query_timeout: settings.DATABASE_STATEMENT_TIMEOUT_MS + 1000,
    lock_timeout: settings.DATABASE_LOCK_TIMEOUT_MS,
    // This program never pauses that long between two statements of a transaction.
    idle_in_transaction_session_timeout: settings.DATABASE_STATEMENT_TIMEOUT_MS,
    keepAlive: true,
    // A statement may be sent before the one before it is answered: see `transaction.ts`.
    pipeline: true,
    application_name: 'secure-release-platform',
    ...own,
  });
  pool.on('error', onIdleError); // without a listener, a lost idle connection ends the process
  // When a connection moves from the pool to Prisma, it briefly has no error listener. An error would then end the
  // process.
  pool.on('connect', (client) => client.on('error', () => {}));
  // After a client-side timeout, the transaction may still be open in PostgreSQL. Prisma releases such a connection
  // as usual, and the next request would run in that transaction.
  pool.on('release', (_error, client) => {
    if (client.getTransactionStatus() !== 'I') client.end().catch(() => {});
  });
  const prismaPool = new PrismaPool(pool);
  const prisma = new PrismaClient({
    // Other formats record a stack per call and quote source code in messages.
    errorFormat: 'minimal',
    adapter: new PrismaPg(prismaPool, {
      schema: schemaOf(url),
      statementNameGenerator: statementNames(),
    }),
    transactionOptions: {
      // Longer than the pool's own limits, which apply first and clean up.
      maxWait: settings.DATABASE_CONNECT_TIMEOUT_MS + 1000,
      timeout: settings.DATABASE_STATEMENT_TIMEOUT_MS + 2000,
    },
  });
  return {
    pool,
    prisma,
    store: new Store({ pool, prisma, prismaPool }),
    connectionSettings: {
      ...own,
      connectionTimeoutMillis: settings.DATABASE_CONNECT_TIMEOUT_MS,
    },
    async close() {
      await prisma.$disconnect();
      await pool.end();
    },
  };
}
