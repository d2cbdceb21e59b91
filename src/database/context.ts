import type pg from 'pg';
import type { Caller } from '../access/caller.js';
import type { Prisma, PrismaClient } from '../generated/prisma/client.js';
import { type Ask, ask, type Statement, snapshot } from './sql.js';

type Reading =
  | 'findUnique'
  | 'findUniqueOrThrow'
  | 'findFirst'
  | 'findFirstOrThrow'
  | 'findMany'
  | 'count'
  | 'aggregate'
  | 'groupBy';

/** What of Prisma's client reads. Nothing that begins with `$`: plain SQL goes through `query`. */
export type ReadClient = {
  readonly [Model in Uncapitalize<Prisma.ModelName>]: Pick<PrismaClient[Model], Reading>;
};

interface Opened {
  readonly pool: pg.Pool;
  readonly prisma: PrismaClient;
}

/** Where a request reads and changes. Only `database/` opens it: features use `query`, `bookkeeping` and `change`. */
export class Store {
  readonly #database: Opened;

  constructor(database: Opened) {
    this.#database = database;
  }

  static open(store: Store): Opened {
    return store.#database;
  }
}

/** For whom a service works, and where it reads. Changes go through `change` (src/events). */
export interface CallContext {
  readonly caller: Caller;
  /** Names the request in the log. */
  readonly requestId: string;
  readonly prisma: ReadClient;
  readonly store: Store;
}

/** Prisma's models in a transaction. Plain SQL in it goes through `query`. */
export type WriteClient = {
  readonly [Model in Uncapitalize<Prisma.ModelName>]: PrismaClient[Model];
};

/** What a transaction under way adds to a context. */
export interface Transaction {
  /** The first use costs as much as a plain INSERT: a hot change does without. */
  readonly prisma: WriteClient;
  readonly connection: pg.PoolClient;
}

/** Where to read: at least a store. */
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
 * Runs a statement and returns its rows: in the transaction under way, or else on a connection that only reads.
 */
export function query<Row extends object>(
  context: Place | Inside<Place>,
  statement: Statement,
  values: unknown[],
): Promise<Row[]> {
  const where = isInTransaction(context) ? context.connection : Store.open(context.store).pool;
  return ask<Row>(where, statement, values);
}

/** Reads of one moment; see `snapshot`. */
export function readTogether<Result>(
  { store }: Place,
  work: (ask: Ask) => Promise<Result>,
): Promise<Result> {
  return snapshot(Store.open(store).pool, work);
}
