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
      config: { scope: 'tokens:admin', conditional: 'create', problems: ['rights-exceeded'] },
      links: linksToId('getToken', 'revokeToken'),
      schema: {
        operationId: 'createToken',
        summary: 'Make an API token',
        description:
          'The answer has the secret; it is not kept and cannot be shown again. Nobody can make a token with more rights than their own. There is no `Idempotency-Key` here: a secret is not stored to be repeated.',
        body: CreateTokenRef,
        response: {
          201: located(CreatedTokenRef, 'The token and its secret'),
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
        description:
          'Oldest first; never a secret. Those that were revoked are shown when `state` asks for them.',
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
        description:
          'Without its secret, which nobody has but its holder. One that was revoked is found in the list, with `state=revoked`.',
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
        description:
          'Every instance refuses it within 5 seconds, for ever. Its record stays in the list with `state=revoked`: when, and by whom.',
        params: TokenParams,
        response: { 204: Type.Null({ description: 'The token is revoked' }) },
      },
    },
    async (request, reply) => {
      await tokens.revoke(request.callContext, request.params.id, expectedVersions(request));
      return reply.code(204).send(null);
    },
  );
};
