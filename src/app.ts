import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify';
import type { BuildInfo } from './config/build-info.js';
import type { Config } from './config/config.js';
import type { Database } from './database/client.js';
import { importJob } from './events/index.js';
import type { DocumentThreads } from './features/evidence/index.js';
import { features as allFeatures } from './features/index.js';
import { findProjects } from './features/projects/index.js';
import type { Transparency } from './features/transparency/index.js';
import type { LargeDecisions } from './features/verdicts/index.js';
import { verdictsOf } from './features/verdicts/plugin.js';
import type { Webhooks } from './features/webhooks/index.js';
import type { Job } from './jobs/job.js';
import auth from './platform/auth.js';
import browserSafety from './platform/browser-safety.js';
import { onClosedEarly } from './platform/closed-early.js';
import crossSite from './platform/cross-site.js';
import draining from './platform/draining.js';
import errors, { handleClientError, handleError } from './platform/errors.js';
import expectContinue from './platform/expect-continue.js';
import { type Feature, featurePlugin } from './platform/feature.js';
import health from './platform/health.js';
import hostCheck from './platform/host-check.js';
import idempotency, { idempotencyKeysJob } from './platform/idempotency.js';
import jsonBody from './platform/json-body.js';
import lingeringClose, { type LingerLimits } from './platform/lingering-close.js';
import loadShedding from './platform/load-shedding.js';
import { knownMethods, unmatchedRequests } from './platform/methods.js';
import metrics from './platform/metrics.js';
import openapi from './platform/openapi.js';
import projectKeys from './platform/project-keys.js';
import { parseQuery } from './platform/query-string.js';
import rateLimits from './platform/rate-limits.js';
import { RequestLog, requestId } from './platform/request-log.js';
import root from './platform/root.js';
import { compilersFactory } from './platform/validation.js';
import version from './platform/version.js';
import type { Tracing } from './tracing/tracing.js';
import pages from './ui/plugin.js';

export interface AppDependencies {
  readonly config: Config;
  readonly database: Database;
  readonly build: BuildInfo;
  readonly logger?: FastifyServerOptions['logger'];
  /** Threads that parse documents. The application does not stop them. Default: its own threads. */
  readonly reader?: DocumentThreads;
  /** Threads that make large decisions. The application does not stop them. Default: its own threads. */
  readonly large?: LargeDecisions;
  /** How long the readiness probe waits for the database. */
  readonly probeMs?: number;
  /** What the server does about an embedded PostgreSQL that does not run, for the readiness probe. */
  readonly embeddedTrouble?: () => string | undefined;
  /** How the server reads on after an early answer. */
  readonly linger?: Partial<LingerLimits>;
  /** The signed log of events. The application closes it. If absent, nothing is signed. */
  readonly transparency?: Transparency | undefined;
  /** The sending of events to webhooks. The application closes it. If absent, nothing is sent. */
  readonly webhooks?: Webhooks | undefined;
  /** Makes spans of requests. If absent, there are none. */
  readonly tracing?: Tracing['plugin'] | undefined;
  /** Default: all features. Benchmarks pass some of them. */
  readonly features?: readonly Feature[];
}

/** The background jobs of the platform and of every feature. */
export const jobs: readonly Job[] = [
  importJob,
  idempotencyKeysJob,
  ...allFeatures.flatMap(({ jobs: own = [] }) => own),
];

/** Maximum characters of a decoded path parameter. Any valid version is shorter, so validation reports its rule. */
const MAX_PARAMETER = 256;

/** Builds the whole application, ready to `listen` or `inject`. Opens no connection. */
export async function buildApp(dependencies: AppDependencies): Promise<FastifyInstance> {
  const { config, logger = false, features = allFeatures } = dependencies;
  const requestLog = new RequestLog();
  const app = Fastify({
    logger,
    bodyLimit: config.BODY_LIMIT,
    requestTimeout: config.REQUEST_TIMEOUT_MS,
    keepAliveTimeout: config.KEEP_ALIVE_TIMEOUT_MS,
    http: {
      // Node swaps the two limits if the limit for the headers is larger.
      headersTimeout: Math.min(config.REQUEST_TIMEOUT_MS, 60_000),
      // Node checks for overdue requests every 30 s by default, which would not enforce shorter limits.
      connectionsCheckingInterval: Math.min(config.REQUEST_TIMEOUT_MS, 1000),
    },
    // While the server stops, requests on open connections are still served.
    return503OnClosing: false,
    genReqId: requestId,
    trustProxy: config.TRUST_PROXY || false,
    logController: requestLog,
    routerOptions: {
      ignoreTrailingSlash: true,
      querystringParser: parseQuery,
      maxParamLength: MAX_PARAMETER,
    },
    schemaController: { compilersFactory: compilersFactory() },
    frameworkErrors: handleError,
    clientErrorHandler: handleClientError,
  });
  onClosedEarly(app, (request, reply) => requestLog.closedEarly(request, reply));
  // Registered in hook order: spans, browser headers, Host check, load shedding, authentication. Rate limits run per
  // route, after authentication.
  if (dependencies.tracing) await app.register(dependencies.tracing);
  await app.register(knownMethods);
  await app.register(errors);
  await app.register(expectContinue);
  await app.register(lingeringClose, dependencies);
  await app.register(draining);
  await app.register(jsonBody);
  await app.register(browserSafety, dependencies);
  await app.register(hostCheck, dependencies);
  await app.register(crossSite, dependencies);
  await app.register(loadShedding, dependencies);
  await app.register(rateLimits, dependencies);
  await app.register(auth, dependencies);
  await app.register(idempotency, dependencies);
  await app.register(projectKeys, { find: findProjects });
  await app.register(openapi, { ...dependencies, tags: features.map(({ tag }) => tag) });
  await app.register(metrics, dependencies);
  await app.register(health, dependencies);
  await app.register(version, dependencies);
  await app.register(root, dependencies);
  await app.register(unmatchedRequests);
  // The gate and the records of deployments decide with the same threads and counters.
  const shared = { ...dependencies, verdicts: verdictsOf(app, dependencies) };
  for (const feature of features) await app.register(featurePlugin(feature), shared);
  await app.register(pages, { ...shared, prefix: '/ui' });
  return app;
}
