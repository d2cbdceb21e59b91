import type { FastifyInstance } from 'fastify';
import type { Config } from '../../config/config.js';
import type { ConnectionSettings } from '../../database/apart.js';
import type { Store } from '../../database/context.js';
import type { Feature } from '../../platform/feature.js';
import { OUTCOMES } from './holding.js';
import { type LargeDecisions, largeDecisions } from './large-decisions.js';
import { useThreads } from './threads.js';
import { verdictsRoutes } from './verdicts.routes.js';
import { Assertion, CreateVerdict, Denial, StoredVerdict, Verdict } from './verdicts.schemas.js';
import { type VerdictsService, verdictsService } from './verdicts.service.js';

interface Dependencies {
  readonly config: Config;
  readonly database: { readonly connectionSettings: ConnectionSettings; readonly store: Store };
  /** Threads that outlive the application. If absent, the application starts its own and ends them. */
  readonly large?: LargeDecisions;
}

function ownThreads(
  app: FastifyInstance,
  { config, database }: Pick<Dependencies, 'config' | 'database'>,
): LargeDecisions {
  const outcomes = app.counter({
    name: 'srp_large_decisions_total',
    help: 'Large decisions by outcome: judged, too-large, remembered, overloaded, failed',
    labelNames: ['outcome'],
  });
  const large = largeDecisions({
    connection: database.connectionSettings,
    threads: config.DECISION_WORKERS,
    onError: (error) => app.log.error({ err: error }, 'a decision thread failed'),
    onOutcome: (outcome) => outcomes.inc({ outcome }),
  });
  app.addHook('onClose', () => large.close());
  return large;
}

/** What the application shares between features. */
interface Shared {
  readonly config: Config;
  readonly verdicts: VerdictsService;
}

/** What decides, for every feature that asks. It counts decisions by what they changed. */
export function verdictsOf(app: FastifyInstance, dependencies: Dependencies): VerdictsService {
  const { large = ownThreads(app, dependencies) } = dependencies;
  useThreads(dependencies.database.store, large);
  const outcomes = app.counter({
    name: 'srp_decisions_total',
    help: 'Decisions by what they changed: unchanged, changed, new, late, timed-out',
    labelNames: ['outcome'],
  });
  for (const outcome of OUTCOMES) outcomes.inc({ outcome }, 0);
  const { PUBLIC_URL } = dependencies.config;
  return verdictsService(large, (outcome) => outcomes.inc({ outcome }), PUBLIC_URL);
}

/** The gate: may this version ship, and why? */
export const verdicts: Feature = {
  tag: { name: 'gate', description: 'May this version ship, and why?' },
  async plugin(app, { verdicts: service }: Shared) {
    const schemas = [Verdict, StoredVerdict, CreateVerdict, Assertion, Denial];
    for (const schema of schemas) app.addSchema(schema);
    await app.register(verdictsRoutes, { verdicts: service });
  },
};
