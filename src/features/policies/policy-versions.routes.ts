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

/** Versions of a policy: added, read, listed. */
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
        summary: 'Add a version of a policy',
        description:
          'With the next number. Environments that name the policy without a version are guarded by it from now on. 200 and the latest version, if that has the same rules.',
        params: PolicyParams,
        body: CreatePolicyVersionRef,
        response: {
          200: located(PolicyVersionRef, 'The latest version, which has the same rules'),
          201: located(PolicyVersionRef, 'The version as it was stored'),
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
        summary: 'List the versions of a policy',
        description: 'The newest first.',
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
        summary: 'Get a version of a policy',
        description: 'With its rules. It never changes.',
        params: PolicyVersionParams,
        response: { 200: answer(PolicyVersionRef, 'The version') },
      },
    },
    ({ callContext, params }) => policies.getVersion(callContext, params.name, params.version),
  );
};
