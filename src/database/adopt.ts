import { AsyncLocalStorage } from 'node:async_hooks';
import pg from 'pg';
import type { Prisma, PrismaClient } from '../generated/prisma/client.js';

/** The connection that the next interactive transaction of Prisma runs on. */
const adopted = new AsyncLocalStorage<pg.PoolClient>();

/** The transaction is ours to begin and to end: what Prisma says of it is not sent. */
const OWN = /^(?:BEGIN|COMMIT|ROLLBACK)$/;
const NOTHING = { rows: [], fields: [], rowCount: 0, command: '', oid: 0 };

/** What Prisma holds of an adopted connection: it can neither end its transaction nor give it back. */
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
 * The pool as Prisma sees it: the one that everything shares, except that a transaction which `prismaOn`
 * begins runs on the connection given there. Opens no connection of its own.
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
  /** Prisma lets go of the connection. Call it before the transaction ends. */
  end(): Promise<void>;
}

/** Longer than any transaction of ours: the limits of the transaction itself come first. */
const NO_LIMIT_MS = 2_147_483_647;

/** Prisma on a connection with a transaction under way. */
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
