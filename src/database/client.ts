import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import type { Config } from '../config/config.js';
import { PrismaClient } from '../generated/prisma/client.js';
import { PrismaPool } from './adopt.js';
import { Store } from './context.js';

/**
 * The pool that everything shares, and Prisma on top of it. Its connections are read-only until a transaction says
 * otherwise, as those of `transaction.ts` do: a write anywhere else fails (SQLSTATE 25006).
 */
export interface Database {
  readonly pool: pg.Pool;
  readonly prisma: PrismaClient;
  /** Both, for contexts: see `callContext`. */
  readonly store: Store;
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

/** The schema that Prisma's URLs name with `?schema=`, which pg does not know. */
function schemaOf(url: string): string {
  return new URL(url).searchParams.get('schema') ?? 'public';
}

/** Session options for that schema, and others. */
export function sessionOptions(url: string, ...others: string[]): { options?: string } {
  const schema = schemaOf(url);
  const options = [...(schema === 'public' ? [] : [`-c search_path="${schema}"`]), ...others];
  return options.length > 0 ? { options: options.join(' ') } : {};
}

/** Each is kept by every connection, here and in PostgreSQL. */
const MAX_STATEMENTS = 500;

/**
 * Names for Prisma's statements: with a name PostgreSQL parses and plans each once a connection, and that
 * is most of what a short one costs. Texts beyond the first 500 get none: Prisma writes lists of values as
 * lists of parameters, of any length.
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

/** Opens no connection: the pool does so when the first query comes. */
export function openDatabase(
  url: string,
  settings: PoolSettings,
  onIdleError: (error: Error) => void = () => {},
): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: settings.DATABASE_POOL_MAX,
    connectionTimeoutMillis: settings.DATABASE_CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: settings.DATABASE_IDLE_TIMEOUT_MS,
    statement_timeout: settings.DATABASE_STATEMENT_TIMEOUT_MS,
    // PostgreSQL keeps that limit; this one holds where it is frozen or cut off.
    query_timeout: settings.DATABASE_STATEMENT_TIMEOUT_MS + 1000,
    lock_timeout: settings.DATABASE_LOCK_TIMEOUT_MS,
    // Nothing of ours thinks between two statements of a transaction for as long as one may run.
    idle_in_transaction_session_timeout: settings.DATABASE_STATEMENT_TIMEOUT_MS,
    keepAlive: true,
    application_name: 'secure-release-platform',
    ...sessionOptions(url, '-c default_transaction_read_only=on'),
  });
  pool.on('error', onIdleError); // without a listener a lost idle connection ends the process
  // Between the pool, which stops listening, and Prisma, which does not listen yet, an error would find
  // nobody, and end the process.
  pool.on('connect', (client) => client.on('error', () => {}));
  // PostgreSQL may not have heard of the end of a transaction whose statement was not answered in time.
  // Prisma gives such a connection back like any other; the next request's work would be a part of it.
  pool.on('release', (_error, client) => {
    if (client.getTransactionStatus() !== 'I') client.end().catch(() => {});
  });
  const prisma = new PrismaClient({
    // Anything else notes for each call where it came from, and quotes sources in messages.
    errorFormat: 'minimal',
    adapter: new PrismaPg(new PrismaPool(pool), {
      schema: schemaOf(url),
      statementNameGenerator: statementNames(),
    }),
    transactionOptions: {
      // Longer than the pool's own limits, which come first and clean up after themselves.
      maxWait: settings.DATABASE_CONNECT_TIMEOUT_MS + 1000,
      timeout: settings.DATABASE_STATEMENT_TIMEOUT_MS + 2000,
    },
  });
  return {
    pool,
    prisma,
    store: new Store({ pool, prisma }),
    async close() {
      await prisma.$disconnect();
      await pool.end();
    },
  };
}
