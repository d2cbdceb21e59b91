import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import { answer } from '../../contract/schemas.js';
import { sendPage } from '../../platform/page.js';
import {
  CreateLegalHoldRef,
  LegalHoldParams,
  LegalHoldRef,
  LiftLegalHoldRef,
  ListLegalHoldsQuery,
} from './holds.schemas.js';
import type { HoldsService } from './holds.service.js';

/** Legal holds. */
export const holdsRoutes: FastifyPluginAsyncTypebox<{ holds: HoldsService }> = async (
  app,
  { holds },
) => {
  app.post(
    '',
    {
      config: {
        scope: 'holds:write',
        idempotent: true,
        problems: ['project-not-found', 'release-not-found'],
      },
      schema: {
        operationId: 'placeLegalHold',
        summary: 'Place a legal hold',
        description: [
          'While the hold counts, retention removes no document of the project, or of the release.',
          'Several holds can be about the same: each must be lifted.',
        ].join(' '),
        body: CreateLegalHoldRef,
        response: { 201: answer(LegalHoldRef, 'The hold counts') },
      },
    },
    (request, reply) =>
      app.createOnce(request, reply, async (context) => ({
        headers: {},
        body: await holds.place(context, request.body),
      })),
  );

  app.post(
    '/:id/lift',
    {
      config: {
        scope: 'holds:write',
        problems: ['legal-hold-not-found', 'legal-hold-lifted'],
      },
      schema: {
        operationId: 'liftLegalHold',
        summary: 'Lift a legal hold',
        description:
          'Lifts the hold permanently. Repeating the call with the same reason has no effect.',
        params: LegalHoldParams,
        body: LiftLegalHoldRef,
        response: { 200: answer(LegalHoldRef, 'The hold does not count any more') },
      },
    },
    ({ callContext, params, body }) => holds.lift(callContext, params.id, body.reason),
  );

  app.get(
    '',
    {
      config: { scope: 'holds:write' },
      schema: {
        operationId: 'listLegalHolds',
        summary: 'List legal holds',
        description: 'Lists the holds that count, newest first. Lifted ones with `state`.',
        querystring: ListLegalHoldsQuery,
        response: { 200: answer(Type.Array(LegalHoldRef), 'The holds of this page') },
      },
    },
    async (request, reply) =>
      sendPage(request, reply, await holds.list(request.callContext, request.query)),
  );
};
