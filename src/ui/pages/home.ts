import type { FastifyInstance } from 'fastify';
import { AppError } from '../../shared/app-error.js';
import { getPage } from '../route.js';
import type { Tools } from '../tools.js';
import { inboxOf } from './inbox.js';

export function homePages(app: FastifyInstance, { services }: Tools): void {
  getPage(app, '/', {}, async ({ context, reply }) => {
    const isPerson = context.caller.person === true;
    const { wanted = [], voided = [] } = isPerson ? await inboxOf(services, context, 1) : {};
    const waits = wanted.length + voided.length > 0;
    await reply.redirect(waits ? '/ui/inbox' : '/ui/environments');
    return undefined;
  });

  getPage(app, '/*', {}, async ({ request }) => {
    const [path = ''] = request.url.split('?', 1);
    throw new AppError('not-found', `${path} does not exist`);
  });
}
