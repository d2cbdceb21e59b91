import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import { linksToId } from '../../contract/links.js';
import { answer, located } from '../../contract/schemas.js';
import { sendPage } from '../../platform/page.js';
import {
  CreateWaiverRef,
  ListWaiversQuery,
  RevokeWaiverRef,
  WaiverParams,
  WaiverRef,
} from './waivers.schemas.js';
import type { WaiversService } from './waivers.service.js';

export const waiversRoutes: FastifyPluginAsyncTypebox<{ waivers: WaiversService }> = async (
  app,
  { waivers },
) => {
  app.post(
    '',
    {
      config: {
        scope: 'waivers:request',
        idempotent: true,
        problems: ['project-not-found', 'release-not-found'],
      },
      links: linksToId('getWaiver', 'approveWaiver', 'revokeWaiver'),
      schema: {
        operationId: 'createWaiver',
        summary: 'Ask for a waiver',
        description:
          'For a finding that need not keep a release, or any release of a project, from shipping. It counts once somebody else has approved it, until it expires.',
        body: CreateWaiverRef,
        response: {
          201: located(WaiverRef, 'The waiver as it was stored'),
        },
      },
    },
    (request, reply) =>
      app.createOnce(request, reply, async (context) => {
        const waiver = await waivers.create(context, request.body);
        return { headers: { location: `/waivers/${waiver.id}` }, body: waiver };
      }),
  );

  app.get(
    '',
    {
      config: { scope: 'waivers:read', problems: ['project-not-found'] },
      schema: {
        operationId: 'listWaivers',
        summary: 'List waivers',
        description: 'Of the projects that the caller may see. The newest first.',
        querystring: ListWaiversQuery,
        response: {
          200: answer(Type.Array(WaiverRef), 'The waivers of this page'),
        },
      },
    },
    async (request, reply) =>
      sendPage(request, reply, await waivers.list(request.callContext, request.query)),
  );

  app.get(
    '/:id',
    {
      config: { scope: 'waivers:read', problems: ['waiver-not-found'] },
      schema: {
        operationId: 'getWaiver',
        summary: 'Get a waiver',
        description: 'Its state follows from what happened to it, and from the time.',
        params: WaiverParams,
        response: { 200: answer(WaiverRef, 'The waiver') },
      },
    },
    ({ callContext, params }) => waivers.get(callContext, params.id),
  );

  app.post(
    '/:id/approve',
    {
      config: {
        scope: 'waivers:approve',
        problems: [
          'waiver-not-found',
          'four-eyes-required',
          'identity-required',
          'waiver-expired',
          'waiver-revoked',
        ],
      },
      schema: {
        operationId: 'approveWaiver',
        summary: 'Approve a waiver',
        description:
          'It counts from now on, until it expires. Only somebody else than who asked for it can approve it, so callers must be told apart: not with AUTH_MODE=none. Approving again changes nothing, whoever does.',
        params: WaiverParams,
        response: { 200: answer(WaiverRef, 'The waiver as it is now') },
      },
    },
    ({ callContext, params }) => waivers.approve(callContext, params.id),
  );

  app.post(
    '/:id/revoke',
    {
      config: { scope: 'waivers:approve', problems: ['waiver-not-found', 'waiver-revoked'] },
      schema: {
        operationId: 'revokeWaiver',
        summary: 'Revoke a waiver',
        description:
          'Also one that nobody has approved: that refuses it. It does not count any more, and stays readable with the reason. There is no way back. Whoever may approve may revoke, what they asked for themselves too. Revoking again for the same reason changes nothing.',
        params: WaiverParams,
        body: RevokeWaiverRef,
        response: { 200: answer(WaiverRef, 'The waiver as it is now') },
      },
    },
    ({ callContext, params, body }) => waivers.revoke(callContext, params.id, body.reason),
  );
};
