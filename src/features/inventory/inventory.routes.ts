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

/** Routes for components and findings, of one release and of all projects. */
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
        description: [
          'Lists the components in current SBOMs of the release.',
          'A component in two SBOMs is listed twice.',
        ].join(' '),
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
        description: [
          'Lists the findings in current evidence of the release, worst severity first.',
          'A defect that two tools report is listed twice, with the same fingerprint.',
        ].join(' '),
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
        description: 'Returns the contents of all current evidence in numbers.',
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
        description: [
          'Compares the current evidence of two releases, from `id` to `other`.',
          'Components can be added, removed, upgraded, downgraded or relicensed.',
          'Findings can be new, fixed, unchanged or unknown.',
        ].join(' '),
        params: DiffParams,
        querystring: DiffQuery,
        response: { 200: answer(ReleaseDiffRef, 'The differences') },
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
        description: [
          'Finds a component by its package URL in the current evidence of all releases',
          'that the caller may read. Results are ordered by project, then by evidence.',
        ].join(' '),
        querystring: SearchComponentsQuery,
        response: {
          200: answer(
            Type.Array(FoundComponentRef),
            'The components of this page, with their releases',
          ),
        },
      },
    },
    async (request, reply) =>
      sendPage(request, reply, await inventory.findComponents(request.callContext, request.query)),
  );

  app.get(
    '/findings',
    {
      config: { scope: 'evidence:read' },
      schema: {
        operationId: 'findFindings',
        summary: 'Find the releases that have a vulnerability',
        description: [
          'Finds a vulnerability by any of its ids, or another finding by its rule,',
          'in the current evidence of all releases that the caller may read.',
          'Results are ordered by project, then by evidence.',
        ].join(' '),
        querystring: SearchFindingsQuery,
        response: {
          200: answer(
            Type.Array(FoundFindingRef),
            'The findings of this page, with their releases',
          ),
        },
      },
    },
    async (request, reply) =>
      sendPage(request, reply, await inventory.findFindings(request.callContext, request.query)),
  );
};
