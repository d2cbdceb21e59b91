import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { answer } from '../../contract/schemas.js';
import { waitingOf } from '../../platform/owner.js';
import { ReleaseParams } from '../releases/index.js';
import { EnvironmentParams } from './environments.schemas.js';
import {
  EnvironmentStatusRef,
  ReadinessQuery,
  ReadinessRef,
  StatusQuery,
} from './status.schemas.js';
import type { StatusService } from './status.service.js';

/** What runs in an environment, and where a release may go. */
export const statusRoutes: FastifyPluginAsyncTypebox<{ status: StatusService }> = async (
  app,
  { status },
) => {
  app.get(
    '/environments/:name/status',
    {
      config: {
        scope: 'environments:read',
        problems: ['environment-not-found', 'project-not-found'],
      },
      schema: {
        operationId: 'getEnvironmentStatus',
        summary: 'Get the status of an environment',
        description: [
          'Says what runs in the environment, since when and by which verdict, whether it is frozen or stopped,',
          'and until when. `running` has only projects whose deployments the caller may read.',
        ].join(' '),
        params: EnvironmentParams,
        querystring: StatusQuery,
        response: { 200: answer(EnvironmentStatusRef, 'The status of the environment') },
      },
    },
    ({ callContext, params, query }) => status.get(callContext, params.name, query),
  );

  app.get(
    '/releases/:id/readiness',
    {
      config: {
        scope: 'verdicts:read',
        problems: ['release-not-found', 'environment-not-found', 'decision-too-large'],
      },
      schema: {
        operationId: 'getReleaseReadiness',
        summary: 'Get the readiness of a release',
        description: [
          'Says for each environment whether the release runs there, may go there, or waits, and the next step.',
          'The server evaluates the current state, and stores nothing. Ask the gate before a deployment.',
        ].join(' '),
        params: ReleaseParams,
        querystring: ReadinessQuery,
        response: { 200: answer(ReadinessRef, 'The readiness for each environment') },
      },
    },
    (request, reply) => {
      const { callContext, params, query } = request;
      return status.readiness(callContext, params.id, query, waitingOf(request, reply));
    },
  );
};
