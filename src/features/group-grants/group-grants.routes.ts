import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import { RIGHTS_BODY_LIMIT } from '../../access/rights.js';
import { entityTag } from '../../contract/entity-tags.js';
import { linksToId } from '../../contract/links.js';
import { answer, located } from '../../contract/schemas.js';
import { expectedVersions, versioned } from '../../platform/conditional.js';
import { sendPage } from '../../platform/page.js';
import {
  CreateGroupGrantRef,
  GroupGrantParams,
  GroupGrantRef,
  ListGroupGrantsQuery,
} from './group-grants.schemas.js';
import type { GroupGrantsService } from './group-grants.service.js';

export const groupGrantsRoutes: FastifyPluginAsyncTypebox<{ grants: GroupGrantsService }> = async (
  app,
  { grants },
) => {
  app.post(
    '',
    {
      bodyLimit: Math.min(app.initialConfig.bodyLimit ?? RIGHTS_BODY_LIMIT, RIGHTS_BODY_LIMIT),
      config: {
        scope: 'identities:admin',
        idempotent: true,
        conditional: 'create',
        problems: ['rights-exceeded'],
      },
      links: linksToId('getGroupGrant', 'revokeGroupGrant'),
      schema: {
        operationId: 'createGroupGrant',
        summary: 'Grant rights to a group',
        description: [
          'Gives members of the group these rights in sessions that exist and in new ones.',
          'The server only keeps groups that `SIGN_IN_GROUPS` names.',
          'If a group has several grants, its members have the rights of all of them.',
          'A grant cannot be changed: create another one and revoke the first.',
        ].join(' '),
        body: CreateGroupGrantRef,
        response: {
          201: located(GroupGrantRef, 'The grant was created'),
        },
      },
    },
    (request, reply) =>
      app.createOnce(request, reply, async (context) => {
        const grant = await grants.create(context, request.body);
        return {
          headers: { location: `/group-grants/${grant.id}`, etag: entityTag(grant.version) },
          body: grant,
        };
      }),
  );

  app.get(
    '',
    {
      config: { scope: 'identities:admin' },
      schema: {
        operationId: 'listGroupGrants',
        summary: 'List group grants',
        description:
          'Lists grants, oldest first. Revoked grants appear with `state=revoked` or `state=all`.',
        querystring: ListGroupGrantsQuery,
        response: {
          200: answer(Type.Array(GroupGrantRef), 'The grants of this page'),
        },
      },
    },
    async (request, reply) =>
      sendPage(request, reply, await grants.list(request.callContext, request.query)),
  );

  app.get(
    '/:id',
    {
      config: {
        scope: 'identities:admin',
        conditional: 'read',
        problems: ['group-grant-not-found'],
      },
      schema: {
        operationId: 'getGroupGrant',
        summary: 'Get a group grant',
        description:
          'Returns the grant. A revoked grant is not found here: list it with `GET /group-grants?state=revoked`.',
        params: GroupGrantParams,
        response: { 200: answer(GroupGrantRef, 'The grant') },
      },
    },
    async (request, reply) =>
      versioned(request, reply, await grants.get(request.callContext, request.params.id)),
  );

  app.delete(
    '/:id',
    {
      config: {
        scope: 'identities:admin',
        conditional: 'change',
        problems: ['group-grant-not-found'],
      },
      schema: {
        operationId: 'revokeGroupGrant',
        summary: 'Revoke a group grant',
        description: [
          'Revokes the grant permanently. Sessions lose its rights with their next request.',
          'The list keeps its record with `state=revoked`, with the time and the caller who revoked it.',
        ].join(' '),
        params: GroupGrantParams,
        response: { 204: Type.Null({ description: 'The grant was revoked' }) },
      },
    },
    async (request, reply) => {
      await grants.revoke(request.callContext, request.params.id, expectedVersions(request));
      return reply.code(204).send(null);
    },
  );
};
