import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import { linksToId } from '../../contract/links.js';
import { answer, located } from '../../contract/schemas.js';
import { sendPage } from '../../platform/page.js';
import { ReleaseParams } from '../releases/index.js';
import { denial } from './verdicts.examples.js';
import {
  AssertionRef,
  AssertQuery,
  CreateVerdictRef,
  ListVerdictsQuery,
  StoredVerdictRef,
  VerdictParams,
  VerdictRef,
} from './verdicts.schemas.js';
import type { VerdictsService } from './verdicts.service.js';

export const verdictsRoutes: FastifyPluginAsyncTypebox<{ verdicts: VerdictsService }> = async (
  app,
  { verdicts },
) => {
  app.get(
    '/assert',
    {
      config: {
        scope: 'verdicts:read',
        problems: [
          'release-not-found',
          'artifact-not-found',
          'environment-not-found',
          'release-denied',
        ],
        problemExamples: { 'release-denied': denial },
        problemSchemas: { 'release-denied': 'Denial' },
      },
      schema: {
        operationId: 'assertRelease',
        summary: 'Assert that it may ship',
        description:
          'A gate for pipelines: `curl --fail-with-body`. 200 if the release, or every release of the artifact, may go to the environment; 409 with the reasons if not. Decided anew each time; a verdict is kept for each change of what it was decided by, and `verdicts[].id` says which.',
        querystring: AssertQuery,
        response: { 200: answer(AssertionRef, 'It may ship there') },
      },
    },
    async ({ callContext, query }) => {
      const decided = await verdicts.assert(callContext, query);
      return { decision: 'allow' as const, environment: query.environment, verdicts: decided };
    },
  );

  app.post(
    '/releases/:id/verdicts',
    {
      config: {
        scope: 'verdicts:write',
        problems: ['release-not-found', 'environment-not-found'],
      },
      links: linksToId('getVerdict'),
      schema: {
        operationId: 'createVerdict',
        summary: 'Ask for a verdict',
        description:
          'May the release go to the environment, and why? Decided now, by what counts now. 201 for a verdict that is kept; 200 if one of the same inputs is, or with `dryRun`. A denial is no error here: see `decision`.',
        params: ReleaseParams,
        body: CreateVerdictRef,
        response: {
          200: answer(VerdictRef, 'A verdict of the same inputs is kept, or it was only tried'),
          201: located(VerdictRef, 'The verdict, which is kept'),
        },
      },
    },
    async ({ callContext, params, body }, reply) => {
      const { isNew, ...verdict } = await verdicts.create(callContext, params.id, body);
      if (isNew) reply.code(201);
      if (verdict.id !== null) reply.header('location', `/verdicts/${verdict.id}`);
      return verdict;
    },
  );

  app.get(
    '/releases/:id/verdicts',
    {
      config: { scope: 'verdicts:read', problems: ['release-not-found'] },
      schema: {
        operationId: 'listVerdicts',
        summary: 'List the verdicts about a release',
        description: 'The newest first. One is kept for each change of what it was decided by.',
        params: ReleaseParams,
        querystring: ListVerdictsQuery,
        response: {
          200: answer(Type.Array(VerdictRef), 'The verdicts of this page'),
        },
      },
    },
    async (request, reply) =>
      sendPage(
        request,
        reply,
        await verdicts.list(request.callContext, request.params.id, request.query),
      ),
  );

  app.get(
    '/verdicts/:id',
    {
      config: { scope: 'verdicts:read', problems: ['verdict-not-found'] },
      schema: {
        operationId: 'getVerdict',
        summary: 'Get a verdict',
        description: 'With everything that it was decided by. It is never changed.',
        params: VerdictParams,
        response: { 200: answer(StoredVerdictRef, 'The verdict and its inputs') },
      },
    },
    async ({ callContext, params }) => verdicts.get(callContext, params.id),
  );
};
