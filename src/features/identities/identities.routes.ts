import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import { answer, located } from '../../contract/schemas.js';
import { sendPage } from '../../platform/page.js';
import {
  CreateLinkRef,
  IdentityLinkRef,
  IdentityParams,
  IdentityRef,
  LinkParams,
  ListIdentitiesQuery,
} from './identities.schemas.js';
import type { IdentitiesService } from './identities.service.js';
import type { LinksService } from './links.service.js';

export const identitiesRoutes: FastifyPluginAsyncTypebox<{
  identities: IdentitiesService;
  links: LinksService;
}> = async (app, { identities, links }) => {
  app.get(
    '',
    {
      config: { scope: 'identities:admin' },
      schema: {
        operationId: 'listIdentities',
        summary: 'List identities',
        description: [
          'Lists subjects that signed in, were linked, or were disabled, oldest first.',
          'Other subjects of tokens are in `GET /tokens`.',
        ].join(' '),
        querystring: ListIdentitiesQuery,
        response: { 200: answer(Type.Array(IdentityRef), 'The identities of this page') },
      },
    },
    async (request, reply) =>
      sendPage(request, reply, await identities.list(request.callContext, request.query)),
  );

  app.get(
    '/:subject',
    {
      config: { scope: 'identities:admin', problems: ['identity-not-found'] },
      schema: {
        operationId: 'getIdentity',
        summary: 'Get an identity',
        description: 'Returns the identity with its links, also those that ended.',
        params: IdentityParams,
        response: { 200: answer(IdentityRef, 'The identity') },
      },
    },
    ({ callContext, params }) => identities.get(callContext, params.subject),
  );

  app.post(
    '/:subject/links',
    {
      config: {
        scope: 'identities:admin',
        idempotent: true,
        problems: ['identity-not-found', 'identity-linked', 'identity-disabled'],
      },
      schema: {
        operationId: 'createLink',
        summary: 'Link a name',
        description: [
          'Makes another name that of this person, such as the login of a person who also has a token.',
          'From then on the person acts under the subject of the link, and four-eyes rules compare all of its names.',
          'What was recorded before keeps the name that it has.',
        ].join(' '),
        params: IdentityParams,
        body: CreateLinkRef,
        response: { 201: located(IdentityLinkRef, 'The name was linked') },
      },
    },
    (request, reply) =>
      app.createOnce(request, reply, async (context) => {
        const { params, body } = request;
        const link = await links.create(context, params.subject, body.alias);
        const location = `/identities/${encodeURIComponent(link.subject)}`;
        return { headers: { location }, body: link };
      }),
  );

  app.post(
    '/:subject/links/:id/unlink',
    {
      config: {
        scope: 'identities:admin',
        problems: ['link-not-found', 'identity-required', 'four-eyes-required'],
      },
      schema: {
        operationId: 'unlinkName',
        summary: 'Unlink a name',
        description: [
          'Requests to end the link. The call of another person within 7 days confirms the request and ends it.',
          'Both must be people: signed in, or with a token that an admin marked.',
          'What the person did until then stays that of one person.',
        ].join(' '),
        params: LinkParams,
        response: {
          200: answer(IdentityLinkRef, 'The link, with the request or with its end'),
        },
      },
    },
    ({ callContext, params }) => links.unlink(callContext, params.subject, params.id),
  );

  app.post(
    '/:subject/disable',
    {
      config: { scope: 'identities:admin', problems: ['identity-not-found'] },
      schema: {
        operationId: 'disableIdentity',
        summary: 'Disable an identity',
        description: [
          'Disables the person under all names that are linked.',
          'Its sessions end, its tokens are revoked, and every instance refuses it within 5 seconds.',
          'Repeating the call has no effect.',
        ].join(' '),
        params: IdentityParams,
        response: { 200: answer(IdentityRef, 'The identity after the update') },
      },
    },
    ({ callContext, params }) => identities.disable(callContext, params.subject),
  );

  app.post(
    '/:subject/enable',
    {
      config: { scope: 'identities:admin', problems: ['identity-not-found'] },
      schema: {
        operationId: 'enableIdentity',
        summary: 'Enable an identity',
        description: [
          'Lets the person sign in again. Sessions that ended and tokens that were revoked stay so.',
          'Repeating the call has no effect.',
        ].join(' '),
        params: IdentityParams,
        response: { 200: answer(IdentityRef, 'The identity after the update') },
      },
    },
    ({ callContext, params }) => identities.enable(callContext, params.subject),
  );
};
