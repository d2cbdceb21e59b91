import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import { answer } from '../../contract/schemas.js';
import { waitingOf } from '../../platform/owner.js';
import { sendPage } from '../../platform/page.js';
import {
  CountDeploymentsQuery,
  CreateDeploymentRef,
  DeploymentRef,
  DeploymentWeeksRef,
  HistoryQuery,
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
          'Records that a release is deployed to the environment: that it started, succeeded or failed. ' +
          'Without `state` it succeeded: it now runs. The last release of a project that succeeded runs there. ' +
          'The call says whether the gate authorizes the deployment, by its answer now or of the last 60 minutes. ' +
          'It records what is not authorized as well, because it runs: as `unauthorized`, with an event of its own. ' +
          'Recording the same again has no effect.',
        params: EnvironmentParams,
        body: CreateDeploymentRef,
        response: {
          200: answer(DeploymentRef, 'The deployment existed: it says the same, or it ended now'),
          201: answer(DeploymentRef, 'The deployment was recorded'),
        },
      },
    },
    async (request, reply) => {
      const { callContext, params, body } = request;
      // Before the transaction of an `Idempotency-Key`, which would keep a connection meanwhile.
      const judged = await deployments.judge(
        callContext,
        params.name,
        body,
        waitingOf(request, reply),
      );
      return app.createOnce(request, reply, async (context) => {
        const recorded = await deployments.record(context, params.name, body, judged);
        const { deployment, created } = recorded;
        return { status: created ? 201 : 200, headers: {}, body: deployment };
      });
    },
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
          'With `history=true`, it lists all recorded deployments, and takes the filters. ' +
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

/** What was deployed to an environment. */
export const historyRoutes: FastifyPluginAsyncTypebox<{
  deployments: DeploymentsService;
}> = async (app, { deployments }) => {
  app.get(
    '/history',
    {
      config: {
        scope: 'deployments:read',
        problems: ['environment-not-found', 'project-not-found'],
      },
      schema: {
        operationId: 'listHistory',
        summary: 'List the history of an environment',
        description:
          'Lists all recorded deployments to the environment, newest first: also those that failed, and those that ' +
          'nobody authorized. It includes only projects that the caller may see.',
        params: EnvironmentParams,
        querystring: HistoryQuery,
        response: { 200: answer(Type.Array(DeploymentRef), 'The deployments of this page') },
      },
    },
    async (request, reply) => {
      const { callContext, params, query } = request;
      const page = await deployments.list(callContext, params.name, { ...query, history: true });
      return sendPage(request, reply, page);
    },
  );

  app.get(
    '/deployment-weeks',
    {
      config: {
        scope: 'deployments:read',
        problems: ['environment-not-found', 'project-not-found'],
      },
      schema: {
        operationId: 'countDeployments',
        summary: 'Count deployments by week',
        description:
          'Counts all recorded deployments to the environment, by week and authorization. ' +
          'It includes only projects that the caller may see.',
        params: EnvironmentParams,
        querystring: CountDeploymentsQuery,
        response: { 200: answer(DeploymentWeeksRef, 'The weeks, the oldest first') },
      },
    },
    ({ callContext, params, query }) => deployments.weeks(callContext, params.name, query),
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
