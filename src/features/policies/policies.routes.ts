import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import { entityTag } from '../../contract/entity-tags.js';
import { answer, located } from '../../contract/schemas.js';
import { versioned } from '../../platform/conditional.js';
import { sendPage } from '../../platform/page.js';
import {
  CheckedPolicy,
  CreatePolicyRef,
  ListedPolicyRef,
  ListPoliciesQuery,
  POLICY_BODY_LIMIT,
  PolicyParams,
  PolicyRef,
} from './policies.schemas.js';
import type { PoliciesService } from './policies.service.js';
import { bodiesBy } from './rule-validation.routes.js';

/** Routes of policies. */
export const policiesRoutes: FastifyPluginAsyncTypebox<{ policies: PoliciesService }> = async (
  app,
  { policies },
) => {
  app.post(
    '',
    {
      bodyLimit: Math.min(app.initialConfig.bodyLimit ?? POLICY_BODY_LIMIT, POLICY_BODY_LIMIT),
      validatorCompiler: bodiesBy(app, CheckedPolicy),
      config: {
        scope: 'policies:write',
        idempotent: true,
        conditional: 'create',
        problems: ['policy-exists'],
      },
      schema: {
        operationId: 'createPolicy',
        summary: 'Create a policy',
        description: [
          'Creates a policy whose version 1 has these rules. Absent parameters are stored with their defaults.',
          'A policy has no effect until an environment names it.',
          'The server creates the policy `baseline` at its first start.',
        ].join(' '),
        body: CreatePolicyRef,
        response: {
          201: located(PolicyRef, 'The policy was created'),
        },
      },
    },
    (request, reply) =>
      app.createOnce(request, reply, async (context) => {
        const policy = await policies.create(context, request.body);
        const location = `/policies/${policy.name}`;
        return { headers: { location, etag: entityTag(policy.version) }, body: policy };
      }),
  );

  app.get(
    '',
    {
      config: { scope: 'policies:read' },
      schema: {
        operationId: 'listPolicies',
        summary: 'List policies',
        description:
          'Lists policies without their rules, oldest first, with the number and digest of the latest version.',
        querystring: ListPoliciesQuery,
        response: {
          200: answer(Type.Array(ListedPolicyRef), 'The policies of this page'),
        },
      },
    },
    async (request, reply) =>
      sendPage(request, reply, await policies.list(request.callContext, request.query)),
  );

  app.get(
    '/:name',
    {
      config: { scope: 'policies:read', conditional: 'read', problems: ['policy-not-found'] },
      schema: {
        operationId: 'getPolicy',
        summary: 'Get a policy',
        description:
          'Returns the policy with the rules of its latest version. The entity tag is the number of that version.',
        params: PolicyParams,
        response: { 200: answer(PolicyRef, 'The policy') },
      },
    },
    async (request, reply) => {
      const { callContext, params } = request;
      return versioned(request, reply, await policies.get(callContext, params.name));
    },
  );
};
