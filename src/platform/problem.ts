import { type Static, Type } from '@sinclair/typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AppError } from '../shared/app-error.js';
import { PROBLEMS } from '../shared/problems.js';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** RFC 9457, with the extension members `code`, `requestId` and `errors`. */
export const Problem = Type.Object(
  {
    type: Type.String({ description: 'A URI that identifies the kind of problem' }),
    title: Type.String({ description: 'The kind of problem, the same each time' }),
    status: Type.Integer({ description: 'The HTTP status' }),
    detail: Type.String({ description: 'What happened this time' }),
    instance: Type.String({ description: 'The path of the request' }),
    code: Type.String({ description: 'Stable name of the kind of problem, for programs' }),
    requestId: Type.String({ description: 'Names the request in the log of the server' }),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          in: Type.String({ description: 'body, query, path or headers' }),
          pointer: Type.String({ description: 'JSON Pointer (RFC 6901) to the faulty value' }),
          message: Type.String(),
        }),
        { description: 'The faulty values, when the request is not valid' },
      ),
    ),
  },
  {
    $id: 'Problem',
    description: 'An error, as RFC 9457 describes it',
    examples: [
      {
        type: 'urn:srp:problem:project-not-found',
        title: 'Project not found',
        status: 404,
        detail: 'Project not found',
        instance: '/projects/7',
        code: 'project-not-found',
        requestId: '0d9a2c7e-5b0e-4a53-9a5f-3f1c86a1b2d4',
      },
    ],
  },
);

/** The body of an error response. */
export function toProblem(
  error: AppError,
  { path, requestId }: { path: string; requestId: string },
): Static<typeof Problem> {
  return {
    type: `urn:srp:problem:${error.code}`,
    title: PROBLEMS[error.code].title,
    status: error.status,
    detail: error.message,
    instance: path,
    code: error.code,
    requestId,
    ...(error.errors && { errors: [...error.errors] }),
    ...error.members,
  };
}

/** Sends the problem as text: there is nothing for a response schema to filter. */
export function sendProblem(request: FastifyRequest, reply: FastifyReply, error: AppError) {
  const [path = ''] = request.url.split('?', 1);
  // The rest of a body that nobody reads would be taken in for as long as the client likes to send it.
  if (request.raw.complete === false) reply.header('connection', 'close');
  return reply
    .code(error.status)
    .headers({ ...error.headers, 'x-request-id': request.id })
    .type(PROBLEM_MEDIA_TYPE)
    .send(JSON.stringify(toProblem(error, { path, requestId: request.id })));
}
