import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import { answer } from '../../contract/schemas.js';
import { sendPage } from '../../platform/page.js';
import type { DeliveriesService } from './deliveries.service.js';
import {
  DeliveryParams,
  ListDeliveriesQuery,
  WebhookDeliveryRef,
  WebhookParams,
} from './webhooks.schemas.js';

export const deliveriesRoutes: FastifyPluginAsyncTypebox<{
  deliveries: DeliveriesService;
}> = async (app, { deliveries }) => {
  app.get(
    '/deliveries',
    {
      config: { scope: 'webhooks:read', problems: ['webhook-not-found'] },
      schema: {
        operationId: 'listWebhookDeliveries',
        summary: 'List deliveries of a webhook',
        description: 'Lists the events that the webhook is told of, newest first.',
        params: WebhookParams,
        querystring: ListDeliveriesQuery,
        response: { 200: answer(Type.Array(WebhookDeliveryRef), 'The deliveries of this page') },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      return sendPage(
        request,
        reply,
        await deliveries.list(request.callContext, id, request.query),
      );
    },
  );

  app.post(
    '/deliveries/:event/retry',
    {
      config: { scope: 'webhooks:write', problems: ['webhook-not-found', 'delivery-not-found'] },
      schema: {
        operationId: 'retryWebhookDelivery',
        summary: 'Send an event again',
        description: [
          'Sends the event now, with all attempts again, also if it was delivered or given up. `webhook-id` is the same.',
          'If it is being sent at this moment, the call has no effect.',
          'A disabled webhook gets it when it is enabled.',
        ].join(' '),
        params: DeliveryParams,
        response: { 200: answer(WebhookDeliveryRef, 'The delivery') },
      },
    },
    (request) => deliveries.retry(request.callContext, request.params.id, request.params.event),
  );

  app.post(
    '/test',
    {
      config: { scope: 'webhooks:write', problems: ['webhook-not-found', 'webhook-disabled'] },
      schema: {
        operationId: 'testWebhook',
        summary: 'Send a test to a webhook',
        description: [
          'Sends the event `webhook.tested`, in the way of all others, also if the webhook does not name this type.',
          'The delivery shows what came of it.',
        ].join(' '),
        params: WebhookParams,
        response: { 202: answer(WebhookDeliveryRef, 'The delivery, which begins within seconds') },
      },
    },
    async (request, reply) => {
      const delivery = await deliveries.test(request.callContext, request.params.id);
      return reply.code(202).send(delivery);
    },
  );
};
