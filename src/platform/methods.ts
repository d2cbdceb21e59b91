import type {} from '@fastify/rate-limit'; // its decorator, which is there where requests are counted
import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import findMyWay, { type HTTPMethod } from 'find-my-way';
import { AppError } from '../shared/app-error.js';
import { sendProblem } from './problem.js';

declare module 'fastify' {
  interface FastifyInstance {
    /** The methods of the route that matches a path; undefined for an unknown path. */
    methodsOf(path: string): ReadonlySet<string> | undefined;
  }
}

/**
 * Remembers which methods each path has. Register it before the first route.
 */
export const knownMethods = fp(
  async (app) => {
    const paths = findMyWay({ ignoreTrailingSlash: true });
    const methodsByUrl = new Map<string, Set<string>>();

    app.addHook('onRoute', ({ url, method }) => {
      if (url === '*') return; // a catch-all does not make every path a known one
      let methods = methodsByUrl.get(url);
      if (!methods) {
        methods = new Set(['OPTIONS']);
        methodsByUrl.set(url, methods);
        paths.on('GET' as HTTPMethod, url, () => {}, methods);
      }
      for (const name of [method].flat()) methods.add(name);
    });
    app.decorate('methodsOf', (path) => paths.find('GET', path)?.store);
  },
  { name: 'known-methods', fastify: '5.x' },
);

/**
 * Answers what no route does: 405 with `Allow` for a known path with another method (Fastify itself
 * would say 404), 204 for OPTIONS, 404 for the rest. Costs nothing while routes match. Register it after
 * every plugin whose hooks are meant for such requests, too.
 */
export const unmatchedRequests = fp(
  async (app) => {
    const answer = async (request: FastifyRequest, reply: FastifyReply) => {
      const [path = '/'] = request.url.split('?', 1);
      const methods = app.methodsOf(path);
      // A route that finds nothing behind its address (a missing file, say) ends here, too.
      if (!methods || (methods.has(request.method) && request.method !== 'OPTIONS')) {
        const detail = `There is no ${path} here; /docs lists what there is`;
        return sendProblem(request, reply, new AppError('not-found', detail));
      }
      const allow = [...methods].sort().join(', ');
      if (request.method === 'OPTIONS') return reply.code(204).header('allow', allow).send();
      const error = new AppError('method-not-allowed', `${path} supports ${allow}`, {
        headers: { allow },
      });
      return sendProblem(request, reply, error);
    };

    // A scope of its own, so that the hook runs for unmatched requests only, before their body is read.
    app.register(async (unmatched) => {
      if (app.hasDecorator('rateLimit')) unmatched.addHook('onRequest', app.rateLimit());
      unmatched.addHook('onRequest', answer);
      unmatched.setNotFoundHandler(answer);
    });
  },
  { name: 'unmatched-requests', fastify: '5.x', dependencies: ['known-methods'] },
);
