import { Type } from '@sinclair/typebox';
import fp from 'fastify-plugin';
import type { Database } from '../database/client.js';
import { isDatabaseUnavailable } from '../database/errors.js';
import { type SchemaState, schemaState } from '../database/schema-state.js';
import { withinTime } from '../database/time-limit.js';
import { AppError } from '../shared/app-error.js';

const Health = Type.Object(
  { status: Type.Literal('ok') },
  { $id: 'Health', description: 'The process is running', examples: [{ status: 'ok' }] },
);

const Readiness = Type.Object(
  { status: Type.Literal('ready') },
  {
    $id: 'Readiness',
    description: 'The instance can serve requests',
    examples: [{ status: 'ready' }],
  },
);

/** Load balancers stop waiting after a few seconds. A hanging PostgreSQL would delay a statement for 16 s. */
const PROBE_MS = 2500;

async function readSchemaState({ pool }: Database, probeMs: number): Promise<SchemaState> {
  try {
    return await withinTime(pool, probeMs, schemaState);
  } catch (cause) {
    if (!isDatabaseUnavailable(cause)) throw cause;
    throw new AppError('database-unavailable', 'The database does not answer', {
      headers: { 'retry-after': '5' },
      cause,
    });
  }
}

/** Concurrent probes share one query: the route is public and must not exhaust the pool. */
function sharedSchemaState(database: Database, probeMs: number): () => Promise<SchemaState> {
  let underWay: Promise<SchemaState> | undefined;
  return () => {
    underWay ??= readSchemaState(database, probeMs).finally(() => {
      underWay = undefined;
    });
    return underWay;
  };
}

export default fp<{ database: Database; probeMs?: number }>(
  async (app, { database, probeMs = PROBE_MS }) => {
    app.addSchema(Health);
    app.addSchema(Readiness);
    const currentState = sharedSchemaState(database, probeMs);

    app.get(
      '/health',
      {
        config: { scope: 'public', alwaysServed: true, rateLimit: false },
        schema: {
          operationId: 'getHealth',
          summary: 'Check that the process runs',
          description: 'For liveness probes. Does not use the database.',
          response: { 200: Type.Ref('Health') },
        },
      },
      () => ({ status: 'ok' }),
    );

    app.get(
      '/health/ready',
      {
        config: {
          scope: 'public',
          alwaysServed: true,
          rateLimit: false,
          problems: ['database-unavailable', 'schema-outdated', 'shutting-down'],
        },
        schema: {
          operationId: 'getReadiness',
          summary: 'Check that requests can be served',
          description: [
            'For readiness probes and load balancers.',
            'Answers 200 if the database is reachable and its schema is current, otherwise 503.',
            'Answers 503 while the server stops.',
          ].join(' '),
          response: { 200: Type.Ref('Readiness') },
        },
      },
      async () => {
        if (app.isDraining()) {
          throw new AppError(
            'shutting-down',
            'This instance is stopping. Send requests to another instance',
          );
        }
        const { pending, failed, unfinished } = await currentState();
        const missing = [...failed, ...unfinished, ...pending];
        if (missing.length > 0) {
          throw new AppError(
            'schema-outdated',
            `Pending or failed migrations: ${missing.join(', ')}. Run npm run db:migrate`,
          );
        }
        return { status: 'ready' };
      },
    );
  },
  { name: 'health', fastify: '5.x', dependencies: ['draining', 'openapi'] },
);
