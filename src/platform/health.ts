import { Type } from '@sinclair/typebox';
import fp from 'fastify-plugin';
import type { Database } from '../database/client.js';
import { isDatabaseUnavailable } from '../database/errors.js';
import { type Probe, probeDatabase } from '../database/probe.js';
import { publicReason } from '../database/reasons.js';
import { withinTime } from '../database/time-limit.js';
import { AppError } from '../shared/app-error.js';

const Health = Type.Object(
  { status: Type.Literal('ok') },
  { $id: 'Health', description: 'The process is running', examples: [{ status: 'ok' }] },
);

const Readiness = Type.Object(
  {
    status: Type.Literal('ready'),
    warnings: Type.Optional(
      Type.Array(Type.String(), {
        description: 'What a person should correct. Absent if there is nothing',
      }),
    ),
  },
  {
    $id: 'Readiness',
    description: 'The instance can serve requests',
    examples: [{ status: 'ready' }],
  },
);

declare module 'fastify' {
  interface FastifyInstance {
    /** Probes the database, unless a probe is under way. Concurrent callers share it. */
    probeDatabase(): Promise<Probe>;
    /** Adds a source of warnings of `/health/ready`. It returns what a person should correct. */
    warnWhenReady(source: () => string | undefined): void;
  }
}

/** Load balancers stop waiting after a few seconds. A hanging PostgreSQL would delay a statement for 16 s. */
const PROBE_MS = 2500;

/** Clocks that are synchronised differ by milliseconds. */
const MAX_CLOCK_SKEW_S = 5;

export interface HealthOptions {
  readonly database: Database;
  readonly probeMs?: number;
  /** What the server does about an embedded PostgreSQL that does not run. Anybody may read it. */
  readonly embeddedTrouble?: () => string | undefined;
}

async function probe({ database, probeMs = PROBE_MS, embeddedTrouble }: HealthOptions) {
  try {
    return await withinTime(database.pool, probeMs, probeDatabase);
  } catch (cause) {
    if (!isDatabaseUnavailable(cause)) throw cause;
    const sentences = [publicReason(cause), embeddedTrouble?.(), 'The log has the cause'];
    const detail = sentences.filter((sentence) => sentence !== undefined).join('. ');
    throw new AppError('database-unavailable', detail, {
      headers: { 'retry-after': '5' },
      cause,
    });
  }
}

/** The route is public and must not exhaust the pool, so concurrent probes share one connection. */
function sharedProbe(options: HealthOptions): () => Promise<Probe> {
  let underWay: Promise<Probe> | undefined;
  return () => {
    underWay ??= probe(options).finally(() => {
      underWay = undefined;
    });
    return underWay;
  };
}

function clockWarnings(skew: number): string[] {
  if (Math.abs(skew) <= MAX_CLOCK_SKEW_S) return [];
  const direction = skew < 0 ? 'ahead of' : 'behind';
  const amount = `${Math.round(Math.abs(skew))} seconds ${direction}`;
  return [
    `The clock of this server is ${amount} that of the database. Synchronise the clocks of both machines`,
  ];
}

export default fp<HealthOptions>(
  async (app, options) => {
    app.addSchema(Health);
    app.addSchema(Readiness);
    let warned = false;
    const shared = sharedProbe(options);
    const sources: (() => string | undefined)[] = [];
    app.decorate('warnWhenReady', (source) => {
      sources.push(source);
    });
    app.decorate('probeDatabase', async () => {
      const probed = await shared().catch((error: unknown) => {
        app.observeDatabase(false);
        throw error;
      });
      app.observeDatabase(true);
      const { clockSkew } = probed;
      app.observeClockSkew(clockSkew);
      const isWrong = clockWarnings(clockSkew).length > 0;
      if (isWrong && !warned) app.log.warn({ clockSkew }, 'the clock differs from the database');
      warned = isWrong;
      return probed;
    });

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
            'Answers 200 if the database is reachable, takes writes and has a current schema, otherwise 503.',
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
        const { schema, clockSkew } = await app.probeDatabase();
        const missing = [...schema.failed, ...schema.unfinished, ...schema.pending];
        if (missing.length > 0) {
          throw new AppError(
            'schema-outdated',
            `Pending or failed migrations: ${missing.join(', ')}. Run npm run db:migrate`,
          );
        }
        const others = sources.flatMap((source) => source() ?? []);
        const warnings = [...clockWarnings(clockSkew), ...others];
        return warnings.length > 0 ? { status: 'ready', warnings } : { status: 'ready' };
      },
    );
  },
  { name: 'health', fastify: '5.x', dependencies: ['draining', 'metrics', 'openapi'] },
);
