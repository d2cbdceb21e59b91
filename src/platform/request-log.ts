import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import { maskSecrets } from '../security/authentication/token-secret.js';

const REQUEST_ID = /^[\w.:-]{1,128}$/;
/** Version 00 of W3C Trace Context: version, trace id, parent id, flags. */
const TRACEPARENT = /^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** Returns the caller's `x-request-id` if it is safe to log, otherwise a new id. */
export function requestId({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers['x-request-id'];
  if (typeof given !== 'string' || !REQUEST_ID.test(given)) return randomUUID();
  return maskSecrets(given) === given ? given : randomUUID();
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Of its span, if the server sends traces. 32 hexadecimal digits. */
    traceId?: string;
  }
}

/** The trace id that the caller gave. It leads from a trace to the log line. */
function givenTraceId({ headers }: Pick<IncomingMessage, 'headers'>): string | undefined {
  return TRACEPARENT.exec(String(headers.traceparent ?? ''))?.[1];
}

function lineOf(request: FastifyRequest, reply: FastifyReply) {
  const [path = ''] = request.url.split('?', 1);
  const caller = request.callContext?.caller;
  const trace = request.traceId ?? givenTraceId(request.raw);
  return {
    method: request.method,
    route: request.routeOptions.url,
    path: maskSecrets(path),
    status: reply.statusCode,
    durationMs: Math.round(reply.elapsedTime * 10) / 10,
    remoteAddress: request.ip,
    ...(caller && { caller: caller.subject }),
    ...(caller && caller.credential !== caller.subject && { credential: caller.credential }),
    ...(trace && { traceId: trace }),
  };
}

/** The levels of a log that has the line of a request. */
const WITH_REQUESTS: ReadonlySet<string> = new Set(['trace', 'debug', 'info']);

/**
 * Writes one line per request, after the response. The path has no query string, because that may contain personal
 * data or secrets.
 */
export class RequestLog extends fastify.LogController {
  constructor() {
    super({ requestIdLogLabel: 'requestId' });
  }

  override incomingRequest(): void {}

  override requestCompleted(
    error: Error | null,
    request: FastifyRequest,
    reply: FastifyReply,
  ): void {
    if (!error && !WITH_REQUESTS.has(reply.log.level)) return;
    const line = lineOf(request, reply);
    if (error) reply.log.warn({ ...line, err: error }, 'failed to send the complete response');
    else reply.log.info(line, 'request');
  }

  /** Without a status if the server had not answered yet. */
  closedEarly(request: FastifyRequest, reply: FastifyReply): void {
    const { status, ...line } = lineOf(request, reply);
    const sent = reply.raw.headersSent && { status };
    reply.log.info({ ...line, ...sent }, 'the connection closed before the end of the response');
  }

  /** `closedEarly` writes a line for these, with the request. */
  override streamError(error: Error, request: FastifyRequest, reply: FastifyReply): void {
    if ((error as NodeJS.ErrnoException).code === 'ERR_STREAM_PREMATURE_CLOSE') return;
    super.streamError(error, request, reply);
  }
}
