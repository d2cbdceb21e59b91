import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import { RIGHTS_BODY_LIMIT } from '../../access/rights.js';
import { entityTag } from '../../contract/entity-tags.js';
import { linksToId } from '../../contract/links.js';
import { answer, located } from '../../contract/schemas.js';
import { expectedVersions, versioned } from '../../platform/conditional.js';
import { sendPage } from '../../platform/page.js';
import {
  CreatedTokenRef,
  CreateTokenRef,
  ListTokensQuery,
  TokenParams,
  TokenRef,
} from './tokens.schemas.js';
import type { TokensService } from './tokens.service.js';

export const tokensRoutes: FastifyPluginAsyncTypebox<{ tokens: TokensService }> = async (
  app,
  { tokens },
) => {
  app.post(
    '',
    {
      bodyLimit: Math.min(app.initialConfig.bodyLimit ?? RIGHTS_BODY_LIMIT, RIGHTS_BODY_LIMIT),
      config: {
        scope: 'tokens:admin',
        conditional: 'create',
        problems: ['rights-exceeded', 'identity-disabled'],
      },
      links: linksToId('getToken', 'revokeToken'),
      schema: {
        operationId: 'createToken',
        summary: 'Create an API token',
        description: [
          'Creates a token and returns its secret.',
          'The server stores only a hash of the secret, so it cannot show the secret again.',
          'A token cannot have more rights than the caller who creates it.',
          'Repeating the call creates another token.',
          '`Idempotency-Key` has no effect here, because the server does not store secrets.',
        ].join(' '),
        body: CreateTokenRef,
        response: {
          201: located(CreatedTokenRef, 'The token was created. The answer has its secret'),
        },
      },
    },
    async (request, reply) => {
      const token = await tokens.create(request.callContext, request.body);
      return reply
        .code(201)
        .headers({
          location: `/tokens/${token.id}`,
          etag: entityTag(token.version),
          'cache-control': 'no-store',
        })
        .send(token);
    },
  );

  app.get(
    '',
    {
      config: { scope: 'tokens:admin' },
      schema: {
        operationId: 'listTokens',
        summary: 'List API tokens',
        description: [
          'Lists tokens without their secrets, oldest first.',
          'Revoked tokens appear with `state=revoked` or `state=all`.',
        ].join(' '),
        querystring: ListTokensQuery,
        response: { 200: answer(Type.Array(TokenRef), 'The tokens of this page') },
      },
    },
    async (request, reply) =>
      sendPage(request, reply, await tokens.list(request.callContext, request.query)),
  );

  app.get(
    '/:id',
    {
      config: { scope: 'tokens:admin', conditional: 'read', problems: ['token-not-found'] },
      schema: {
        operationId: 'getToken',
        summary: 'Get an API token',
        description: [
          'Returns the token without its secret.',
          'A revoked token is not found here: list it with `GET /tokens?state=revoked`.',
        ].join(' '),
        params: TokenParams,
        response: { 200: answer(TokenRef, 'The token') },
      },
    },
    async (request, reply) =>
      versioned(request, reply, await tokens.get(request.callContext, request.params.id)),
  );

  app.delete(
    '/:id',
    {
      config: { scope: 'tokens:admin', conditional: 'change', problems: ['token-not-found'] },
      schema: {
        operationId: 'revokeToken',
        summary: 'Revoke an API token',
        description: [
          'Revokes the token permanently. Every instance refuses the token within 5 seconds.',
          'The list keeps its record with `state=revoked`, with the time and the caller who revoked it.',
        ].join(' '),
        params: TokenParams,
        response: { 204: Type.Null({ description: 'The token was revoked' }) },
      },
    },
    async (request, reply) => {
      await tokens.revoke(request.callContext, request.params.id, expectedVersions(request));
      return reply.code(204).send(null);
    },
  );
};
