import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import {
  isConstraintViolation,
  isDatabaseBusy,
  isDatabaseUnavailable,
  rootCause,
} from '../database/errors.js';
import { AppError, invalid } from '../shared/app-error.js';
import type { ProblemCode } from '../shared/problems.js';
import { isLingering } from './lingering-close.js';
import { PROBLEM_MEDIA_TYPE, sendProblem, toProblem } from './problem.js';
import { fieldErrors } from './validation.js';

/** Seconds that a client should wait while the database is away. */
const RETRY_AFTER = '5';

/** Fastify's errors that a request can cause. Any other error is a 500. */
const FRAMEWORK: Record<string, [ProblemCode, string]> = {
  FST_ERR_BAD_URL: ['malformed-request', 'The path is not valid percent-encoded UTF-8'],
  FST_ERR_MAX_PARAM_LENGTH: ['uri-too-long', 'A part of the path is too long'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['unsupported-media-type', 'Send application/json'],
  FST_ERR_CTP_BODY_TOO_LARGE: [
    'payload-too-large',
    'The body exceeds the size limit of this operation',
  ],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [
    'malformed-request',
    'The length of the body differs from Content-Length',
  ],
  FST_ERR_ROUTE_MISSING_CONTENT_TYPE: ['malformed-request', 'The request has no Content-Type'],
  ECONNRESET: ['malformed-request', 'The connection was closed before the body was complete'],
};

function internalError(cause: unknown): AppError {
  return new AppError(
    'internal-error',
    'The request failed. The server log has the cause under requestId',
    { cause },
  );
}

const unavailable = (detail: string, cause: unknown) =>
  new AppError('database-unavailable', detail, { headers: { 'retry-after': RETRY_AFTER }, cause });

function describe(error: FastifyError): AppError {
  if (error instanceof AppError) return error;
  if (!(error instanceof Error)) return internalError(error); // JavaScript can throw anything
  if (error.validation) return invalid(fieldErrors(error.validation, error.validationContext));
  // A client that closes its connection and a lost database connection have the same code.
  const clientLeft = error.code === 'ECONNRESET' && error.statusCode === 400;
  if (!clientLeft && isDatabaseUnavailable(error)) {
    const detail = isDatabaseBusy(error)
      ? 'The database did not finish in time. Retry after the seconds in Retry-After'
      : 'The database is unavailable. Retry after the seconds in Retry-After';
    return unavailable(detail, error);
  }
  if (isConstraintViolation(error)) {
    const detail =
      'The database refused the change, because another one was made at the same time. Retry after the seconds in Retry-After';
    return unavailable(detail, error);
  }
  const known = FRAMEWORK[error.code];
  if (known && (error.statusCode ?? 500) < 500) {
    return new AppError(known[0], known[1], { cause: error });
  }
  return internalError(error);
}

/** What the client may know of anything thrown. Only the log gets the cause of a 5xx. */
export function explainError(error: FastifyError, request: FastifyRequest): AppError {
  const problem = describe(error);
  // A 503 is not a fault of the program, so its log line has the cause and no stack trace.
  if (problem.status === 503) request.log.warn({ cause: rootCause(error) }, problem.message);
  else if (problem.status >= 500) request.log.error({ err: error }, problem.message);
  return problem;
}

/** Turns anything thrown into a problem. */
export function handleError(error: FastifyError, request: FastifyRequest, reply: FastifyReply) {
  return sendProblem(request, reply, explainError(error, request));
}

const PARSER_ERRORS: Record<string, [ProblemCode, string]> = {
  HPE_HEADER_OVERFLOW: ['headers-too-large', 'The request line and headers are too large'],
  HPE_INVALID_URL: [
    'malformed-request',
    'The URL is not valid. Percent-encode characters that are not ASCII',
  ],
  ERR_HTTP_REQUEST_TIMEOUT: ['request-timeout', 'The request did not arrive in time'],
};

/** How long a client has to close its side of a connection that the server has closed. */
const LINGER_MS = 1000;

const hungUp = new WeakSet<Socket>();

/** Sends a last response. Closing at once may lose the response, so the client gets a moment to read it. */
function hangUp(socket: Socket, answer: string): void {
  hungUp.add(socket);
  socket.end(answer);
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}

/** Answers input that Node's HTTP parser refused. There is only a socket, and not yet a request. */
export function handleClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (hungUp.has(socket)) return; // The parser reports each further chunk, and the server discards it.
  if (error.code === 'ECONNRESET' || !socket.writable || isLingering(socket)) {
    socket.destroy();
    return;
  }
  const fallback: [ProblemCode, string] = [
    'malformed-request',
    'The request is not valid HTTP/1.1',
  ];
  const [code, detail] = PARSER_ERRORS[error.code ?? ''] ?? fallback;
  const problem = toProblem(new AppError(code, detail), { path: '', requestId: '' });
  const body = JSON.stringify(problem);
  const answer =
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\n` +
    `Content-Type: ${PROBLEM_MEDIA_TYPE}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` +
    `Connection: close\r\n\r\n${body}`;
  // A response may be in progress on this connection. The client must not mistake this one for it.
  const { _httpMessage: pending } = socket as Socket & { _httpMessage?: ServerResponse };
  if (pending?.req.complete) pending.once('close', () => hangUp(socket, answer));
  else hangUp(socket, answer);
}

export default fp(
  async (app) => {
    app.setErrorHandler(handleError);
    // By default Node answers an unknown Expect header with an empty 417.
    app.server.on('checkExpectation', (request, response) => {
      const error = new AppError(
        'expectation-failed',
        'The server supports only "Expect: 100-continue"',
      );
      const problem = toProblem(error, { path: request.url ?? '', requestId: '' });
      const body = JSON.stringify(problem);
      const headers = {
        'content-type': PROBLEM_MEDIA_TYPE,
        'content-length': Buffer.byteLength(body),
        connection: 'close',
      };
      response.writeHead(problem.status, headers).end(body);
    });
  },
  { name: 'errors', fastify: '5.x' },
);
