import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import { linksToId } from '../../contract/links.js';
import { answer, located } from '../../contract/schemas.js';
import { sendPage } from '../../platform/page.js';
import {
  CreateWaiverRef,
  ListEndingWaiversQuery,
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
        summary: 'Request a waiver',
        description: [
          'Requests an exception for a finding or for a rule, in one release or in every release of a project.',
          'The waiver counts after another person has approved it, until it expires.',
        ].join(' '),
        body: CreateWaiverRef,
        response: {
          201: located(WaiverRef, 'The waiver was requested'),
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
        description: 'Lists waivers of the projects that the caller can read, newest first.',
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
    '/ending',
    {
      config: { scope: 'waivers:read', problems: ['project-not-found'] },
      schema: {
        operationId: 'listEndingWaivers',
        summary: 'List waivers that end soon',
        description: [
          'Lists approved waivers of the projects that the caller can read, that end within some days, the next first.',
          'What such a waiver covers denies again when it ends.',
        ].join(' '),
        querystring: ListEndingWaiversQuery,
        response: {
          200: answer(Type.Array(WaiverRef), 'The waivers of this page'),
        },
      },
    },
    async (request, reply) =>
      sendPage(request, reply, await waivers.ending(request.callContext, request.query)),
  );

  app.get(
    '/:id',
    {
      config: { scope: 'waivers:read', problems: ['waiver-not-found'] },
      schema: {
        operationId: 'getWaiver',
        summary: 'Get a waiver',
        description: 'Returns the waiver with its current state.',
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
        description: [
          'Approves the waiver. It then counts until it expires.',
          'The approver must be someone other than the requester, so the server must run with `AUTH_MODE=token`.',
          'Approving an approved waiver has no effect.',
        ].join(' '),
        params: WaiverParams,
        response: { 200: answer(WaiverRef, 'The waiver is approved') },
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
        description: [
          'Revokes the waiver permanently. It stops counting, and stays readable with the reason.',
          'Revoking a waiver that is not approved rejects it.',
          'The requester can revoke their own waiver if they have the scope.',
          'Revoking again for the same reason has no effect.',
        ].join(' '),
        params: WaiverParams,
        body: RevokeWaiverRef,
        response: { 200: answer(WaiverRef, 'The waiver is revoked') },
      },
    },
    ({ callContext, params, body }) => waivers.revoke(callContext, params.id, body.reason),
  );
};
