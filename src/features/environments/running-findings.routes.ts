import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import { answer } from '../../contract/schemas.js';
import { sendPage } from '../../platform/page.js';
import { FoundFindingRef, ListRunningFindingsQuery } from '../inventory/index.js';
import { EnvironmentParams } from './environments.schemas.js';
import type { RunningFindingsService } from './running-findings.service.js';

/** Findings of what runs in an environment. */
export const runningFindingsRoutes: FastifyPluginAsyncTypebox<{
  findings: RunningFindingsService;
}> = async (app, { findings }) => {
  app.get(
    '/environments/:name/findings',
    {
      config: { scope: 'evidence:read', problems: ['environment-not-found', 'project-not-found'] },
      schema: {
        operationId: 'listRunningFindings',
        summary: 'List the findings of what runs',
        description: [
          'Lists the findings in current evidence of the releases that run in the environment, by project, then worst',
          'severity first. It has projects for which the caller also has `deployments:read`. A page looks at 500 projects',
          'at most: it can be shorter than `limit`, or empty, and have a next page.',
        ].join(' '),
        params: EnvironmentParams,
        querystring: ListRunningFindingsQuery,
        response: {
          200: answer(
            Type.Array(FoundFindingRef),
            'The findings of this page, with their releases',
          ),
        },
      },
    },
    async (request, reply) => {
      const { callContext, params, query } = request;
      return sendPage(request, reply, await findings.list(callContext, params.name, query));
    },
  );
};
