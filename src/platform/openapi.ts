import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import fp from 'fastify-plugin';
import type { BuildInfo } from '../build-info.js';
import { authMode, type Config } from '../config.js';
import type { Feature } from './feature.js';
import { describeOperation } from './operation.js';
import { Problem } from './problem.js';
import { requestsPerMinute } from './rate-limits.js';

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

/** `/openapi.json` and Swagger UI at `/docs`, both from the routes' schemas alone. */
export default fp<{ config: Config; build: BuildInfo; tags: readonly Feature['tag'][] }>(
  async (app, { config, build, tags }) => {
    const guards = {
      authenticated: authMode(config) === 'token',
      rateLimited: requestsPerMinute(config) > 0,
    };
    await app.register(swagger, {
      openapi: {
        openapi: '3.1.0',
        info: {
          title: 'Secure Release Platform',
          version: build.version,
          description: `${ABOUT} ${guards.authenticated ? WITH_TOKENS : WITHOUT_TOKENS}`,
          license: { name: 'MIT', identifier: 'MIT' },
        },
        tags: [
          ...tags,
          { name: 'operations', description: 'Is it up, is it ready, what is it, what does it do' },
        ],
        ...(guards.authenticated && { components: { securitySchemes: { token: TOKEN_SCHEME } } }),
      },
      refResolver: {
        buildLocalReference: (json, _base, _fragment, i) => String(json.$id ?? `def-${i}`),
      },
      transform: ({ schema, url, route }) => ({
        schema: schema?.hide ? schema : describeOperation(schema ?? {}, route, guards),
        url,
      }),
    });
    app.addSchema(Problem);

    // Routes of the library's own: it has no option for their scope.
    app.addHook('onRoute', (route) => {
      if (/^\/docs(\/|$)/.test(route.url)) route.config = { ...route.config, scope: 'public' };
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

    let text: string | undefined; // made for the first who asks
    app.get(
      '/openapi.json',
      { config: { scope: 'public' }, schema: { hide: true } },
      (_request, reply) => {
        text ??= JSON.stringify(app.swagger());
        return reply.type('application/json; charset=utf-8').send(text);
      },
    );
  },
  { name: 'openapi', fastify: '5.x' },
);
