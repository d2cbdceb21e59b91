import type pg from 'pg';
import { type Adopted, prismaOn } from './adopt.js';
import { type Inside, isInTransaction, type Place, Store, type WriteClient } from './context.js';
import { isDatabaseBusy, isDatabaseUnavailable, isReadOnly } from './errors.js';
import { beginWriting } from './writing.js';

/**
 * The setting marks the transactions of this program. Triggers record every other write as `beside-api`. The mark is
 * not a proof: anyone with a database password can set it.
 */
const MARK = `SET LOCAL srp.through = 'api'`;

/** Returns Prisma's models. The first method call opens Prisma on the transaction. */
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

/** Rolls the transaction back. A connection that does not answer is closed instead. */
async function undo(connection: pg.PoolClient, error: unknown): Promise<void> {
  const answers = !isDatabaseUnavailable(error) || isDatabaseBusy(error);
  if (answers) await connection.query('ROLLBACK').catch(() => {});
  connection.release(!answers);
}

async function begin<Context extends Place, Result>(
  context: Context,
  work: (context: Inside<Context>) => Promise<Result>,
): Promise<Result> {
  const opened = Store.open(context.store);
  const connection = await opened.pool.writer();
  let adopted: Promise<Adopted> | undefined;
  const open = async () => {
    adopted ??= prismaOn(opened, connection);
    return (await adopted).prisma;
  };
  // The first statement of the work follows without waiting for this answer. If BEGIN fails, the work cannot write,
  // because connections are read-only.
  const begun = beginWriting(connection, MARK);
  begun.catch(() => {});
  try {
    const result = await work({ ...context, prisma: lazily(open), connection });
    await begun;
    await (await adopted)?.end();
    // PostgreSQL answers COMMIT with ROLLBACK, and no error, when a statement failed before.
    const { command } = await connection.query('COMMIT');
    if (command !== 'COMMIT') throw new Error('the transaction was rolled back');
    connection.release();
    return result;
  } catch (error) {
    await adopted?.then((prisma) => prisma.end()).catch(() => {});
    if (isReadOnly(error)) opened.pool.refuses(connection);
    await undo(connection, error);
    throw error;
  }
}

/**
 * Runs work in the open transaction, or in a new one. The work must use the context that it receives, because other
 * connections do not see the transaction.
 *
 * Use it for writes that need no event: derived facts, idempotency keys, the last use of a token. A caller's changes go
 * through `change` (src/events).
 */
export function bookkeeping<Context extends Place, Result>(
  context: Context | Inside<Context>,
  work: (context: Inside<Context>) => Promise<Result>,
): Promise<Result> {
  return isInTransaction(context) ? work(context) : begin(context, work);
}
