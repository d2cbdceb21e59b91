import type pg from 'pg';
import type { Caller } from '../access/caller.js';
import type { Prisma, PrismaClient } from '../generated/prisma/client.js';
import type { PrismaPool } from './adopt.js';
import type { SessionPool } from './pool.js';
import { type Read, run, type Statement, snapshot } from './sql.js';

type Reading =
  | 'findUnique'
  | 'findUniqueOrThrow'
  | 'findFirst'
  | 'findFirstOrThrow'
  | 'findMany'
  | 'count'
  | 'aggregate'
  | 'groupBy';

/** The reading part of Prisma's client. It has no `$` methods: use `query` for plain SQL. */
export type ReadClient = {
  readonly [Model in Uncapitalize<Prisma.ModelName>]: Pick<PrismaClient[Model], Reading>;
};

interface Opened {
  readonly pool: SessionPool;
  readonly prisma: PrismaClient;
  readonly prismaPool: PrismaPool;
}

/** The database of a request. Only `database/` opens it. Features use `query`, `bookkeeping` and `change`. */
export class Store {
  readonly #database: Opened;

  constructor(database: Opened) {
    this.#database = database;
  }

  static open(store: Store): Opened {
    return store.#database;
  }
}

/** The caller and the read access of a service. Changes go through `change` (src/events). */
export interface CallContext {
  readonly caller: Caller;
  /** Id of the request in the log. */
  readonly requestId: string;
  readonly prisma: ReadClient;
  readonly store: Store;
}

/** Prisma's models in a transaction. Use `query` for plain SQL. */
export type WriteClient = {
  readonly [Model in Uncapitalize<Prisma.ModelName>]: PrismaClient[Model];
};

/** The members that an open transaction adds to a context. */
export interface Transaction {
  /** The first use costs as much as an INSERT, so hot changes use `query`. */
  readonly prisma: WriteClient;
  readonly connection: pg.PoolClient;
}

/** A context that can at least read. */
export interface Place {
  readonly store: Store;
}

export type Inside<Context extends Place> = Omit<Context, keyof Transaction> & Transaction;

export type TransactionContext = Inside<CallContext>;

export const isInTransaction = <Context extends Place>(
  context: Context | Inside<Context>,
): context is Inside<Context> => 'connection' in context;

export function callContext(store: Store, caller: Caller, requestId: string): CallContext {
  return { caller, requestId, prisma: Store.open(store).prisma, store };
}

/**
 * Runs a statement and returns its rows. Without an open transaction, the connection is read-only.
 */
export function query<Row extends object>(
  context: Place | Inside<Place>,
  statement: Statement,
  values: unknown[],
): Promise<Row[]> {
  const where = isInTransaction(context) ? context.connection : Store.open(context.store).pool;
  return run<Row>(where, statement, values);
}

/** Runs several reads on one snapshot of the data; see `snapshot`. */
export function readTogether<Result>(
  { store }: Place,
  work: (read: Read) => Promise<Result>,
): Promise<Result> {
  return snapshot(Store.open(store).pool, work);
}
