import pg from 'pg';
import { READ_ONLY_SESSION } from './writing.js';

/**
 * A pool of read-only sessions. Transactions of `transaction.ts` can write in them.
 *
 * After a failover, or when a database was set to read-only, all sessions from before refuse to write, and each of them
 * still reads. So when one refuses, no transaction uses the others either: each opens a new one instead.
 */
export class SessionPool extends pg.Pool {
  readonly #generations = new WeakMap<pg.PoolClient, number>();
  #generation = 0;
  #inUse = 0;

  constructor(options: pg.PoolConfig) {
    super({ ...options, onConnect: (client) => client.query(READ_ONLY_SESSION).then(() => {}) });
    this.on('connect', (client) => this.#generations.set(client, this.#generation));
    this.on('acquire', () => {
      this.#inUse += 1;
    });
    this.on('release', () => {
      this.#inUse -= 1;
    });
  }

  /** Whether all sessions work for somebody. One that is being opened does not yet. */
  get isInUse(): boolean {
    return this.#inUse >= (this.options.max ?? Number.POSITIVE_INFINITY);
  }

  /** A session for a transaction that may write. */
  async writer(): Promise<pg.PoolClient> {
    const client = await this.connect();
    if (this.#generations.get(client) === this.#generation) return client;
    client.release(true);
    return this.writer();
  }

  /** Says that this session refuses to write. */
  refuses(client: pg.PoolClient): void {
    if (this.#generations.get(client) === this.#generation) this.#generation += 1;
  }
}
