import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import { answer } from '../../contract/schemas.js';
import { sendPage } from '../../platform/page.js';
import { ReleaseParams } from '../releases/index.js';
import { TimelineEntryRef, TimelineQuery } from './timeline.schemas.js';
import type { TimelineService } from './timeline.service.js';

export const timelineRoutes: FastifyPluginAsyncTypebox<{ timeline: TimelineService }> = async (
  app,
  { timeline },
) => {
  app.get(
    '/releases/:id/timeline',
    {
      config: { scope: 'events:read', problems: ['release-not-found'] },
      schema: {
        operationId: 'getTimeline',
        summary: 'Get the timeline of a release',
        description: [
          'Lists what happened to the release, newest first: decisions, evidence, artifacts, waivers, deployments,',
          'and how it was sealed or revoked. A decision is in it when what holds changes, not each time that it is',
          'asked for. Waivers for every release of the project are in it if they changed after the release was registered.',
        ].join(' '),
        params: ReleaseParams,
        querystring: TimelineQuery,
        response: { 200: answer(Type.Array(TimelineEntryRef), 'The entries of this page') },
      },
    },
    async (request, reply) =>
      sendPage(
        request,
        reply,
        await timeline.list(request.callContext, request.params.id, request.query),
      ),
  );
};
