import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { Config } from '../config/config.js';
import type { Database } from '../database/client.js';
import { type CallContext, type Place, query } from '../database/context.js';
import { bookkeeping } from '../database/transaction.js';
import type { Job } from '../jobs/job.js';
import { AppError, invalidAt } from '../shared/app-error.js';
import { quotaExceeded } from '../shared/quota.js';

/** The response to a request that created a resource, or found that it exists. */
export interface Created<Body> {
  /** Default: 201. */
  readonly status?: 200 | 201;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Body;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Accepts an `Idempotency-Key`. The handler answers through `createOnce`. */
    idempotent?: boolean;
  }
  interface FastifyInstance {
    /**
     * Runs `create` and returns the value for the handler. For one `Idempotency-Key`, `create` succeeds at most once
     * in 24 hours. The key, the work and the response are stored in one transaction.
     * @throws {AppError} `idempotency-key-in-use`, `idempotency-key-reused`, and the errors of `create`
     */
    createOnce<Body>(
      request: FastifyRequest,
      reply: FastifyReply,
      create: (context: CallContext) => Promise<Created<Body>>,
    ): Promise<Body>;
  }
}

const KEY = /^[\x21-\x7e]{1,255}$/;
/** Interval for checking the outcome of another request with the same key. */
const RETRY_MS = 50;

function idempotencyKeyOf(request: FastifyRequest): string | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key === 'string' && KEY.test(key)) return key;
  const message = 'must be 1 to 255 visible ASCII characters';
  throw invalidAt('headers', '/idempotency-key', message);
}

/** Identifies a request by its operation, its parameters and the exact bytes of its body. */
function fingerprintOf({ method, routeOptions, params, query, bodyDigest }: FastifyRequest) {
  const parts = [method, routeOptions.url, params, query, bodyDigest ?? null];
  return createHash('sha256').update(JSON.stringify(parts)).digest();
}

interface Kept {
  readonly fingerprint: Uint8Array;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly status: 200 | 201;
}

/** The owner of a key and the request that it is for. */
interface Claim {
  readonly caller: string;
  readonly key: string;
  readonly fingerprint: Buffer<ArrayBuffer>;
}

const TAKE_KEY = {
  name: 'key-take',
  text: `
    INSERT INTO idempotency_keys AS k (caller, key, fingerprint)
    SELECT $1, $2, $3::bytea WHERE pg_try_advisory_xact_lock(hashtextextended($4, 0))
    ON CONFLICT (caller, key) DO UPDATE
       SET fingerprint = excluded.fingerprint, created_at = now(), headers = NULL, body = NULL, status = 201
     WHERE k.created_at < now() - interval '24 hours'
    RETURNING 1`,
};

const KEEP_ANSWER = {
  name: 'key-keep',
  text: `UPDATE idempotency_keys SET headers = $3::jsonb, body = $4, status = $5 WHERE caller = $1 AND key = $2`,
};

const KEPT_ANSWER = {
  name: 'key-find',
  text: `SELECT fingerprint, headers, body, status FROM idempotency_keys
          WHERE caller = $1 AND key = $2 AND created_at >= now() - interval '24 hours'`,
};

/** `$1`: maximum number of keys to delete. */
const REMOVE_OLD_KEYS = {
  name: 'keys-remove',
  text: `
    WITH removed AS (
      DELETE FROM idempotency_keys WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM idempotency_keys WHERE created_at < now() - interval '25 hours'
         LIMIT $1 FOR UPDATE SKIP LOCKED))
      RETURNING 1)
    SELECT count(*)::int AS count FROM removed`,
};

/**
 * Takes a new or expired key for this transaction. Returns false if the key has a stored response, or if another
 * transaction holds it. Waiting here would occupy a connection.
 */
async function takeKey(context: Place, { caller, key, fingerprint }: Claim): Promise<boolean> {
  const rows = await query(context, TAKE_KEY, [caller, key, fingerprint, `${caller} ${key}`]);
  return rows.length > 0;
}

/** @param maximum in bytes; 0: no limit @throws {AppError} `quota-exceeded` */
function checkSize(body: string, maximum: number): void {
  const wanted = Buffer.byteLength(body);
  if (maximum === 0 || wanted <= maximum) return;
  throw quotaExceeded(
    { quota: 'QUOTA_KEPT_ANSWER_BYTES', maximum, wanted },
    'bytes of an answer that is kept for an Idempotency-Key',
    'Nothing was created. Send the request without Idempotency-Key',
  );
}

/** Finds the stored response for a key, unless it has expired. */
async function keptAnswer(database: Place, { caller, key, fingerprint }: Claim) {
  const [kept] = await query<Kept>(database, KEPT_ANSWER, [caller, key]);
  if (!kept) return undefined;
  if (!fingerprint.equals(kept.fingerprint)) {
    const detail = 'The key was used for another request. Use a new key for a new request';
    throw new AppError('idempotency-key-reused', detail);
  }
  const headers = { ...kept.headers, 'idempotency-replayed': 'true' };
  return { status: kept.status, headers, body: kept.body };
}

/** Deletes expired keys in batches. It keeps them for one more hour, so that no request still reads them. */
export async function removeOldKeys(
  { store }: Place,
  batch = 5000,
  signal?: AbortSignal,
): Promise<void> {
  for (let removed = batch; removed === batch && !signal?.aborted; ) {
    const [row] = await bookkeeping({ store }, (context) =>
      query<{ count: number }>(context, REMOVE_OLD_KEYS, [batch]),
    );
    removed = row?.count ?? 0;
  }
}

/** With a run every ten minutes, each run takes milliseconds. */
export const idempotencyKeysJob: Job = {
  name: 'idempotency-keys',
  everyMs: 600_000,
  runAtStart: true,
  async run({ database, signal }) {
    await removeOldKeys(database, undefined, signal);
    return 'again';
  },
};

/** draft-ietf-httpapi-idempotency-key-header-07. */
export default fp<{ config: Config; database: Database }>(
  async (app, { config, database }) => {
    /** Creates and stores the response, or finds the stored one. */
    async function answerOnce(
      context: CallContext,
      claim: Claim,
      create: (context: CallContext) => Promise<Created<string>>,
    ): Promise<Created<string>> {
      const { caller, key } = claim;
      const deadline = performance.now() + config.DATABASE_LOCK_TIMEOUT_MS;
      for (;;) {
        const made = await bookkeeping(context, async (transaction) => {
          if (!(await takeKey(transaction, claim))) return undefined;
          const created = await create(transaction);
          const { headers, body, status = 201 } = created;
          checkSize(body, config.QUOTA_KEPT_ANSWER_BYTES);
          const values = [caller, key, JSON.stringify(headers), body, status];
          await query(transaction, KEEP_ANSWER, values);
          return created;
        });
        const answer = made ?? (await keptAnswer(database, claim));
        if (answer) return answer;
        if (performance.now() > deadline) {
          throw new AppError(
            'idempotency-key-in-use',
            'Another request with this key is in progress. Retry in 1 second',
            {
              headers: { 'retry-after': '1' },
            },
          );
        }
        await sleep(RETRY_MS);
      }
    }

    app.decorate('createOnce', async (request, reply, create) => {
      const key = idempotencyKeyOf(request);
      if (key === undefined) {
        const { headers, body, status = 201 } = await create(request.callContext);
        reply.code(status).headers(headers);
        return body;
      }
      reply.code(201); // selects the serializer: all responses of a creation have one schema
      const caller = request.callContext.caller.credential;
      const claim = { caller, key, fingerprint: fingerprintOf(request) };
      const answer = await answerOnce(request.callContext, claim, async (context) => {
        const created = await create(context);
        return { ...created, body: String(reply.serialize(created.body)) };
      });
      const { headers, body, status = 201 } = answer;
      reply.code(status).headers(headers).type('application/json; charset=utf-8');
      // Fastify sends text unchanged, so the first response and its repetitions have identical bytes.
      return body as unknown as Awaited<ReturnType<typeof create>>['body'];
    });
  },
  { name: 'idempotency', fastify: '5.x', dependencies: ['errors', 'auth'] },
);
