import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import { entityTag } from '../../contract/entity-tags.js';
import { answer, located } from '../../contract/schemas.js';
import { expectedVersions, tagged, versionedWhole } from '../../platform/conditional.js';
import { sendPage } from '../../platform/page.js';
import {
  CreateEnvironmentRef,
  EnvironmentDetailsRef,
  EnvironmentParams,
  EnvironmentRef,
  ListEnvironmentsQuery,
  UpdateEnvironmentRef,
} from './environments.schemas.js';
import type { EnvironmentsService } from './environments.service.js';

export const environmentsRoutes: FastifyPluginAsyncTypebox<{
  environments: EnvironmentsService;
}> = async (app, { environments }) => {
  app.post(
    '',
    {
      config: {
        scope: 'environments:write',
        idempotent: true,
        conditional: 'create',
        problems: ['environment-exists'],
      },
      schema: {
        operationId: 'createEnvironment',
        summary: 'Create an environment',
        description:
          'Creates an environment. Its name cannot be changed, and it cannot be deleted. ' +
          'The first start of the server creates `staging` and `production`.',
        body: CreateEnvironmentRef,
        response: {
          201: located(EnvironmentRef, 'The environment was created'),
        },
      },
    },
    (request, reply) =>
      app.createOnce(request, reply, async (context) => {
        const environment = await environments.create(context, request.body);
        const location = `/environments/${environment.name}`;
        return {
          headers: { location, etag: entityTag(environment.revision) },
          body: environment,
        };
      }),
  );

  app.get(
    '',
    {
      config: { scope: 'environments:read' },
      schema: {
        operationId: 'listEnvironments',
        summary: 'List environments',
        description: 'Lists environments by rank, then by name.',
        querystring: ListEnvironmentsQuery,
        response: {
          200: answer(Type.Array(EnvironmentRef), 'The environments of this page'),
        },
      },
    },
    async (request, reply) =>
      sendPage(request, reply, await environments.list(request.callContext, request.query)),
  );

  app.get(
    '/:name',
    {
      config: {
        scope: 'environments:read',
        conditional: 'read',
        problems: ['environment-not-found'],
      },
      schema: {
        operationId: 'getEnvironment',
        summary: 'Get an environment',
        description: [
          'Gets the environment, and what runs there: since when, and by which verdict. The `ETag` header changes with both.',
          '`PATCH` accepts it while the settings are the same.',
        ].join(' '),
        params: EnvironmentParams,
        response: { 200: answer(EnvironmentDetailsRef, 'The environment') },
      },
    },
    async (request, reply) => {
      const { callContext, params } = request;
      return versionedWhole(request, reply, await environments.get(callContext, params.name));
    },
  );

  app.patch(
    '/:name',
    {
      config: {
        scope: 'environments:write',
        conditional: 'change',
        problems: ['environment-not-found'],
      },
      schema: {
        operationId: 'updateEnvironment',
        summary: 'Update an environment',
        description:
          'Changes the settings. The next verdict uses the new policies. ' +
          'Stored verdicts do not change.',
        params: EnvironmentParams,
        body: UpdateEnvironmentRef,
        response: { 200: answer(EnvironmentRef, 'The environment after the update') },
      },
    },
    async (request, reply) => {
      const { callContext, params, body } = request;
      const expected = expectedVersions(request);
      return tagged(reply, await environments.update(callContext, params.name, body, expected));
    },
  );
};
