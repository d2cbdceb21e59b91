import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import type { FastifyReply } from 'fastify';
import { linksToId } from '../../contract/links.js';
import { answer, located } from '../../contract/schemas.js';
import { waitingOf } from '../../platform/owner.js';
import { sendPage } from '../../platform/page.js';
import { ReleaseParams } from '../releases/index.js';
import { denial } from './verdicts.examples.js';
import {
  AssertionRef,
  AssertQuery,
  CreateVerdictRef,
  ListVerdictsQuery,
  SearchVerdictsQuery,
  StoredVerdictRef,
  SummaryQuery,
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
          'decision-too-large',
        ],
        problemExamples: { 'release-denied': denial },
        problemSchemas: { 'release-denied': 'Denial' },
      },
      schema: {
        operationId: 'assertRelease',
        summary: 'Assert that a release may ship',
        description: [
          'Decides whether the release, or every release of the artifact, may go to the environment.',
          'The answer is 200 if it may, and 409 with the reasons if not.',
          'Use it as the gate of a pipeline: `curl --fail-with-body`.',
          'The server evaluates the current state at each call and stores a verdict for each change of the inputs.',
          '`verdicts[].id` names the stored verdict. `evaluatedAt` and `createdBy` are those of the first decision',
          'on these inputs, `decidedAt` and `decidedBy` say since when it holds, `askedAt` and `askedBy` are of this call.',
        ].join(' '),
        querystring: AssertQuery,
        response: { 200: answer(AssertionRef, 'The release may go to the environment') },
      },
    },
    async (request, reply) => {
      const { callContext, query } = request;
      const decided = await verdicts.assert(callContext, query, waitingOf(request, reply));
      return { decision: 'allow' as const, environment: query.environment, ...decided };
    },
  );

  app.post(
    '/releases/:id/verdicts',
    {
      config: {
        scope: 'verdicts:write',
        problems: ['release-not-found', 'environment-not-found', 'decision-too-large'],
      },
      links: linksToId('getVerdict'),
      schema: {
        operationId: 'createVerdict',
        summary: 'Request a verdict',
        description: [
          'Decides whether the release may go to the environment, from the current state.',
          'The answer is 201 if the verdict was stored.',
          'It is 200 if a verdict of the same inputs exists, or with `dryRun`.',
          'A denial is not an error here: read `decision`.',
        ].join(' '),
        params: ReleaseParams,
        body: CreateVerdictRef,
        response: {
          200: answer(VerdictRef, 'A verdict of the same inputs exists, or nothing was stored'),
          201: located(VerdictRef, 'The verdict was stored'),
        },
      },
    },
    async (request, reply) => {
      const { callContext, params, body } = request;
      const waiting = waitingOf(request, reply);
      const { isNew, ...verdict } = await verdicts.create(callContext, params.id, body, waiting);
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
        summary: 'List verdicts of a release',
        description:
          'Lists stored verdicts, newest first. The server stores one for each change of the inputs. ' +
          'The one that holds for its environment has `decidedAt` and `decidedBy`; it need not be the newest.',
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
    '/releases/:id/summary.md',
    {
      config: {
        scope: 'verdicts:read',
        problems: ['release-not-found', 'environment-not-found', 'decision-too-large'],
      },
      schema: {
        operationId: 'getReleaseSummaryMarkdown',
        summary: 'Get the decision as Markdown',
        description: [
          'Decides as `GET /assert` does, and returns the decision, its reasons, the next steps and the verdict',
          'for the summary of a job or a comment. The status is 200 for a denial as well: this is not a gate.',
          'Text of documents is in code spans, where it is neither markup nor a command.',
        ].join(' '),
        params: ReleaseParams,
        querystring: SummaryQuery,
        response: {
          200: {
            description: 'The decision',
            content: { 'text/markdown': { schema: Type.String() } },
          },
        },
      },
    },
    async (request, reply) => {
      const { callContext, params, query } = request;
      const text = await verdicts.summary(callContext, params.id, query, waitingOf(request, reply));
      return (reply as FastifyReply).type('text/markdown; charset=utf-8').send(text);
    },
  );

  app.get(
    '/verdicts',
    {
      config: { scope: 'verdicts:read', problems: ['project-not-found'] },
      schema: {
        operationId: 'searchVerdicts',
        summary: 'Search verdicts',
        description:
          'Lists stored verdicts of all releases, newest first: for example the denials of an environment. ' +
          'It includes only projects that the caller may see.',
        querystring: SearchVerdictsQuery,
        response: { 200: answer(Type.Array(VerdictRef), 'The verdicts of this page') },
      },
    },
    async (request, reply) =>
      sendPage(request, reply, await verdicts.search(request.callContext, request.query)),
  );

  app.get(
    '/verdicts/:id',
    {
      config: { scope: 'verdicts:read', problems: ['verdict-not-found'] },
      schema: {
        operationId: 'getVerdict',
        summary: 'Get a verdict',
        description:
          'Returns the verdict with its inputs. What was decided never changes. ' +
          '`decidedAt` and `decidedBy` say whether it holds now.',
        params: VerdictParams,
        response: { 200: answer(StoredVerdictRef, 'The verdict and its inputs') },
      },
    },
    async ({ callContext, params }) => verdicts.get(callContext, params.id),
  );
};
