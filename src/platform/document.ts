import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { TObject } from '@sinclair/typebox';
import Fastify, { type FastifyInstance, type FastifySchema, type RouteOptions } from 'fastify';
import type { BuildInfo } from '../config/build-info.js';
import { DOCS_PAGE } from './docs-page.js';
import type { Feature } from './feature.js';
import { describeOperation, type Guards } from './operation.js';

const ABOUT = [
  'Secure Release Platform collects test reports, SBOMs and scans of your software releases and answers one question:',
  '**may this version ship to that environment, and if not, why?**',
  'Begin with [`GET /assert`](#/gate/assertRelease) in the group **gate**: pipelines call it before they deploy.',
  'It needs a project (`POST /projects`), a release (`PUT /projects/{id}/releases/{version}`) and the evidence for it',
  '(`POST /releases/{id}/evidence`).',
].join(' ');
const ABOUT_ERRORS = 'Errors are problem+json (RFC 9457) with a stable `code`.';
const WITH_TOKENS = [
  'Callers send `Authorization: Bearer` with an API token or an OpenID Connect token of a trusted issuer.',
  'People can also sign in (`GET /sign-in`), if the server has an identity provider.',
  'Each operation names the permission (scope) that it needs.',
].join(' ');
const WITHOUT_TOKENS =
  'This server runs with AUTH_MODE=none: anyone who can reach it has every permission.';

const TOKEN_SCHEME = {
  type: 'http' as const,
  scheme: 'bearer',
  description: 'An API token (`srp_…`), or an OpenID Connect token (JWT) of a trusted issuer',
};

const SESSION_SCHEME = {
  type: 'apiKey' as const,
  in: 'cookie' as const,
  name: '__Host-srp',
  description:
    'The session of a person who signed in. Changes also need the header `X-Anti-Forgery-Token`, from `GET /me`',
};

/** The parts of the OpenAPI document. */
export interface DocumentSource {
  readonly build: BuildInfo;
  readonly tags: readonly Feature['tag'][];
  readonly guards: Guards;
  readonly routes: readonly RouteOptions[];
  /** The registered schemas by their `$id`. */
  readonly schemas: ReadonlyMap<string, unknown>;
}

const OPERATIONS_TAG = {
  name: 'operations',
  description: 'Health, readiness, version and metrics of the server',
};

/** The schema with the rest of a path under the name `path`. */
function withPath(schema: FastifySchema): FastifySchema {
  const { properties, required = [], ...rest } = (schema.params ?? {}) as Partial<TObject>;
  if (!properties || !('*' in properties)) return schema;
  const named = Object.entries(properties).map(([name, part]) => [name.replace('*', 'path'), part]);
  const params = {
    ...rest,
    properties: Object.fromEntries(named),
    required: required.map((name) => name.replace('*', 'path')),
  };
  return { ...schema, params };
}

/** Builds a second application with the same routes and empty handlers. It serves the OpenAPI document. */
export async function buildDocument(source: DocumentSource): Promise<FastifyInstance> {
  const { build, tags, guards, routes, schemas } = source;
  const app = Fastify({ routerOptions: { ignoreTrailingSlash: true } });
  app.setValidatorCompiler(() => () => true).setSerializerCompiler(() => JSON.stringify);
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Secure Release Platform',
        version: build.version,
        description: [
          ABOUT,
          guards.authenticated ? WITH_TOKENS : WITHOUT_TOKENS,
          ABOUT_ERRORS,
        ].join('\n\n'),
        license: { name: 'MIT', identifier: 'MIT' },
      },
      tags: [...tags, OPERATIONS_TAG],
      ...(guards.authenticated && {
        components: { securitySchemes: { token: TOKEN_SCHEME, session: SESSION_SCHEME } },
      }),
    },
    refResolver: {
      buildLocalReference: (json, _base, _fragment, i) => String(json.$id ?? `def-${i}`),
    },
    transform: ({ schema = {}, url, route: { config, method } }) => ({
      // Operations without a feature concern the server itself.
      schema: schema.hide
        ? schema
        : describeOperation(
            { schema: { tags: [OPERATIONS_TAG.name], ...schema }, method, url, config, schemas },
            guards,
          ),
      url,
    }),
  });
  await app.register(swaggerUi, DOCS_PAGE);
  for (const schema of schemas.values()) app.addSchema(schema);
  for (const { method, url, schema, config, links } of routes) {
    app.route({
      method,
      // OpenAPI has no parameter for the rest of a path.
      url: url.replace('*', ':path'),
      handler: () => null,
      ...(schema && { schema: withPath(schema) }),
      ...(config && { config }),
      ...(links && { links }),
    });
  }
  app.get('/openapi.json', { schema: { hide: true } }, (_request, reply) =>
    reply.type('application/json; charset=utf-8').send(JSON.stringify(app.swagger())),
  );
  await app.ready();
  return app;
}
