import { AsyncLocalStorage } from 'node:async_hooks';
import pg from 'pg';
import type { Prisma, PrismaClient } from '../generated/prisma/client.js';

/** The connection that the next interactive transaction of Prisma runs on. */
const adopted = new AsyncLocalStorage<pg.PoolClient>();

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

  constructor(shared: pg.Pool) {
    super(shared.options);
    this.#shared = shared;
    this.query = shared.query.bind(shared) as typeof this.query;
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
    const client = adopted.getStore();
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
export async function prismaOn(prisma: PrismaClient, client: pg.PoolClient): Promise<Adopted> {
  let finish = () => {};
  let done: Promise<void> | undefined;
  const transaction = await new Promise<Prisma.TransactionClient>((resolve, reject) => {
    const body = (opened: Prisma.TransactionClient) =>
      new Promise<void>((finished) => {
        finish = finished;
        resolve(opened);
      });
    done = adopted.run(client, () => prisma.$transaction(body, { timeout: NO_LIMIT_MS }));
    done.catch(reject);
  });
  return {
    prisma: transaction,
    async end() {
      finish();
      await done;
    },
  };
}
