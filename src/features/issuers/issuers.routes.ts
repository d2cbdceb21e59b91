import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import { RIGHTS_BODY_LIMIT } from '../../access/rights.js';
import { entityTag } from '../../contract/entity-tags.js';
import { linksToId } from '../../contract/links.js';
import { answer, located } from '../../contract/schemas.js';
import { expectedVersions, versioned } from '../../platform/conditional.js';
import { sendPage } from '../../platform/page.js';
import { CreateIssuerRef, IssuerParams, IssuerRef, ListIssuersQuery } from './issuers.schemas.js';
import type { IssuersService } from './issuers.service.js';

export const issuersRoutes: FastifyPluginAsyncTypebox<{ issuers: IssuersService }> = async (
  app,
  { issuers },
) => {
  app.post(
    '',
    {
      bodyLimit: Math.min(app.initialConfig.bodyLimit ?? RIGHTS_BODY_LIMIT, RIGHTS_BODY_LIMIT),
      config: {
        scope: 'issuers:admin',
        idempotent: true,
        conditional: 'create',
        problems: ['rights-exceeded'],
      },
      links: linksToId('getIssuer', 'revokeIssuer'),
      schema: {
        operationId: 'createIssuer',
        summary: 'Trust an issuer',
        description:
          'Tokens of this issuer with this audience that meet all conditions may then do what the scopes say. Several trusts of one issuer add up. To change one, add another and withdraw the first.',
        body: CreateIssuerRef,
        response: {
          201: located(IssuerRef, 'The issuer as it was stored'),
        },
      },
    },
    (request, reply) =>
      app.createOnce(request, reply, async (context) => {
        const issuer = await issuers.create(context, request.body);
        return {
          headers: { location: `/issuers/${issuer.id}`, etag: entityTag(issuer.version) },
          body: issuer,
        };
      }),
  );

  app.get(
    '',
    {
      config: { scope: 'issuers:admin' },
      schema: {
        operationId: 'listIssuers',
        summary: 'List trusted issuers',
        description: 'Oldest first. Those that were withdrawn are shown with `state=revoked`.',
        querystring: ListIssuersQuery,
        response: {
          200: answer(Type.Array(IssuerRef), 'The issuers of this page'),
        },
      },
    },
    async (request, reply) =>
      sendPage(request, reply, await issuers.list(request.callContext, request.query)),
  );

  app.get(
    '/:id',
    {
      config: { scope: 'issuers:admin', conditional: 'read', problems: ['issuer-not-found'] },
      schema: {
        operationId: 'getIssuer',
        summary: 'Get a trusted issuer',
        description: 'One that was withdrawn is found in the list, with `state=revoked`.',
        params: IssuerParams,
        response: { 200: answer(IssuerRef, 'The issuer') },
      },
    },
    async (request, reply) =>
      versioned(request, reply, await issuers.get(request.callContext, request.params.id)),
  );

  app.delete(
    '/:id',
    {
      config: { scope: 'issuers:admin', conditional: 'change', problems: ['issuer-not-found'] },
      schema: {
        operationId: 'revokeIssuer',
        summary: 'Withdraw the trust in an issuer',
        description:
          'Every instance refuses its tokens within 5 seconds. Its record stays in the list with `state=revoked`: when, and by whom.',
        params: IssuerParams,
        response: { 204: Type.Null({ description: 'The issuer is not trusted any more' }) },
      },
    },
    async (request, reply) => {
      await issuers.revoke(request.callContext, request.params.id, expectedVersions(request));
      return reply.code(204).send(null);
    },
  );
};
