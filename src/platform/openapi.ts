import type {} from '@fastify/swagger'; // the types of its route options
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import fp from 'fastify-plugin';
import type { BuildInfo } from '../config/build-info.js';
import { authMode, type Config } from '../config/config.js';
import type { Feature } from './feature.js';
import { Problem } from './problem.js';
import { requestsPerMinute } from './rate-limits.js';

/** Headers of the connection between the two applications. They are not part of the response. */
const HOP_BY_HOP = ['connection', 'keep-alive', 'transfer-encoding', 'date', 'content-length'];

/**
 * Serves `/openapi.json` and Swagger UI at `/docs`, both generated from the routes' schemas. Their libraries would
 * take a fifth of the start time, so the first request loads them.
 */
export default fp<{ config: Config; build: BuildInfo; tags: readonly Feature['tag'][] }>(
  async (app, { config, build, tags }) => {
    const routes: RouteOptions[] = [];
    const schemas = new Map<string, unknown>();
    app.addHook('onRoute', function collect(this: FastifyInstance, route) {
      if (route.method === 'HEAD' || route.url === '*' || route.schema?.hide) return;
      routes.push(route);
      for (const [id, schema] of Object.entries(this.getSchemas())) schemas.set(id, schema);
    });
    app.addSchema(Problem);

    const guards = {
      authenticated: authMode(config) === 'token',
      rateLimited: requestsPerMinute(config) > 0,
    };
    let document: Promise<FastifyInstance> | undefined;
    const answer = async ({ url, headers }: FastifyRequest, reply: FastifyReply) => {
      document ??= import('./document.js').then(({ buildDocument }) =>
        buildDocument({ build, tags, guards, routes, schemas }),
      );
      const response = await (await document).inject({ url, headers });
      // The file does not exist, or the path leads out of the folder.
      if (response.statusCode >= 400) return reply.callNotFound();
      for (const [name, value] of Object.entries(response.headers)) {
        if (!HOP_BY_HOP.includes(name)) reply.header(name, value);
      }
      return reply.code(response.statusCode).send(response.rawPayload);
    };
    for (const url of ['/openapi.json', '/docs', '/docs/*']) {
      app.get(url, { config: { scope: 'public' }, schema: { hide: true } }, answer);
    }
  },
  { name: 'openapi', fastify: '5.x' },
);
