import { type Static, Type } from '@sinclair/typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AppError } from '../shared/app-error.js';
import { PROBLEMS } from '../shared/problems.js';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** RFC 9457, with the extension members `code`, `requestId` and `errors`. */
export const Problem = Type.Object(
  {
    type: Type.String({ description: 'URI that identifies the kind of problem' }),
    title: Type.String({ description: 'Kind of problem; depends only on `code`' }),
    status: Type.Integer({ description: 'HTTP status' }),
    detail: Type.String({ description: 'What happened in this request' }),
    instance: Type.String({ description: 'Path of the request, without the query string' }),
    code: Type.String({ description: 'Stable name of the kind of problem, for programs' }),
    requestId: Type.String({ description: 'Id of the request in the server log' }),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          in: Type.String({ description: 'Part of the request: body, query, path or headers' }),
          pointer: Type.String({ description: 'JSON Pointer (RFC 6901) to the faulty value' }),
          message: Type.String({ description: 'What is wrong with the value' }),
        }),
        { description: 'Faulty values, if the request or its document is not valid' },
      ),
    ),
  },
  {
    $id: 'Problem',
    description: 'An error (RFC 9457)',
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

/** Sends the problem as text, because no response schema applies to it. */
export function sendProblem(request: FastifyRequest, reply: FastifyReply, error: AppError) {
  const [path = ''] = request.url.split('?', 1);
  // Without this header, Node would read the rest of the body without a limit.
  if (request.raw.complete === false) reply.header('connection', 'close');
  return reply
    .code(error.status)
    .headers({ ...error.headers, 'x-request-id': request.id })
    .type(PROBLEM_MEDIA_TYPE)
    .send(JSON.stringify(toProblem(error, { path, requestId: request.id })));
}
