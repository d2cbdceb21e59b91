import pg from 'pg';
import type { Prisma, PrismaClient } from '../generated/prisma/client.js';

/** `transaction.ts` begins and ends the transaction, so these statements of Prisma are not sent. */
const OWN = /^(?:BEGIN|COMMIT|ROLLBACK)$/;
const NOTHING = { rows: [], fields: [], rowCount: 0, command: '', oid: 0 };

/** A proxy of the connection for Prisma. It cannot end the transaction or release the connection. */
function guest(client: pg.PoolClient): pg.PoolClient {
  const query = (config: pg.QueryConfig) =>
    OWN.test(config.text) ? Promise.resolve(NOTHING) : client.query(config);
  return new Proxy(client, {
    get(target, name) {
      if (name === 'query') return query;
      if (name === 'release') return () => {};
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/**
 * The pool for Prisma. It uses the connections of the shared pool, but a transaction of `prismaOn` runs on the
 * connection that is passed there. It opens no connections itself.
 */
export class PrismaPool extends pg.Pool {
  readonly #shared: pg.Pool;
  /** The connection of the transaction that Prisma opens now. */
  #handed: pg.PoolClient | undefined;
  #opened: Promise<unknown> = Promise.resolve();

  constructor(shared: pg.Pool) {
    super(shared.options);
    this.#shared = shared;
    this.query = shared.query.bind(shared) as typeof this.query;
  }

  /**
   * Hands a connection to the transaction that `open` begins. Prisma says for none of its calls to `connect` which
   * transaction it is for, so one opens after another. Opening sends no statement, and takes some microtasks. An
   * `AsyncLocalStorage` would make each promise of the process dearer from its first use on.
   */
  hand<Opened>(client: pg.PoolClient, open: () => Promise<Opened>): Promise<Opened> {
    const opened = this.#opened.then(async () => {
      this.#handed = client;
      try {
        return await open();
      } finally {
        this.#handed = undefined;
      }
    });
    this.#opened = opened.catch(() => {});
    return opened;
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(
    callback: (
      error: Error | undefined,
      client: pg.PoolClient | undefined,
      done: (release?: unknown) => void,
    ) => void,
  ): void;
  override connect(...args: unknown[]): Promise<pg.PoolClient> | undefined {
    if (args.length > 0) throw new Error('the driver adapter of Prisma connects by promise');
    const client = this.#handed;
    this.#handed = undefined;
    return client ? Promise.resolve(guest(client)) : this.#shared.connect();
  }
}

export interface Adopted {
  readonly prisma: Prisma.TransactionClient;
  /** Detaches Prisma from the connection. Call it before the transaction ends. */
  end(): Promise<void>;
}

/** Longer than any transaction, so that PostgreSQL's own limits apply first. */
const NO_LIMIT_MS = 2_147_483_647;

/** Opens Prisma on a connection that has an open transaction. */
export async function prismaOn(
  { prisma, prismaPool }: { readonly prisma: PrismaClient; readonly prismaPool: PrismaPool },
  client: pg.PoolClient,
): Promise<Adopted> {
  let finish = () => {};
  let done: Promise<void> | undefined;
  const begin = () =>
    new Promise<Prisma.TransactionClient>((resolve, reject) => {
      const body = (opened: Prisma.TransactionClient) =>
        new Promise<void>((finished) => {
          finish = finished;
          resolve(opened);
        });
      done = prisma.$transaction(body, { timeout: NO_LIMIT_MS });
      done.catch(reject);
    });
  const transaction = await prismaPool.hand(client, begin);
  return {
    prisma: transaction,
    async end() {
      finish();
      await done;
    },
  };
}
