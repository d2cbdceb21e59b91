import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import { answer } from '../../contract/schemas.js';
import { sendPage } from '../../platform/page.js';
import {
  CreateRetentionPolicyRef,
  ListPoliciesQuery,
  RetentionPolicyRef,
} from './policy.schemas.js';
import type { PolicyService } from './policy.service.js';

/** How long documents are kept. */
export const policyRoutes: FastifyPluginAsyncTypebox<{ policies: PolicyService }> = async (
  app,
  { policies },
) => {
  app.post(
    '',
    {
      config: { scope: 'retention:write', idempotent: true },
      schema: {
        operationId: 'setRetentionPolicy',
        summary: 'Set how long documents are kept',
        description: [
          'Sets a new policy, which counts from now on. Without one, nothing is removed.',
          'The server removes nothing: the command `retention` does, with a role of the database of its own.',
          'The least is 30 days.',
        ].join(' '),
        body: CreateRetentionPolicyRef,
        response: { 201: answer(RetentionPolicyRef, 'The policy counts') },
      },
    },
    (request, reply) =>
      app.createOnce(request, reply, async (context) => ({
        headers: {},
        body: await policies.create(context, request.body),
      })),
  );

  app.get(
    '',
    {
      config: { scope: 'retention:write' },
      schema: {
        operationId: 'listRetentionPolicies',
        summary: 'List retention policies',
        description: 'Lists policies, newest first. The first one counts.',
        querystring: ListPoliciesQuery,
        response: { 200: answer(Type.Array(RetentionPolicyRef), 'The policies of this page') },
      },
    },
    async (request, reply) =>
      sendPage(request, reply, await policies.list(request.callContext, request.query)),
  );
};
