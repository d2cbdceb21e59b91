import { type Attributes, type SpanContext, SpanStatusCode } from '@opentelemetry/api';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-node';

/**
 * The attributes that leave this server. Others may have text of a caller or a secret: the query of an address has the
 * code of a sign-in, and the address of the database the name of its user. Statements have `$1` for each value.
 */
const TOLD: ReadonlySet<string> = new Set([
  'http.request.method',
  'http.response.status_code',
  'http.route',
  'db.system',
  'db.system.name',
  'db.name',
  'db.namespace',
  'db.operation.name',
  'db.statement',
  'db.query.text',
]);

/** The longest text of an attribute, in characters. The statement of a verdict has more. */
const MAX_TEXT = 2000;

function toldAttributes(attributes: Attributes): Attributes {
  const told = Object.entries(attributes).filter(([name]) => TOLD.has(name));
  return Object.fromEntries(
    told.map(([name, value]) => [
      name,
      typeof value === 'string' ? value.slice(0, MAX_TEXT) : value,
    ]),
  );
}

/**
 * Without messages, which have text of callers. What a client did wrong is no fault of a server (OpenTelemetry semantic
 * conventions, HTTP spans, "Status").
 */
function toldStatus({ status, attributes }: ReadableSpan): ReadableSpan['status'] {
  const answered = attributes['http.response.status_code'];
  if (typeof answered === 'number' && answered < 500) return { code: SpanStatusCode.UNSET };
  return { code: status.code };
}

/** Without `tracestate`, which is a text of the caller. */
function toldContext(span: ReadableSpan): SpanContext {
  const { traceState: _theirs, ...told } = span.spanContext();
  return told;
}

/** The span as it may leave this server: known attributes, no messages, no events, no links, no state of the caller. */
export const toldSpan = (span: ReadableSpan): ReadableSpan =>
  Object.create(span, {
    spanContext: { value: () => toldContext(span), enumerable: true },
    attributes: { value: toldAttributes(span.attributes), enumerable: true },
    status: { value: toldStatus(span), enumerable: true },
    events: { value: [], enumerable: true },
    links: { value: [], enumerable: true },
  }) as ReadableSpan;

/** Sends spans as `toldSpan` has them. @param onFailure is told why spans were not taken */
export const telling = (to: SpanExporter, onFailure: (cause: string) => void): SpanExporter => ({
  export(spans, done) {
    to.export(spans.map(toldSpan), (result) => {
      if (result.error) onFailure(result.error.message);
      done(result);
    });
  },
  forceFlush: async () => to.forceFlush?.(),
  shutdown: () => to.shutdown(),
});
