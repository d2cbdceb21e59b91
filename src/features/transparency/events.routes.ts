import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import { answer } from '../../contract/schemas.js';
import { sendPage } from '../../platform/page.js';
import { EventParams, EventRef, ListEventsQuery } from './events.schemas.js';
import type { EventsService } from './events.service.js';

export const eventsRoutes: FastifyPluginAsyncTypebox<{ events: EventsService }> = async (
  app,
  { events },
) => {
  app.get(
    '',
    {
      config: { scope: 'events:read' },
      schema: {
        operationId: 'listEvents',
        summary: 'List events',
        description: [
          'Lists events, with their place in the log and what it commits to.',
          'Each is listed for callers who also have the scope to read what it is about, in its project.',
          'Events without a project are listed for callers that are not bound to projects.',
        ].join(' '),
        querystring: ListEventsQuery,
        response: { 200: answer(Type.Array(EventRef), 'The events of this page') },
      },
    },
    async (request, reply) =>
      sendPage(request, reply, await events.list(request.callContext, request.query)),
  );

  app.get(
    '/:id',
    {
      config: { scope: 'events:read', problems: ['event-not-found'] },
      schema: {
        operationId: 'getEvent',
        summary: 'Get an event',
        description: 'Returns the event with its place in the log and what it commits to.',
        params: EventParams,
        response: { 200: answer(EventRef, 'The event') },
      },
    },
    ({ callContext, params }) => events.get(callContext, params.id),
  );
};
