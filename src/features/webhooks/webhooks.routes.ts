import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import { RIGHTS_BODY_LIMIT } from '../../access/rights.js';
import { linksToId } from '../../contract/links.js';
import { answer, located } from '../../contract/schemas.js';
import { sendPage } from '../../platform/page.js';
import {
  CreatedWebhookRef,
  CreateWebhookRef,
  ListWebhooksQuery,
  MAX_OF_CREATOR,
  MAX_WEBHOOKS,
  WebhookParams,
  WebhookRef,
} from './webhooks.schemas.js';
import type { WebhooksService } from './webhooks.service.js';

export const webhooksRoutes: FastifyPluginAsyncTypebox<{ webhooks: WebhooksService }> = async (
  app,
  { webhooks },
) => {
  app.post(
    '',
    {
      bodyLimit: Math.min(app.initialConfig.bodyLimit ?? RIGHTS_BODY_LIMIT, RIGHTS_BODY_LIMIT),
      config: {
        scope: 'webhooks:write',
        problems: ['rights-exceeded', 'quota-exceeded', 'webhook-exists', 'webhooks-off'],
      },
      links: linksToId('getWebhook', 'revokeWebhook', 'testWebhook', 'listWebhookDeliveries'),
      schema: {
        operationId: 'createWebhook',
        summary: 'Create a webhook',
        description: [
          'Creates a webhook and returns its secret, which is not shown again.',
          'From now on, events of these types and projects are sent to the URL, signed by Standard Webhooks',
          '(HMAC-SHA256), at least once each.',
          'The caller needs `events:read` and the scope to read what the events are about, for all of the projects.',
          `The server can have ${MAX_WEBHOOKS} webhooks, and ${MAX_OF_CREATOR} of one caller. A webhook cannot be changed: create another one and revoke the first.`,
          '`Idempotency-Key` has no effect here, because the server does not store secrets.',
        ].join(' '),
        body: CreateWebhookRef,
        response: {
          201: located(CreatedWebhookRef, 'The webhook was created. The answer has its secret'),
        },
      },
    },
    async (request, reply) => {
      const webhook = await webhooks.create(request.callContext, request.body);
      const headers = { location: `/webhooks/${webhook.id}`, 'cache-control': 'no-store' };
      return reply.code(201).headers(headers).send(webhook);
    },
  );

  app.get(
    '',
    {
      config: { scope: 'webhooks:read' },
      schema: {
        operationId: 'listWebhooks',
        summary: 'List webhooks',
        description: [
          'Lists webhooks without their secrets, oldest first.',
          'A caller who is bound to projects sees those that are sent events of its projects alone.',
        ].join(' '),
        querystring: ListWebhooksQuery,
        response: { 200: answer(Type.Array(WebhookRef), 'The webhooks of this page') },
      },
    },
    async (request, reply) =>
      sendPage(request, reply, await webhooks.list(request.callContext, request.query)),
  );

  app.get(
    '/:id',
    {
      config: { scope: 'webhooks:read', problems: ['webhook-not-found'] },
      schema: {
        operationId: 'getWebhook',
        summary: 'Get a webhook',
        description:
          'Returns the webhook without its secret. A revoked one is not found here: list it with `state=revoked`.',
        params: WebhookParams,
        response: { 200: answer(WebhookRef, 'The webhook') },
      },
    },
    (request) => webhooks.get(request.callContext, request.params.id),
  );

  app.delete(
    '/:id',
    {
      config: { scope: 'webhooks:write', problems: ['webhook-not-found'] },
      schema: {
        operationId: 'revokeWebhook',
        summary: 'Revoke a webhook',
        description: [
          'Revokes the webhook permanently. No attempt begins after that, also of events that wait for it.',
          'The list keeps its record with `state=revoked`.',
        ].join(' '),
        params: WebhookParams,
        response: { 204: Type.Null({ description: 'The webhook was revoked' }) },
      },
    },
    async (request, reply) => {
      await webhooks.revoke(request.callContext, request.params.id);
      return reply.code(204).send(null);
    },
  );

  app.post(
    '/:id/rotate-secret',
    {
      config: { scope: 'webhooks:write', problems: ['webhook-not-found', 'webhooks-off'] },
      schema: {
        operationId: 'rotateWebhookSecret',
        summary: 'Rotate the secret of a webhook',
        description: [
          'Gives the webhook a new secret and returns it. It is not shown again.',
          'For 24 hours the server signs with the secret before as well, so that the receiver can change it without a gap.',
          'Another rotation within this time ends the secret before the last.',
        ].join(' '),
        params: WebhookParams,
        response: { 200: answer(CreatedWebhookRef, 'The webhook with its new secret') },
      },
    },
    async (request, reply) => {
      const webhook = await webhooks.rotate(request.callContext, request.params.id);
      return reply.header('cache-control', 'no-store').send(webhook);
    },
  );

  app.post(
    '/:id/enable',
    {
      config: { scope: 'webhooks:write', problems: ['webhook-not-found', 'rights-exceeded'] },
      schema: {
        operationId: 'enableWebhook',
        summary: 'Enable a webhook',
        description: [
          'Enables a webhook that the server disabled. Events that wait for it are sent.',
          'Events from the time in which it was disabled are not: read them with `GET /events`.',
          'If its creator is disabled, the caller needs the rights to create it.',
          'Enabling an active webhook has no effect.',
        ].join(' '),
        params: WebhookParams,
        response: { 200: answer(WebhookRef, 'The webhook') },
      },
    },
    (request) => webhooks.enable(request.callContext, request.params.id),
  );
};
