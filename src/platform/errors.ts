import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { isDatabaseBusy, isDatabaseUnavailable, rootCause } from '../database/errors.js';
import { AppError, invalid } from '../shared/app-error.js';
import type { ProblemCode } from '../shared/problems.js';
import { isLingering } from './lingering-close.js';
import { PROBLEM_MEDIA_TYPE, sendProblem, toProblem } from './problem.js';
import { fieldErrors } from './validation.js';

/** Seconds that a client should wait while the database is away. */
const RETRY_AFTER = '5';

/** Fastify's own errors that a request can cause; any other stays a 500. */
const FRAMEWORK: Record<string, [ProblemCode, string]> = {
  FST_ERR_BAD_URL: ['malformed-request', 'The path is not valid percent-encoded UTF-8'],
  FST_ERR_MAX_PARAM_LENGTH: ['uri-too-long', 'A part of the path is too long'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['unsupported-media-type', 'Send application/json'],
  FST_ERR_CTP_BODY_TOO_LARGE: ['payload-too-large', 'The body is larger than this server accepts'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [
    'malformed-request',
    'The body is not as long as Content-Length says',
  ],
  FST_ERR_ROUTE_MISSING_CONTENT_TYPE: ['malformed-request', 'The request has no Content-Type'],
  ECONNRESET: ['malformed-request', 'The connection was closed before the body was complete'],
};

function internalError(cause: unknown): AppError {
  return new AppError('internal-error', 'The server could not answer; its log says why', { cause });
}

function describe(error: FastifyError): AppError {
  if (error instanceof AppError) return error;
  if (!(error instanceof Error)) return internalError(error); // JavaScript can throw anything
  if (error.validation) return invalid(fieldErrors(error.validation, error.validationContext));
  // The same code for a client that left in the middle of its body, and for a lost database connection.
  const clientLeft = error.code === 'ECONNRESET' && error.statusCode === 400;
  if (!clientLeft && isDatabaseUnavailable(error)) {
    const detail = isDatabaseBusy(error)
      ? 'The database did not get this done in time; try again'
      : 'The database is unavailable; try again';
    return new AppError('database-unavailable', detail, {
      headers: { 'retry-after': RETRY_AFTER },
      cause: error,
    });
  }
  const known = FRAMEWORK[error.code];
  if (known && (error.statusCode ?? 500) < 500) {
    return new AppError(known[0], known[1], { cause: error });
  }
  return internalError(error);
}

/** Turns anything thrown into a problem. The cause of a 5xx goes to the log and nowhere else. */
export function handleError(error: FastifyError, request: FastifyRequest, reply: FastifyReply) {
  const problem = describe(error);
  // A 503 is no fault of the program's: its cause matters, not where it was noticed.
  if (problem.status === 503) request.log.warn({ cause: rootCause(error) }, problem.message);
  else if (problem.status >= 500) request.log.error({ err: error }, problem.message);
  return sendProblem(request, reply, problem);
}

const PARSER_ERRORS: Record<string, [ProblemCode, string]> = {
  HPE_HEADER_OVERFLOW: ['headers-too-large', 'The request line and headers are too large'],
  HPE_INVALID_URL: ['malformed-request', 'Percent-encode what is not ASCII in the address'],
  ERR_HTTP_REQUEST_TIMEOUT: ['request-timeout', 'The request did not arrive in time'],
};

/** How long a client has to close its side of a connection that the server has closed. */
const LINGER_MS = 1000;

const hungUp = new WeakSet<Socket>();

/** Sends a last answer. Closed at once, a connection may lose it; left open, the client decides until when. */
function hangUp(socket: Socket, answer: string): void {
  hungUp.add(socket);
  socket.end(answer);
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}

/** Answers what Node's HTTP parser refused: there is no request yet, only a socket. */
export function handleClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (hungUp.has(socket)) return; // The parser refuses each further chunk: the server discards them.
  if (error.code === 'ECONNRESET' || !socket.writable || isLingering(socket)) {
    socket.destroy();
    return;
  }
  const fallback: [ProblemCode, string] = ['malformed-request', 'This is not valid HTTP/1.1'];
  const [code, detail] = PARSER_ERRORS[error.code ?? ''] ?? fallback;
  const problem = toProblem(new AppError(code, detail), { path: '', requestId: '' });
  const body = JSON.stringify(problem);
  const answer =
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\n` +
    `Content-Type: ${PROBLEM_MEDIA_TYPE}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` +
    `Connection: close\r\n\r\n${body}`;
  // Behind a request that is still being answered: its client must not take this for that answer.
  const { _httpMessage: pending } = socket as Socket & { _httpMessage?: ServerResponse };
  if (pending?.req.complete) pending.once('close', () => hangUp(socket, answer));
  else hangUp(socket, answer);
}

export default fp(
  async (app) => {
    app.setErrorHandler(handleError);
    // Node would answer an Expect header that it does not know with an empty 417.
    app.server.on('checkExpectation', (request, response) => {
      const error = new AppError('expectation-failed', 'Only "Expect: 100-continue" is understood');
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
