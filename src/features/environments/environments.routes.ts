import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import { entityTag } from '../../contract/entity-tags.js';
import { answer, located } from '../../contract/schemas.js';
import { expectedVersions, tagged, versioned } from '../../platform/conditional.js';
import { sendPage } from '../../platform/page.js';
import {
  CreateEnvironmentRef,
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
        summary: 'Add an environment',
        description:
          'It keeps its name and is never removed. `staging` and `production` are there from the first start.',
        body: CreateEnvironmentRef,
        response: {
          201: located(EnvironmentRef, 'The environment as it was stored'),
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
        description: 'By rank, and by name where ranks are equal.',
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
        description: 'Its entity tag names what it was changed to last.',
        params: EnvironmentParams,
        response: { 200: answer(EnvironmentRef, 'The environment') },
      },
    },
    async (request, reply) => {
      const { callContext, params } = request;
      return versioned(request, reply, await environments.get(callContext, params.name));
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
        summary: 'Change rank and policies',
        description: 'New policies count for the next verdict; verdicts that were given stay.',
        params: EnvironmentParams,
        body: UpdateEnvironmentRef,
        response: { 200: answer(EnvironmentRef, 'The environment as it is now') },
      },
    },
    async (request, reply) => {
      const { callContext, params, body } = request;
      const expected = expectedVersions(request);
      return tagged(reply, await environments.update(callContext, params.name, body, expected));
    },
  );
};
