import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { Database } from '../database/client.js';
import type { CallContext } from '../database/context.js';
import { isLockTimeout } from '../database/errors.js';
import type { Prisma } from '../generated/prisma/client.js';
import { AppError, invalid } from '../shared/app-error.js';

/** The answer to a request that created something. */
export interface Created<Body> {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Body;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Takes an `Idempotency-Key`; the handler answers through `createOnce`. */
    idempotent?: boolean;
  }
  interface FastifyInstance {
    /**
     * Runs `create` and returns what the handler shall return for a 201; for a request with an
     * `Idempotency-Key` it runs at most once in 24 hours. Key, work and answer are one transaction:
     * either all of it happened, or nothing.
     * @throws {AppError} `idempotency-key-in-use`, `idempotency-key-reused`; whatever `create` throws
     */
    createOnce<Body>(
      request: FastifyRequest,
      reply: FastifyReply,
      create: (context: CallContext) => Promise<Created<Body>>,
    ): Promise<Body>;
  }
}

const KEY = /^[\x21-\x7e]{1,255}$/;
const CLEAN_EVERY_MS = 600_000;
const CLEAN_BATCH = 5000;

function keyOf(request: FastifyRequest): string | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key === 'string' && KEY.test(key)) return key;
  const message = 'must have 1 to 255 visible ASCII characters';
  throw invalid([{ in: 'headers', pointer: '/idempotency-key', message }]);
}

/** What makes two requests the same: the route, its address and the body as it was understood. */
function fingerprintOf(request: FastifyRequest): Buffer<ArrayBuffer> {
  const parts = [request.method, request.url, request.body ?? null];
  return createHash('sha256').update(JSON.stringify(parts)).digest();
}

/** Takes the key, also one that has expired; false when somebody else has it. Waits for who has it just now. */
async function takeKey(
  prisma: Prisma.TransactionClient,
  { caller, key, fingerprint }: { caller: string; key: string; fingerprint: Buffer },
): Promise<boolean> {
  const rows = await prisma.$queryRaw<unknown[]>`
    INSERT INTO idempotency_keys AS k (caller, key, fingerprint)
    VALUES (${caller}, ${key}, ${fingerprint})
    ON CONFLICT (caller, key) DO UPDATE
       SET fingerprint = excluded.fingerprint, created_at = now(), headers = NULL, body = NULL
     WHERE k.created_at < now() - interval '24 hours'
    RETURNING 1`.catch((error: unknown) => {
    if (!isLockTimeout(error)) throw error;
    throw new AppError('idempotency-key-in-use', 'A request with this key is being answered', {
      headers: { 'retry-after': '1' },
      cause: error,
    });
  });
  return rows.length > 0;
}

/** draft-ietf-httpapi-idempotency-key-header-07. */
export default fp<{ database: Database }>(
  async (app, { database: { pool, prisma } }) => {
    /** Creates and keeps the answer, or finds the answer that was kept. */
    async function answerOnce(
      request: FastifyRequest,
      key: string,
      create: (context: CallContext) => Promise<Created<string>>,
    ): Promise<Created<string>> {
      const { callContext } = request;
      const caller = callContext.caller.credential;
      const fingerprint = fingerprintOf(request);
      const where = { caller_key: { caller, key } };
      const made = await prisma.$transaction(async (transaction) => {
        if (!(await takeKey(transaction, { caller, key, fingerprint }))) return undefined;
        const { headers, body } = await create({ ...callContext, prisma: transaction });
        const data = { headers, body };
        await transaction.idempotencyKey.update({ where, data, select: { key: true } });
        return data;
      });
      if (made) return made;

      const kept = await prisma.idempotencyKey.findUniqueOrThrow({ where });
      if (!fingerprint.equals(kept.fingerprint)) {
        const detail = 'This key came with another request before; use a new key for a new request';
        throw new AppError('idempotency-key-reused', detail);
      }
      const headers = kept.headers as Record<string, string>;
      return { headers: { ...headers, 'idempotency-replayed': 'true' }, body: kept.body ?? '' };
    }

    app.decorate('createOnce', async (request, reply, create) => {
      reply.code(201);
      const key = keyOf(request);
      if (key === undefined) {
        const { headers, body } = await create(request.callContext);
        reply.headers(headers);
        return body;
      }
      const { headers, body } = await answerOnce(request, key, async (context) => {
        const created = await create(context);
        return { ...created, body: String(reply.serialize(created.body)) };
      });
      reply.headers(headers).type('application/json; charset=utf-8');
      // Fastify sends text as it is; the first answer and its repetitions are the same to the byte.
      return body as unknown as Awaited<ReturnType<typeof create>>['body'];
    });

    /** Old keys, a batch at a time, by whichever instance is faster. An hour late: nobody may be reading them. */
    const clean = async () => {
      const text = `DELETE FROM idempotency_keys WHERE (caller, key) IN
        (SELECT caller, key FROM idempotency_keys
          WHERE created_at < now() - interval '25 hours' LIMIT $1 FOR UPDATE SKIP LOCKED)`;
      for (let removed: number | null = CLEAN_BATCH; removed === CLEAN_BATCH; ) {
        removed = (await pool.query(text, [CLEAN_BATCH])).rowCount;
      }
    };
    const timer = setInterval(() => {
      clean().catch((error) => app.log.warn({ err: error }, 'could not remove old keys'));
    }, CLEAN_EVERY_MS);
    timer.unref();
    app.addHook('onClose', () => clearInterval(timer));
  },
  { name: 'idempotency', fastify: '5.x', dependencies: ['errors', 'auth'] },
);
