import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import { answer } from '../../contract/schemas.js';
import { sendPage } from '../../platform/page.js';
import {
  CreateDeploymentRef,
  DeploymentRef,
  ListDeploymentsQuery,
  SearchDeploymentsQuery,
} from './deployments.schemas.js';
import type { DeploymentsService } from './deployments.service.js';
import { EnvironmentParams } from './environments.schemas.js';

/** Deployments of an environment. */
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
        summary: 'Record a deployment',
        description:
          'Records that a release now runs in the environment. A pipeline calls this after its smoke test. ' +
          'The last recorded release of a project is the one that runs there. ' +
          'The call does not check the policies, and it accepts a revoked release. ' +
          'The deployment shows which decision held for the release. ' +
          'Recording the running release again has no effect.',
        params: EnvironmentParams,
        body: CreateDeploymentRef,
        response: {
          200: answer(DeploymentRef, 'The release already runs there: the existing deployment'),
          201: answer(DeploymentRef, 'The deployment was recorded'),
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
        summary: 'List deployments of an environment',
        description:
          'Lists what currently runs in the environment, one release per project. ' +
          'With `history=true`, it lists all recorded deployments, and takes `decision`, `from` and `to`. ' +
          'It includes only projects that the caller may see.',
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

/** Deployments of all environments. */
export const deploymentSearchRoutes: FastifyPluginAsyncTypebox<{
  deployments: DeploymentsService;
}> = async (app, { deployments }) => {
  app.get(
    '',
    {
      config: { scope: 'deployments:read', problems: ['project-not-found'] },
      schema: {
        operationId: 'searchDeployments',
        summary: 'Search deployments',
        description:
          'Lists recorded deployments of all environments, newest first: for example those of denied releases. ' +
          'It includes only projects that the caller may see.',
        querystring: SearchDeploymentsQuery,
        response: { 200: answer(Type.Array(DeploymentRef), 'The deployments of this page') },
      },
    },
    async (request, reply) =>
      sendPage(request, reply, await deployments.search(request.callContext, request.query)),
  );
};
