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
        description: [
          'Trusts tokens of this issuer that have this audience and meet all conditions.',
          'Such a token has the given scopes.',
          'If a token meets several entries, it has the scopes of all of them.',
          'An entry cannot be changed: create another one and revoke the first.',
        ].join(' '),
        body: CreateIssuerRef,
        response: {
          201: located(IssuerRef, 'The issuer was created'),
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
        description:
          'Lists trusted issuers, oldest first. Revoked issuers appear with `state=revoked` or `state=all`.',
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
        description:
          'Returns the issuer. A revoked issuer is not found here: list it with `GET /issuers?state=revoked`.',
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
        summary: 'Revoke a trusted issuer',
        description: [
          'Revokes the trust permanently. Every instance stops trusting the issuer within 5 seconds.',
          'The list keeps its record with `state=revoked`, with the time and the caller who revoked it.',
        ].join(' '),
        params: IssuerParams,
        response: { 204: Type.Null({ description: 'The trust in the issuer was revoked' }) },
      },
    },
    async (request, reply) => {
      await issuers.revoke(request.callContext, request.params.id, expectedVersions(request));
      return reply.code(204).send(null);
    },
  );
};
