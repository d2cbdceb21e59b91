import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import findMyWay, { type HTTPMethod } from 'find-my-way';
import { AppError } from '../shared/app-error.js';
import { sendProblem } from './problem.js';

/**
 * Knows which methods each path has, so that a known path with another method is 405 with `Allow`, and
 * OPTIONS answers 204. Fastify itself would say 404. Costs nothing while routes match.
 */
export default fp(
  async (app) => {
    const paths = findMyWay({ ignoreTrailingSlash: true });
    const methodsOf = new Map<string, Set<string>>();

    app.addHook('onRoute', ({ url, method }) => {
      let methods = methodsOf.get(url);
      if (!methods) {
        methods = new Set(['OPTIONS']);
        methodsOf.set(url, methods);
        paths.on('GET' as HTTPMethod, url, () => {}, methods);
      }
      for (const name of [method].flat()) methods.add(name);
    });

    const answer = async (request: FastifyRequest, reply: FastifyReply) => {
      const [path = '/'] = request.url.split('?', 1);
      const methods: Set<string> | undefined = paths.find('GET', path)?.store;
      if (!methods) {
        return sendProblem(
          request,
          reply,
          new AppError('not-found', `There is no ${path} here; /docs lists what there is`),
        );
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
      unmatched.addHook('onRequest', answer);
      unmatched.setNotFoundHandler(answer);
    });
  },
  { name: 'methods', fastify: '5.x' },
);
