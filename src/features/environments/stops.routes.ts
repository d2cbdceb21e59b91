import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import { answer } from '../../contract/schemas.js';
import { sendPage } from '../../platform/page.js';
import { EnvironmentParams } from './environments.schemas.js';
import {
  CreateEnvironmentStopRef,
  EnvironmentStopRef,
  ListStopsQuery,
  ResumeEnvironmentRef,
} from './stops.schemas.js';
import type { StopsService } from './stops.service.js';

/** The stopped line. */
export const stopsRoutes: FastifyPluginAsyncTypebox<{ stops: StopsService }> = async (
  app,
  { stops },
) => {
  app.post(
    '/stop',
    {
      config: {
        scope: 'environments:stop',
        idempotent: true,
        problems: ['environment-not-found', 'quota-exceeded'],
      },
      schema: {
        operationId: 'stopEnvironment',
        summary: 'Stop the line',
        description: [
          'Stops the environment: the gate denies ordinary releases in the next answer of every instance,',
          'until a person resumes it. Rollbacks pass, unless `rollbacks` is false.',
          'A caller that is bound to projects names them in `projects`.',
        ].join(' '),
        params: EnvironmentParams,
        body: CreateEnvironmentStopRef,
        response: { 201: answer(EnvironmentStopRef, 'The environment is stopped') },
      },
    },
    (request, reply) =>
      app.createOnce(request, reply, async (context) => ({
        headers: {},
        body: await stops.stop(context, request.params.name, request.body),
      })),
  );

  app.post(
    '/resume',
    {
      config: {
        scope: 'environments:resume',
        problems: ['environment-not-found', 'identity-required', 'recent-sign-in-required'],
      },
      schema: {
        operationId: 'resumeEnvironment',
        summary: 'Resume the line',
        description: [
          'Ends a stop of the environment: the one that is named, or the only one. Only a person can: someone who signed in, or who has a token',
          'that an admin marked for a person. A caller that is bound to projects ends stops of these projects alone.',
          'Repeating the call has no effect.',
        ].join(' '),
        params: EnvironmentParams,
        body: ResumeEnvironmentRef,
        response: {
          200: answer(
            Type.Array(EnvironmentStopRef),
            'The stop that ended by this call, if one did',
          ),
        },
      },
    },
    ({ callContext, params, body }) => stops.resume(callContext, params.name, body),
  );

  app.get(
    '/stops',
    {
      config: { scope: 'environments:read', problems: ['environment-not-found'] },
      schema: {
        operationId: 'listStops',
        summary: 'List stops of an environment',
        description: 'Lists who stopped the environment and who resumed it, newest first.',
        params: EnvironmentParams,
        querystring: ListStopsQuery,
        response: { 200: answer(Type.Array(EnvironmentStopRef), 'The stops of this page') },
      },
    },
    async (request, reply) => {
      const { callContext, params, query } = request;
      return sendPage(request, reply, await stops.list(callContext, params.name, query));
    },
  );
};
