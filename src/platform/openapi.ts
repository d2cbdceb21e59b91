import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { Type } from '@sinclair/typebox';
import type { FastifySchema, RouteOptions } from 'fastify';
import fp from 'fastify-plugin';
import type { BuildInfo } from '../build-info.js';
import { PROBLEM_MEDIA_TYPE, Problem } from './problem.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Statuses that this route answers with besides those that its schema implies. */
    problems?: readonly number[];
  }
}

/**
 * What Swagger UI needs and nothing from elsewhere. Not `upgrade-insecure-requests`: the server speaks
 * plain HTTP, and a proxy that adds TLS needs no help.
 */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; connect-src 'self'; font-src 'self'; img-src 'self' data:; " +
  "script-src 'self'; style-src 'self' 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";

const MEANING: Record<number, string> = {
  400: 'The request is not valid; `errors` names the faulty values',
  404: 'There is no such thing',
  413: 'The body is too large',
  415: 'The body is not application/json',
  500: 'The server failed; its log says why',
  503: 'Not able to serve just now: `code` says why; try again later',
};

const PROBLEM = { [PROBLEM_MEDIA_TYPE]: { schema: Type.Ref('Problem') } };
const ANY_OTHER = {
  description: 'What no operation is to blame for: headers that are too large (431), and the like',
  content: PROBLEM,
};

/** The statuses that a route of this shape can always answer with. */
function impliedProblems({ body, params, querystring }: FastifySchema): number[] {
  const input = body || params || querystring ? [400] : [];
  return body ? [...input, 413, 415] : input;
}

/** Adds the error responses to the document alone: problems need no serializer. */
function withProblems(schema: FastifySchema, { config }: RouteOptions): FastifySchema {
  const statuses = new Set([...impliedProblems(schema), ...(config?.problems ?? []), 500]);
  const problems = Object.fromEntries(
    [...statuses].map((status) => [
      status,
      {
        description: MEANING[status],
        content: PROBLEM,
      },
    ]),
  );
  return { ...schema, response: { ...problems, default: ANY_OTHER, ...(schema.response ?? {}) } };
}

/** `/openapi.json` and Swagger UI at `/docs`, both from the routes' schemas alone. */
export default fp<{ build: BuildInfo }>(
  async (app, { build }) => {
    await app.register(swagger, {
      openapi: {
        openapi: '3.1.0',
        info: {
          title: 'Secure Release Platform',
          version: build.version,
          description:
            'A register of software projects. Errors are problem+json (RFC 9457) with a stable `code`.',
          license: { name: 'MIT', identifier: 'MIT' },
        },
        tags: [
          { name: 'projects', description: 'The software projects in the register' },
          { name: 'operations', description: 'Is it up, is it ready, what is it' },
        ],
      },
      refResolver: {
        buildLocalReference: (json, _base, _fragment, i) => String(json.$id ?? `def-${i}`),
      },
      transform: ({ schema, url, route }) => ({
        schema: schema?.hide ? schema : withProblems(schema ?? {}, route),
        url,
      }),
    });
    app.addSchema(Problem);

    await app.register(swaggerUi, {
      routePrefix: '/docs',
      theme: { title: 'Secure Release Platform' },
      staticCSP: CONTENT_SECURITY_POLICY,
      uiConfig: {
        layout: 'BaseLayout', // without the bar that loads other documents
        tryItOutEnabled: true,
        displayRequestDuration: true,
        deepLinking: true,
        validatorUrl: null, // the badge of a service on the internet
      },
    });

    app.get('/openapi.json', { schema: { hide: true } }, (_request, reply) =>
      reply.type('application/json; charset=utf-8').send(JSON.stringify(app.swagger())),
    );
  },
  { name: 'openapi', fastify: '5.x' },
);
