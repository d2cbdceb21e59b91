import { Type } from '@sinclair/typebox';
import type { FastifySchema, RouteOptions } from 'fastify';
import { PROBLEMS, type ProblemCode } from '../shared/problems.js';
import { PROBLEM_MEDIA_TYPE } from './problem.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Problems that this route answers with besides those that follow from the rest of it. */
    problems?: readonly ProblemCode[];
  }
}

/** Which problems the platform adds to routes, depending on how the server is configured. */
export interface Guards {
  readonly authenticated: boolean;
  readonly rateLimited: boolean;
}

const PROBLEM = { [PROBLEM_MEDIA_TYPE]: { schema: Type.Ref('Problem') } };
const ANY_OTHER = {
  description: 'Any other error: a connection that broke off, a limit of the HTTP parser …',
  content: PROBLEM,
};

const text = (description: string) => Type.Optional(Type.String({ description }));
const REQUEST_HEADERS = {
  read: { 'If-None-Match': text('Entity tags that you have: 304 if one of them is current') },
  change: {
    'If-Match': text('The entity tag that you have seen: 412 if there is a newer version'),
  },
  idempotent: {
    'Idempotency-Key': Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 255,
        pattern: '^[\\x21-\\x7e]+$',
        description:
          'Makes it safe to send the request again: the first answer is kept for 24 hours and repeated, with `Idempotency-Replayed: true`',
      }),
    ),
  },
};

function problemsOf(
  { body, params, querystring }: FastifySchema,
  { config = {} }: Pick<RouteOptions, 'config'>,
  { authenticated, rateLimited }: Guards,
): ProblemCode[] {
  const { scope, idempotent, conditional, problems = [], rateLimit } = config;
  const guarded = scope !== 'public';
  const when = (condition: unknown, ...codes: ProblemCode[]) => (condition ? codes : []);
  return [
    ...when(body || params || querystring || idempotent, 'validation-failed'),
    ...when(body, 'malformed-json', 'payload-too-large', 'unsupported-media-type'),
    ...when(guarded && authenticated, 'unauthenticated', 'insufficient-scope'),
    ...when(rateLimited && rateLimit !== false, 'rate-limited'),
    ...when(!authenticated, 'misdirected-request'),
    ...when(idempotent, 'idempotency-key-in-use', 'idempotency-key-reused'),
    ...when(conditional === 'change', 'precondition-failed'),
    ...when(guarded, 'database-unavailable', 'overloaded'),
    ...problems,
    'internal-error',
  ];
}

/** One response a status, which names its codes. */
function problemResponses(codes: readonly ProblemCode[]) {
  const byStatus = new Map<number, Set<string>>();
  for (const code of codes) {
    const { status, title } = PROBLEMS[code];
    const meanings = byStatus.get(status) ?? new Set();
    byStatus.set(status, meanings.add(`${title} (\`${code}\`)`));
  }
  return Object.fromEntries(
    [...byStatus].map(([status, meanings]) => [
      status,
      { description: [...meanings].join('; '), content: PROBLEM },
    ]),
  );
}

function permission(scope: string | undefined): string {
  return scope === 'public' ? 'Needs no permission.' : `Needs the permission \`${scope}\`.`;
}

/**
 * Adds to the document what a route's `config` says: who may call it, the headers that it reads, its
 * errors. Only the document: problems are sent as text and need no serializer, and what these headers
 * may hold is checked where they are read.
 */
export function describeOperation(
  schema: FastifySchema,
  route: Pick<RouteOptions, 'config'>,
  guards: Guards,
): FastifySchema {
  const { scope, idempotent, conditional } = route.config ?? {};
  const headers = {
    ...(idempotent && REQUEST_HEADERS.idempotent),
    ...(conditional && REQUEST_HEADERS[conditional]),
  };
  const notModified = conditional === 'read' && {
    304: Type.Null({ description: 'You have the current version' }),
  };
  return {
    ...schema,
    description: `${schema.description ?? ''} ${permission(scope)}`.trim(),
    ...(Object.keys(headers).length > 0 && { headers: Type.Object(headers) }),
    ...(guards.authenticated && {
      security: scope === 'public' ? [] : [{ token: [scope ?? ''] }],
    }),
    response: {
      ...problemResponses(problemsOf(schema, route, guards)),
      default: ANY_OTHER,
      ...notModified,
      ...(schema.response ?? {}),
    },
  };
}
