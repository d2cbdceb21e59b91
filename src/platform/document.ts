import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import Fastify, { type FastifyInstance, type RouteOptions } from 'fastify';
import type { BuildInfo } from '../config/build-info.js';
import type { Feature } from './feature.js';
import { describeOperation, type Guards } from './operation.js';

/**
 * What Swagger UI needs and nothing from elsewhere. Not `upgrade-insecure-requests`: the server speaks
 * plain HTTP, and a proxy that adds TLS needs no help.
 */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; connect-src 'self'; font-src 'self'; img-src 'self' data:; " +
  "script-src 'self'; style-src 'self' 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";

const ABOUT =
  'A register of software projects. Errors are problem+json (RFC 9457) with a stable `code`.';
const WITH_TOKENS =
  'Callers send `Authorization: Bearer` with an API token or an OpenID Connect token of a trusted issuer; each operation names the permission (scope) that it needs.';
const WITHOUT_TOKENS =
  'This server runs with AUTH_MODE=none: whoever reaches it has every permission.';

const TOKEN_SCHEME = {
  type: 'http' as const,
  scheme: 'bearer',
  description: 'An API token (`srp_…`), or an OpenID Connect token (JWT) of a trusted issuer',
};

/** What the document is made of. */
export interface DocumentSource {
  readonly build: BuildInfo;
  readonly tags: readonly Feature['tag'][];
  readonly guards: Guards;
  readonly routes: readonly RouteOptions[];
  /** By their `$id`. */
  readonly schemas: ReadonlyMap<string, unknown>;
}

const OPERATIONS_TAG = {
  name: 'operations',
  description: 'Is it up, is it ready, what is it, what does it do',
};

/** An application of its own that has the same routes, does nothing in them, and describes them. */
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
        description: `${ABOUT} ${guards.authenticated ? WITH_TOKENS : WITHOUT_TOKENS}`,
        license: { name: 'MIT', identifier: 'MIT' },
      },
      tags: [...tags, OPERATIONS_TAG],
      ...(guards.authenticated && { components: { securitySchemes: { token: TOKEN_SCHEME } } }),
    },
    refResolver: {
      buildLocalReference: (json, _base, _fragment, i) => String(json.$id ?? `def-${i}`),
    },
    transform: ({ schema = {}, url, route }) => ({
      // What belongs to no feature tells how the server is.
      schema: schema.hide
        ? schema
        : describeOperation({ tags: [OPERATIONS_TAG.name], ...schema }, route, guards),
      url,
    }),
  });
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
  for (const schema of schemas.values()) app.addSchema(schema);
  for (const { method, url, schema, config, links } of routes) {
    app.route({
      method,
      url,
      handler: () => null,
      ...(schema && { schema }),
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
