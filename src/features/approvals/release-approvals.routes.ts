import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import { answer, located } from '../../contract/schemas.js';
import { waitingOf } from '../../platform/owner.js';
import { sendPage } from '../../platform/page.js';
import { ReleaseParams } from '../releases/index.js';
import {
  ApprovalRef,
  ApprovalRequestRef,
  CreateApprovalRequestRef,
  CreateApprovals,
  ListApprovalsQuery,
} from './approvals.schemas.js';
import type { ApprovalsService } from './approvals.service.js';
import { BriefQuery, DecisionBriefRef } from './brief.schemas.js';
import type { requestsService } from './requests.service.js';

/** `/releases/{id}/…`: what an approver must know and says, and requests for that. */
export const releaseApprovalsRoutes: FastifyPluginAsyncTypebox<{
  approvals: ApprovalsService;
  requests: typeof requestsService;
}> = async (app, { approvals, requests }) => {
  app.get(
    '/decision-brief',
    {
      config: {
        scope: 'approvals:read',
        problems: ['release-not-found', 'environment-not-found', 'decision-too-large'],
      },
      schema: {
        operationId: 'getDecisionBrief',
        summary: 'Get the decision brief',
        description: [
          'Returns what an approver must know: the decision without approvals, new and worse findings compared with the',
          'running release, waivers, tests, changes, and who else said what. `seen` is the digest of the risk: an approval',
          'names it. The answer depends on the state alone. What is shown is kept.',
        ].join(' '),
        params: ReleaseParams,
        querystring: BriefQuery,
        response: { 200: answer(DecisionBriefRef, 'What an approver must know') },
      },
    },
    (request, reply) =>
      approvals.brief(
        request.callContext,
        request.params.id,
        request.query.environment,
        waitingOf(request, reply),
      ),
  );

  app.post(
    '/approvals',
    {
      config: {
        scope: 'approvals:write',
        problems: [
          'release-not-found',
          'identity-required',
          'recent-sign-in-required',
          'stale-approval',
          'decision-too-large',
        ],
      },
      schema: {
        operationId: 'createApproval',
        summary: 'Approve or reject a release',
        description: [
          'Stores what a person says about a release for an environment, or for up to 20 environments together.',
          'The caller must be a person: signed in, or with a token that an admin marked.',
          '`seen` names the state that the person saw. If it is not the current one, the answer is 409 with what changed.',
          'An approval holds while the risk is no worse than what was seen.',
          'The answer is 200 if the person said the same within 24 hours.',
        ].join(' '),
        params: ReleaseParams,
        body: CreateApprovals,
        response: {
          200: answer(Type.Array(ApprovalRef), 'The person said the same before'),
          201: answer(Type.Array(ApprovalRef), 'The approvals, in the order of the request'),
        },
      },
    },
    async (request, reply) => {
      const { callContext, params, body } = request;
      const all = Array.isArray(body) ? body : [body];
      const at = (index: number) => (Array.isArray(body) ? `/${index}` : '');
      const waiting = waitingOf(request, reply);
      const given = await approvals.give(callContext, params.id, all, at, waiting);
      if (given.isNew) reply.code(201);
      return given.approvals;
    },
  );

  app.get(
    '/approvals',
    {
      config: { scope: 'approvals:read', problems: ['release-not-found'] },
      schema: {
        operationId: 'listApprovals',
        summary: 'List approvals of a release',
        description:
          'Lists approvals and rejections of the release, also withdrawn ones, newest first. ' +
          '`state` is that of the last decision of the gate.',
        params: ReleaseParams,
        querystring: ListApprovalsQuery,
        response: { 200: answer(Type.Array(ApprovalRef), 'The approvals of this page') },
      },
    },
    async (request, reply) =>
      sendPage(
        request,
        reply,
        await approvals.list(request.callContext, request.params.id, request.query),
      ),
  );

  app.post(
    '/approval-requests',
    {
      config: { scope: 'approvals:write', idempotent: true, problems: ['release-not-found'] },
      schema: {
        operationId: 'createApprovalRequest',
        summary: 'Request approvals',
        description: [
          'Asks people to approve the release for environments. The request ends after 30 days.',
          'The gate makes a request itself when approvals alone are missing.',
        ].join(' '),
        params: ReleaseParams,
        body: CreateApprovalRequestRef,
        response: { 201: located(ApprovalRequestRef, 'The approvals were requested') },
      },
    },
    (request, reply) =>
      app.createOnce(request, reply, async (context) => {
        const { params, body } = request;
        const made = await requests.create(context, params.id, body);
        return { headers: { location: `/releases/${made.releaseId}/approvals` }, body: made };
      }),
  );
};
