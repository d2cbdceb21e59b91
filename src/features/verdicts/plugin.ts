import type { FastifyInstance } from 'fastify';
import type { Config } from '../../config/config.js';
import type { ConnectionSettings } from '../../database/apart.js';
import type { Store } from '../../database/context.js';
import type { Feature } from '../../platform/feature.js';
import { boundedLabel } from '../../shared/bounded-label.js';
import { OUTCOMES, type Settled } from './holding.js';
import {
  LARGE_OUTCOMES,
  type LargeDecisions,
  type Outcome as LargeOutcome,
  largeDecisions,
} from './large-decisions.js';
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
  onOutcome: (outcome: LargeOutcome) => void,
): LargeDecisions {
  const large = largeDecisions({
    connection: database.connectionSettings,
    threads: config.DECISION_WORKERS,
    onError: (error) => app.log.error({ err: error }, 'a decision thread failed'),
    onOutcome,
  });
  app.addHook('onClose', () => large.close());
  return large;
}

/** More environments or rules share one label. */
const MAX_ENVIRONMENTS = 30;
const MAX_RULES = 40;

/** Counts what the gate answers. Dry runs and briefs are not counted: nobody deploys by them. */
function countVerdicts(app: FastifyInstance): (settled: Settled) => void {
  const outcomes = app.counter({
    name: 'srp_decisions_total',
    help: 'Decisions by what they changed: unchanged, changed, new, late, timed-out',
    labelNames: ['outcome'],
  });
  for (const outcome of OUTCOMES) outcomes.inc({ outcome }, 0);
  const verdicts = app.counter({
    name: 'srp_verdicts_total',
    help: 'Answers of the gate by environment and decision: allow, deny',
    labelNames: ['environment', 'decision'],
  });
  const denials = app.counter({
    name: 'srp_denials_total',
    help: 'Denials of the gate by environment and rule. One denial counts once for each rule that denies',
    labelNames: ['environment', 'rule'],
  });
  const environmentLabel = boundedLabel(MAX_ENVIRONMENTS);
  const ruleLabel = boundedLabel(MAX_RULES);
  return ({ verdict, outcome }) => {
    outcomes.inc({ outcome });
    const environment = environmentLabel(verdict.environment);
    // Both series from the first answer: a rate needs a value from before the first denial.
    verdicts.inc({ environment, decision: 'allow' }, verdict.decision === 'allow' ? 1 : 0);
    verdicts.inc({ environment, decision: 'deny' }, verdict.decision === 'deny' ? 1 : 0);
    if (verdict.decision === 'allow') return;
    const rules = new Set(verdict.results.filter(({ denies }) => denies).map(({ rule }) => rule));
    for (const rule of rules) denials.inc({ environment, rule: ruleLabel(rule) });
  };
}

/** What the application shares between features. */
interface Shared {
  readonly config: Config;
  readonly verdicts: VerdictsService;
}

/** What decides, for every feature that asks. It counts decisions by what they changed. */
export function verdictsOf(app: FastifyInstance, dependencies: Dependencies): VerdictsService {
  const outcomes = app.counter({
    name: 'srp_large_decisions_total',
    help: 'Large decisions by outcome: judged, too-large, remembered, overloaded, failed',
    labelNames: ['outcome'],
  });
  for (const outcome of LARGE_OUTCOMES) outcomes.inc({ outcome }, 0);
  const onOutcome = (outcome: LargeOutcome) => outcomes.inc({ outcome });
  const { large = ownThreads(app, dependencies, onOutcome) } = dependencies;
  useThreads(dependencies.database.store, large);
  app.watchWorkers('decisions', () => large.load());
  const { PUBLIC_URL } = dependencies.config;
  return verdictsService(large, countVerdicts(app), PUBLIC_URL);
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
