import type pg from 'pg';
import { type Adopted, prismaOn } from './adopt.js';
import { type Inside, isInTransaction, type Place, Store, type WriteClient } from './context.js';
import { isDatabaseBusy, isDatabaseUnavailable } from './errors.js';

/**
 * The setting marks the transaction as one of this program; triggers record every other write as `beside-api`. The mark is
 * no proof: anyone with a database password can set it.
 */
const BEGIN = `BEGIN READ WRITE; SET LOCAL srp.through = 'api'`;

/** Prisma's models, which open Prisma's part of the transaction when the first of their methods is called. */
function lazily(open: () => Promise<WriteClient>): WriteClient {
  const modelNamed = (name: string | symbol) =>
    new Proxy(
      {},
      {
        get: (_target, method) => async (argument: unknown) => {
          const model: object = Reflect.get(await open(), name);
          const call: unknown = Reflect.get(model, method);
          if (typeof call !== 'function') throw new TypeError(`Prisma has no ${String(method)}`);
          return Reflect.apply(call, model, [argument]);
        },
      },
    );
  return new Proxy({} as WriteClient, { get: (_target, name) => modelNamed(name) });
}

/** Undoes the transaction; a connection that does not answer is closed instead. */
async function undo(connection: pg.PoolClient, error: unknown): Promise<void> {
  const answers = !isDatabaseUnavailable(error) || isDatabaseBusy(error);
  if (answers) await connection.query('ROLLBACK').catch(() => {});
  connection.release(!answers);
}

async function begin<Context extends Place, Result>(
  context: Context,
  work: (context: Inside<Context>) => Promise<Result>,
): Promise<Result> {
  const { pool, prisma } = Store.open(context.store);
  const connection = await pool.connect();
  let adopted: Promise<Adopted> | undefined;
  const open = async () => {
    adopted ??= prismaOn(prisma, connection);
    return (await adopted).prisma;
  };
  try {
    await connection.query(BEGIN);
    const result = await work({ ...context, prisma: lazily(open), connection });
    await (await adopted)?.end();
    await connection.query('COMMIT');
    connection.release();
    return result;
  } catch (error) {
    await adopted?.then((prisma) => prisma.end()).catch(() => {});
    await undo(connection, error);
    throw error;
  }
}

/**
 * Does work wholly or not at all: in the transaction under way, or else in one of its own. Everything in it uses the
 * context that it is given: another connection sees nothing of the transaction.
 *
 * Use this for writes that need no event: facts that follow from others, idempotency keys, the last use of a token. What
 * a caller changes goes through `change` (src/events).
 */
export function bookkeeping<Context extends Place, Result>(
  context: Context | Inside<Context>,
  work: (context: Inside<Context>) => Promise<Result>,
): Promise<Result> {
  return isInTransaction(context) ? work(context) : begin(context, work);
}
