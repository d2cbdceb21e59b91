import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { FastifyOtelInstrumentation } from '@fastify/otel';
import { trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import type { BuildInfo } from '../config/build-info.js';
import { tracesUrl } from '../config/traces.js';
import { telling } from './told-spans.js';

/** How long the last spans may take at the end. The server stops without them after that. */
const LAST_SPANS_MS = 2000;

/** Failures to send are logged once in this time: a collector that is away fails every few seconds. */
const SILENT_MS = 60_000;

export interface Tracing {
  /** Registered first: it begins the span of a request before any other hook. */
  readonly plugin: (app: FastifyInstance) => Promise<void>;
  /** Sends what is left, for at most two seconds. Never throws. */
  close(): Promise<void>;
}

/** Probes and scrapes come every few seconds, and nobody looks for them. */
const UNTOLD: ReadonlySet<string> = new Set(['/health', '/health/ready', '/metrics']);

/** Called at most once in a minute. */
function rarely(tell: (cause: string) => void): (cause: string) => void {
  let told = Number.NEGATIVE_INFINITY;
  return (cause) => {
    const now = performance.now();
    if (now - told < SILENT_MS) return;
    told = now;
    tell(cause);
  };
}

/**
 * Sends traces of requests and their statements to an OpenTelemetry collector, by OTLP over HTTP as JSON. The SDK reads
 * the other variables of the specification, such as `OTEL_TRACES_SAMPLER` and `OTEL_EXPORTER_OTLP_HEADERS`.
 *
 * A collector that is slow or away costs spans, never requests: 2048 wait at most.
 */
export function openTracing({ name, version }: BuildInfo, endpoint: string): Tracing {
  let app: FastifyInstance | undefined;
  const tell = rarely((cause) => app?.log.warn({ cause }, 'the collector does not take traces'));
  // Not left to the SDK, which would take an address from another variable that is not checked.
  const exporter = new OTLPTraceExporter({ url: tracesUrl(endpoint) });
  const own = resourceFromAttributes({ 'service.name': name, 'service.version': version });
  const provider = new NodeTracerProvider({
    resource: defaultResource()
      .merge(own)
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(telling(exporter, tell))],
  });
  provider.register();
  // Jobs ask the database all the time: only the statements of requests have spans.
  const statements = new PgInstrumentation({ requireParentSpan: true, ignoreConnectSpans: true });
  statements.setTracerProvider(provider);
  // Its hook sees `require` only. The module is the one that the server has imported.
  createRequire(import.meta.url)('pg');
  const requests = new FastifyOtelInstrumentation({
    instrumentHooks: false,
    instrumentHandler: false,
    recordExceptions: false,
    ignorePaths: ({ url }) => UNTOLD.has(url.split('?', 1)[0] ?? ''),
    requestHook: (span, { method, routeOptions }) => {
      span.updateName(routeOptions.url === undefined ? method : `${method} ${routeOptions.url}`);
    },
  });
  requests.setTracerProvider(provider);
  return {
    plugin: fp(async (instance) => {
      app = instance;
      instance.register(requests.plugin());
      instance.addHook('onRequest', async (request) => {
        const { span } = request.opentelemetry();
        if (span) request.traceId = span.spanContext().traceId;
      });
    }),
    async close() {
      const ended = provider.shutdown().catch(() => {});
      await Promise.race([ended, sleep(LAST_SPANS_MS, undefined, { ref: false })]);
      statements.disable();
      trace.disable();
    },
  };
}
