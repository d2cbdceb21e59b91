import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import { answer } from '../../contract/schemas.js';
import { sendPage } from '../../platform/page.js';
import {
  ApprovalParams,
  ApprovalRef,
  InboxEntryRef,
  InboxQuery,
  SeenApprovalRef,
  WithdrawApprovalRef,
} from './approvals.schemas.js';
import type { ApprovalsService } from './approvals.service.js';

/** `/approvals`: the inbox, and single approvals. */
export const approvalsRoutes: FastifyPluginAsyncTypebox<{ approvals: ApprovalsService }> = async (
  app,
  { approvals },
) => {
  app.get(
    '',
    {
      config: { scope: 'approvals:read', problems: ['project-not-found'] },
      schema: {
        operationId: 'listInbox',
        summary: 'List what waits for approval',
        description: [
          'Lists requests that wait for approvals, or approvals, of the projects that the caller can read, newest first.',
          'What holds is that of the last decision of the gate: ask it again to be sure.',
        ].join(' '),
        querystring: InboxQuery,
        response: { 200: answer(Type.Array(InboxEntryRef), 'The entries of this page') },
      },
    },
    async (request, reply) =>
      sendPage(request, reply, await approvals.inbox(request.callContext, request.query)),
  );

  app.get(
    '/:id',
    {
      config: { scope: 'approvals:read', problems: ['approval-not-found'] },
      schema: {
        operationId: 'getApproval',
        summary: 'Get an approval',
        description: 'Returns the approval or rejection with what the person saw.',
        params: ApprovalParams,
        response: { 200: answer(SeenApprovalRef, 'The approval') },
      },
    },
    ({ callContext, params }) => approvals.get(callContext, params.id),
  );

  app.post(
    '/:id/withdraw',
    {
      config: {
        scope: 'approvals:write',
        problems: [
          'approval-not-found',
          'identity-required',
          'not-your-approval',
          'approval-withdrawn',
          'recent-sign-in-required',
        ],
      },
      schema: {
        operationId: 'withdrawApproval',
        summary: 'Withdraw an approval',
        description: [
          'Withdraws an approval or a rejection permanently. Its giver can, and a rejection also another member of its groups.',
          'Withdrawing again for the same reason has no effect.',
        ].join(' '),
        params: ApprovalParams,
        body: WithdrawApprovalRef,
        response: { 200: answer(ApprovalRef, 'The approval is withdrawn') },
      },
    },
    ({ callContext, params, body }) => approvals.withdraw(callContext, params.id, body.reason),
  );
};
