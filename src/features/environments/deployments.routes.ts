import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import { answer } from '../../contract/schemas.js';
import { sendPage } from '../../platform/page.js';
import { CreateDeploymentRef, DeploymentRef, ListDeploymentsQuery } from './deployments.schemas.js';
import type { DeploymentsService } from './deployments.service.js';
import { EnvironmentParams } from './environments.schemas.js';

/** What runs in an environment: recorded, listed. */
export const deploymentsRoutes: FastifyPluginAsyncTypebox<{
  deployments: DeploymentsService;
}> = async (app, { deployments }) => {
  app.post(
    '',
    {
      config: {
        scope: 'deployments:write',
        idempotent: true,
        problems: ['environment-not-found', 'release-not-found'],
      },
      schema: {
        operationId: 'recordDeployment',
        summary: 'Record what runs there now',
        description:
          'For a pipeline, after its smoke test. The last release of a project that was recorded is what runs. What is recorded is not judged: a revoked release can be, because it may run.',
        params: EnvironmentParams,
        body: CreateDeploymentRef,
        response: {
          200: answer(DeploymentRef, 'This release runs there already: as it was recorded before'),
          201: answer(DeploymentRef, 'The deployment as it was stored'),
        },
      },
    },
    (request, reply) =>
      app.createOnce(request, reply, async (context) => {
        const { params, body } = request;
        const { deployment, created } = await deployments.record(context, params.name, body);
        return { status: created ? 201 : 200, headers: {}, body: deployment };
      }),
  );

  app.get(
    '',
    {
      config: {
        scope: 'deployments:read',
        problems: ['environment-not-found', 'project-not-found'],
      },
      schema: {
        operationId: 'listDeployments',
        summary: 'List what runs there',
        description:
          'Now, one release a project; or all that was recorded, with `history`. Of the projects that the caller may see.',
        params: EnvironmentParams,
        querystring: ListDeploymentsQuery,
        response: {
          200: answer(Type.Array(DeploymentRef), 'The deployments of this page'),
        },
      },
    },
    async (request, reply) =>
      sendPage(
        request,
        reply,
        await deployments.list(request.callContext, request.params.name, request.query),
      ),
  );
};
