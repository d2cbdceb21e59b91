import type { FastifyInstance } from 'fastify';
import { AppError } from '../../shared/app-error.js';
import { getPage } from '../route.js';
import type { Tools } from '../tools.js';

export function homePages(app: FastifyInstance, _tools: Tools): void {
  getPage(app, '/', {}, async ({ reply }) => {
    await reply.redirect('/ui/environments');
    return undefined;
  });

  getPage(app, '/*', {}, async ({ request }) => {
    const [path = ''] = request.url.split('?', 1);
    throw new AppError('not-found', `${path} does not exist`);
  });
}
