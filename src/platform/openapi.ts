import type {} from '@fastify/swagger'; // the types of what routes say for the document
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import fp from 'fastify-plugin';
import type { BuildInfo } from '../config/build-info.js';
import { authMode, type Config } from '../config/config.js';
import type { Feature } from './feature.js';
import { Problem } from './problem.js';
import { requestsPerMinute } from './rate-limits.js';

/** About the connection to the other application, not about the answer. */
const HOP_BY_HOP = ['connection', 'keep-alive', 'transfer-encoding', 'date', 'content-length'];

/**
 * `/openapi.json` and Swagger UI at `/docs`, both from the routes' schemas alone. Few requests ask for them,
 * and their libraries take a fifth of the start: they are loaded for the first that does.
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
      // A file that there is not, or a path that leads out of the folder.
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
