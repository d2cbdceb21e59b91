import { Type } from '@sinclair/typebox';
import type { FastifySchema } from 'fastify';
import { PROBLEMS, type ProblemCode } from '../shared/problems.js';
import { PROBLEM_MEDIA_TYPE } from './problem.js';
import { type Described, problemExample } from './problem-examples.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Problems of this route besides those that follow from its other options. */
    problems?: readonly ProblemCode[];
    /** The schemas, by `$id`, of problems that have members of their own. */
    problemSchemas?: Partial<Record<ProblemCode, string>>;
  }
}

/** The server's configuration, as far as it adds problems to routes. */
export interface Guards {
  readonly authenticated: boolean;
  readonly rateLimited: boolean;
}

const ANY_OTHER = 'Any other error, such as a closed connection or a limit of the HTTP parser';
/** Problems that can occur before the server knows the route. */
const ANYWHERE: ProblemCode[] = ['malformed-request', 'request-timeout', 'headers-too-large'];

const text = (description: string) => Type.Optional(Type.String({ description }));
const REQUEST_HEADERS = {
  read: {
    'If-None-Match': text('Entity tags that you have. The answer is 304 if one of them is current'),
  },
  change: {
    'If-Match': text('Entity tag that you read. The answer is 412 if there is a newer version'),
  },
  idempotent: {
    'Idempotency-Key': Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 255,
        pattern: '^[\\x21-\\x7e]+$',
        description: [
          'Makes it safe to send the request again. The server keeps the first answer for 24 hours and repeats it,',
          'with `Idempotency-Replayed: true`',
        ].join(' '),
      }),
    ),
  },
};

const header = (description: string) => ({ type: 'string', description });
const ANSWER_HEADERS = {
  ETag: header('Entity tag of this version, for `If-None-Match` and `If-Match`'),
  'Idempotency-Replayed': header(
    '`true` if this repeats the first answer to this `Idempotency-Key`',
  ),
  Link: header('Next page: `<…>; rel="next"`. Absent on the last page'),
};

/** A response in a route's schema. */
interface Answer {
  readonly headers?: Readonly<Record<string, unknown>>;
}

function problemsOf(
  { method, schema: { body, params, querystring }, config = {} }: Described,
  { authenticated, rateLimited }: Guards,
): ProblemCode[] {
  const { scope, idempotent, conditional, problems = [], rateLimit } = config;
  const guarded = scope !== 'public';
  const writes = ![method].flat().every((one) => one === 'GET' || one === 'HEAD');
  const when = (condition: unknown, ...codes: ProblemCode[]) => (condition ? codes : []);
  return [
    ...when(body || params || querystring || idempotent, 'validation-failed'),
    ...when(body, 'malformed-json', 'payload-too-large', 'unsupported-media-type'),
    ...when(guarded && authenticated, 'unauthenticated'),
    ...when(guarded && authenticated && scope !== 'caller', 'insufficient-scope'),
    ...when(guarded && authenticated && writes, 'cross-site-request', 'anti-forgery-required'),
    ...when(rateLimited && rateLimit !== false, 'rate-limited'),
    ...when(!authenticated, 'misdirected-request'),
    ...when(!authenticated && writes, 'cross-site-request'),
    ...when(idempotent, 'idempotency-key-in-use', 'idempotency-key-reused', 'quota-exceeded'),
    ...when(conditional === 'change', 'precondition-failed'),
    ...when(guarded, 'database-unavailable', 'overloaded'),
    ...problems,
    'internal-error',
  ];
}

/** Returns an error response with an example of each problem. */
function problemResponse(description: string, codes: Iterable<ProblemCode>, operation: Described) {
  const examples = [...codes].map((code): [ProblemCode, object] => [
    code,
    { value: problemExample(code, operation) },
  ]);
  const { problemSchemas = {} } = operation.config ?? {};
  const ids = new Set([...codes].map((code) => problemSchemas[code] ?? 'Problem'));
  const refs = [...ids].map((id) => Type.Ref(id));
  const media = {
    schema: refs.length === 1 ? refs[0] : { anyOf: refs },
    examples: Object.fromEntries(examples),
  };
  return { description, content: { [PROBLEM_MEDIA_TYPE]: media } };
}

/** Returns one response per status. Its description names the codes. */
function problemResponses(codes: readonly ProblemCode[], operation: Described) {
  const byStatus = new Map<number, Set<ProblemCode>>();
  for (const code of codes) {
    const { status } = PROBLEMS[code];
    byStatus.set(status, (byStatus.get(status) ?? new Set()).add(code));
  }
  const meaning = (code: ProblemCode) => `${PROBLEMS[code].title} (\`${code}\`)`;
  return Object.fromEntries(
    [...byStatus].map(([status, same]) => [
      status,
      problemResponse([...same].map(meaning).join('; '), same, operation),
    ]),
  );
}

/** True if the operation returns a page of a list. */
function isPaged({ querystring }: FastifySchema): boolean {
  const { properties = {} } = (querystring ?? {}) as { properties?: object };
  return 'cursor' in properties;
}

/** Adds the headers that follow from the route's options to its responses. */
function successes({ schema, config = {} }: Described) {
  const { idempotent, conditional } = config;
  const follow = {
    ...(conditional && { ETag: ANSWER_HEADERS.ETag }),
    ...(idempotent && { 'Idempotency-Replayed': ANSWER_HEADERS['Idempotency-Replayed'] }),
    ...(isPaged(schema) && { Link: ANSWER_HEADERS.Link }),
  };
  const responses = (schema.response ?? {}) as Record<string, Answer>;
  if (Object.keys(follow).length === 0) return responses;
  return Object.fromEntries(
    Object.entries(responses).map(([status, response]) => [
      status,
      status === '204' ? response : { ...response, headers: { ...response.headers, ...follow } },
    ]),
  );
}

function permission(scope: string | undefined): string {
  if (scope === 'caller') return 'Needs a caller, with any permission.';
  return scope === 'public' ? 'Needs no permission.' : `Needs the permission \`${scope}\`.`;
}

/** A caller sends a token or the cookie of a session. Only a token has scopes of its own. */
function securityOf(scope: string | undefined): Record<string, string[]>[] {
  if (scope === 'public') return [];
  return [{ token: scope === undefined || scope === 'caller' ? [] : [scope] }, { session: [] }];
}

/**
 * Adds permission, request headers and errors to the description of an operation, from the route's `config`. This
 * affects the document only: problems are sent as text, and the headers are validated where they are read.
 */
export function describeOperation(operation: Described, guards: Guards): FastifySchema {
  const { schema, config = {} } = operation;
  const { scope, idempotent, conditional } = config;
  const headers = {
    ...(idempotent && REQUEST_HEADERS.idempotent),
    ...(conditional && conditional !== 'create' && REQUEST_HEADERS[conditional]),
  };
  const notModified = conditional === 'read' && {
    304: Type.Null({ description: 'The version that you have is current' }),
  };
  return {
    ...schema,
    description: `${schema.description ?? ''} ${permission(scope)}`.trim(),
    ...(Object.keys(headers).length > 0 && { headers: Type.Object(headers) }),
    ...(guards.authenticated && {
      security: securityOf(scope),
    }),
    response: {
      ...problemResponses(problemsOf(operation, guards), operation),
      default: problemResponse(ANY_OTHER, ANYWHERE, operation),
      ...notModified,
      ...successes(operation),
    },
  };
}
