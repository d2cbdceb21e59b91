import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import { answer } from '../../contract/schemas.js';
import { sendPage } from '../../platform/page.js';
import { ReleaseParams } from '../releases/index.js';
import { DiffParams, DiffQuery, ReleaseDiffRef } from './diff.schemas.js';
import {
  ListComponentsQuery,
  ListFindingsQuery,
  SearchComponentsQuery,
  SearchFindingsQuery,
} from './inventory.queries.js';
import {
  ComponentRef,
  FindingRef,
  FoundComponentRef,
  FoundFindingRef,
} from './inventory.schemas.js';
import type { InventoryService } from './inventory.service.js';
import { ReleaseSummaryRef } from './summary.js';

/** Components and findings: of a release, and everywhere. */
export const inventoryRoutes: FastifyPluginAsyncTypebox<{ inventory: InventoryService }> = async (
  app,
  { inventory },
) => {
  app.get(
    '/releases/:id/components',
    {
      config: { scope: 'evidence:read', problems: ['release-not-found'] },
      schema: {
        operationId: 'listComponents',
        summary: 'List the components of a release',
        description:
          'What the bills of materials that count say that it is made of. A component that two of them name is there twice.',
        params: ReleaseParams,
        querystring: ListComponentsQuery,
        response: {
          200: answer(Type.Array(ComponentRef), 'The components of this page'),
        },
      },
    },
    async (request, reply) => {
      const { callContext, params, query } = request;
      return sendPage(request, reply, await inventory.components(callContext, params.id, query));
    },
  );

  app.get(
    '/releases/:id/findings',
    {
      config: { scope: 'evidence:read', problems: ['release-not-found'] },
      schema: {
        operationId: 'listFindings',
        summary: 'List the findings of a release',
        description:
          'What the evidence that counts says is wrong with it, the worst first. A defect that two tools report is there twice, with one fingerprint.',
        params: ReleaseParams,
        querystring: ListFindingsQuery,
        response: {
          200: answer(Type.Array(FindingRef), 'The findings of this page'),
        },
      },
    },
    async (request, reply) => {
      const { callContext, params, query } = request;
      return sendPage(request, reply, await inventory.findings(callContext, params.id, query));
    },
  );

  app.get(
    '/releases/:id/summary',
    {
      config: { scope: 'evidence:read', problems: ['release-not-found'] },
      schema: {
        operationId: 'getReleaseSummary',
        summary: 'Summarize the evidence of a release',
        description: 'What all evidence that counts says, in numbers.',
        params: ReleaseParams,
        response: { 200: answer(ReleaseSummaryRef, 'The summary') },
      },
    },
    async ({ callContext, params }) => inventory.summary(callContext, params.id),
  );

  app.get(
    '/releases/:id/diff/:other',
    {
      config: { scope: 'evidence:read', problems: ['release-not-found'] },
      schema: {
        operationId: 'diffReleases',
        summary: 'Compare two releases',
        description:
          'From the first to the other: components added, removed, upgraded and downgraded, licences changed; findings new, fixed and unchanged.',
        params: DiffParams,
        querystring: DiffQuery,
        response: { 200: answer(ReleaseDiffRef, 'What changed') },
      },
    },
    async ({ callContext, params, query }) =>
      inventory.diff(callContext, [params.id, params.other], query.limit),
  );

  app.get(
    '/components',
    {
      config: { scope: 'evidence:read' },
      schema: {
        operationId: 'findComponents',
        summary: 'Find the releases that have a component',
        description:
          'By its package URL, in all projects that the caller may see, by the evidence that counts. In the order of projects, then of evidence.',
        querystring: SearchComponentsQuery,
        response: {
          200: answer(Type.Array(FoundComponentRef), 'Where it is'),
        },
      },
    },
    async (request, reply) =>
      sendPage(
        request,
        reply,
        await inventory.whereIsComponent(request.callContext, request.query),
      ),
  );

  app.get(
    '/findings',
    {
      config: { scope: 'evidence:read' },
      schema: {
        operationId: 'findFindings',
        summary: 'Find the releases that have a vulnerability',
        description:
          'By any of its ids, or by a rule, in all projects that the caller may see, by the evidence that counts. In the order of projects, then of evidence.',
        querystring: SearchFindingsQuery,
        response: {
          200: answer(Type.Array(FoundFindingRef), 'Where it is'),
        },
      },
    },
    async (request, reply) =>
      sendPage(request, reply, await inventory.whereIsFinding(request.callContext, request.query)),
  );
};
