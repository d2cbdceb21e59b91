import type { Config } from '../config/config.js';
import { tracesUrl } from '../config/traces.js';
import { rootCause } from '../database/errors.js';
import { fetchBounded, NOT_ALLOWED } from '../outbound/fetch.js';
import { type Finding, ok, unknown, warn } from './finding.js';

const TIMEOUT_MS = 4000;
const MAX_BYTES = 64 * 1024;

/** Sends a collector an export without spans (OTLP 1.x, "OTLP/HTTP request"): it takes it, and keeps nothing. */
export async function checkTraces(config: Config): Promise<Finding[]> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } = config;
  if (endpoint === undefined) {
    return [ok('no traces are sent: OTEL_EXPORTER_OTLP_ENDPOINT is not set')];
  }
  const url = tracesUrl(endpoint);
  const next = 'check OTEL_EXPORTER_OTLP_ENDPOINT and OTEL_EXPORTER_OTLP_HEADERS';
  try {
    const { status } = await fetchBounded(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"resourceSpans":[]}',
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_BYTES,
      allow: { privateAddresses: true, httpToLoopback: true },
    });
    if (status === 200) return [ok(`${endpoint} takes traces`)];
    // The doctor does not send the headers, which may have a key.
    if (status === 401 || status === 403) return [unknown(`${url} asks for a credential`, next)];
    return [warn(`${url} answers ${status}`, next)];
  } catch (error) {
    const { code } = (error as { cause?: NodeJS.ErrnoException }).cause ?? {};
    if (code === NOT_ALLOWED || (error as NodeJS.ErrnoException).code === NOT_ALLOWED) {
      return [
        unknown(`${endpoint} was not asked: this command sends plain http to this machine only`),
      ];
    }
    return [warn(`${endpoint} does not answer: ${rootCause(error)}`, next)];
  }
}
