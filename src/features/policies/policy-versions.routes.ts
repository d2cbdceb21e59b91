import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import { answer, located } from '../../contract/schemas.js';
import { sendPage } from '../../platform/page.js';
import {
  CheckedPolicyVersion,
  CreatePolicyVersionRef,
  ListedPolicyVersionRef,
  ListPolicyVersionsQuery,
  POLICY_BODY_LIMIT,
  PolicyParams,
  PolicyVersionParams,
  PolicyVersionRef,
} from './policies.schemas.js';
import type { PoliciesService } from './policies.service.js';
import { bodiesBy } from './rule-validation.routes.js';

/** Routes of policy versions. */
export const policyVersionsRoutes: FastifyPluginAsyncTypebox<{
  policies: PoliciesService;
}> = async (app, { policies }) => {
  app.post(
    '',
    {
      bodyLimit: Math.min(app.initialConfig.bodyLimit ?? POLICY_BODY_LIMIT, POLICY_BODY_LIMIT),
      validatorCompiler: bodiesBy(app, CheckedPolicyVersion),
      config: { scope: 'policies:write', idempotent: true, problems: ['policy-not-found'] },
      schema: {
        operationId: 'createPolicyVersion',
        summary: 'Create a policy version',
        description: [
          'Creates the next version of the policy.',
          'It applies at once to environments that name the policy without a version.',
          'If the latest version has the same rules, the answer is 200 with that version.',
        ].join(' '),
        params: PolicyParams,
        body: CreatePolicyVersionRef,
        response: {
          200: located(PolicyVersionRef, 'The latest version has the same rules already'),
          201: located(PolicyVersionRef, 'The version was created'),
        },
      },
    },
    (request, reply) =>
      app.createOnce(request, reply, async (context) => {
        const { params, body } = request;
        const { version, created } = await policies.addVersion(context, params.name, body);
        const location = `/policies/${version.policy}/versions/${version.version}`;
        return { status: created ? 201 : 200, headers: { location }, body: version };
      }),
  );

  app.get(
    '',
    {
      config: { scope: 'policies:read', problems: ['policy-not-found'] },
      schema: {
        operationId: 'listPolicyVersions',
        summary: 'List versions of a policy',
        description: 'Lists versions without their rules, newest first.',
        params: PolicyParams,
        querystring: ListPolicyVersionsQuery,
        response: {
          200: answer(Type.Array(ListedPolicyVersionRef), 'The versions of this page'),
        },
      },
    },
    async (request, reply) =>
      sendPage(
        request,
        reply,
        await policies.listVersions(request.callContext, request.params.name, request.query),
      ),
  );

  app.get(
    '/:version',
    {
      config: {
        scope: 'policies:read',
        problems: ['policy-not-found', 'policy-version-not-found'],
      },
      schema: {
        operationId: 'getPolicyVersion',
        summary: 'Get a policy version',
        description: 'Returns the version with its rules. A version never changes.',
        params: PolicyVersionParams,
        response: { 200: answer(PolicyVersionRef, 'The version') },
      },
    },
    ({ callContext, params }) => policies.getVersion(callContext, params.name, params.version),
  );
};
