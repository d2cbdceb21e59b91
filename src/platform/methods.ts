import type {} from '@fastify/rate-limit'; // the type of its optional decorator
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

/** Records the methods of each path. Register it before the first route. */
export const knownMethods = fp(
  async (app) => {
    const paths = findMyWay({ ignoreTrailingSlash: true });
    const methodsByUrl = new Map<string, Set<string>>();

    app.addHook('onRoute', ({ url, method }) => {
      if (url === '*') return; // a catch-all must not make every path known
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
 * Answers requests that no route matches: 405 with `Allow` for a known path with another method (Fastify itself
 * answers 404), 204 for OPTIONS, otherwise 404. Register it after every plugin whose hooks must run for such
 * requests.
 */
export const unmatchedRequests = fp(
  async (app) => {
    const answer = async (request: FastifyRequest, reply: FastifyReply) => {
      const [path = '/'] = request.url.split('?', 1);
      const methods = app.methodsOf(path);
      // Routes such as /docs/* also end here if the file does not exist.
      if (!methods || (methods.has(request.method) && request.method !== 'OPTIONS')) {
        const detail = `${path} does not exist. See /docs for all paths`;
        return sendProblem(request, reply, new AppError('not-found', detail));
      }
      const allow = [...methods].sort().join(', ');
      if (request.method === 'OPTIONS') return reply.code(204).header('allow', allow).send();
      const error = new AppError('method-not-allowed', `${path} supports ${allow}`, {
        headers: { allow },
      });
      return sendProblem(request, reply, error);
    };

    // A separate Fastify scope: the hook runs for unmatched requests only, before their body is read.
    app.register(async (unmatched) => {
      if (app.hasDecorator('rateLimit')) unmatched.addHook('onRequest', app.rateLimit());
      unmatched.addHook('onRequest', answer);
      unmatched.setNotFoundHandler(answer);
    });
  },
  { name: 'unmatched-requests', fastify: '5.x', dependencies: ['known-methods'] },
);
