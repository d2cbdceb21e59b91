import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import { answer, located } from '../../contract/schemas.js';
import { sendPage } from '../../platform/page.js';
import { ReleaseParams } from '../releases/index.js';
import {
  BreakGlassParams,
  BreakGlassRef,
  CreateBreakGlassRef,
  ListBreakGlassQuery,
  ReviewBreakGlassRef,
  UsedBreakGlassRef,
} from './break-glass.schemas.js';
import type { BreakGlassService } from './break-glass.service.js';
import type { ReviewsService } from './reviews.service.js';

export interface Services {
  readonly breakGlass: BreakGlassService;
  readonly reviews: ReviewsService;
}

/** `/releases/{id}/break-glass`. */
export const releaseBreakGlassRoutes: FastifyPluginAsyncTypebox<Services> = async (
  app,
  { breakGlass },
) => {
  app.post(
    '/break-glass',
    {
      config: {
        scope: 'deployments:break-glass',
        idempotent: true,
        problems: [
          'release-not-found',
          'identity-required',
          'recent-sign-in-required',
          'release-revoked',
          'break-glass-open',
        ],
      },
      schema: {
        operationId: 'createBreakGlass',
        summary: 'Break the glass',
        description: [
          'Lets the release pass to the environment for some minutes, although rules deny it: windows, missing',
          'approvals, rejections, and rules that fail. The caller must be a person, and another person reviews it.',
          'With `force`, it also passes a stopped line, a revoked release, and rules that cannot be asked, and opens when',
          'a second person confirms it. One is open for a release and environment at a time.',
          'The answer is 200 if the person asked for the same before.',
        ].join(' '),
        params: ReleaseParams,
        body: CreateBreakGlassRef,
        response: {
          200: answer(BreakGlassRef, 'The person asked for the same before'),
          201: located(
            BreakGlassRef,
            'It is open, or it waits for its second person: read `state`',
          ),
        },
      },
    },
    (request, reply) =>
      app.createOnce(request, reply, async (context) => {
        const { params, body } = request;
        const { breakGlass: broken, created } = await breakGlass.create(context, params.id, body);
        const headers = { location: `/break-glass/${broken.id}` };
        return { status: created ? 201 : 200, headers, body: broken };
      }),
  );
};

/** `/break-glass`: lists, the second person, the end, and the review. */
export const breakGlassRoutes: FastifyPluginAsyncTypebox<Services> = async (
  app,
  { breakGlass, reviews },
) => {
  app.get(
    '',
    {
      config: { scope: 'deployments:read', problems: ['project-not-found'] },
      schema: {
        operationId: 'listBreakGlass',
        summary: 'List break-glasses',
        description:
          'Lists who broke the glass, newest first: for example those whose review is overdue. ' +
          'It includes only projects that the caller may see.',
        querystring: ListBreakGlassQuery,
        response: { 200: answer(Type.Array(BreakGlassRef), 'The break-glasses of this page') },
      },
    },
    async (request, reply) =>
      sendPage(request, reply, await reviews.list(request.callContext, request.query)),
  );

  app.get(
    '/:id',
    {
      config: { scope: 'deployments:read', problems: ['break-glass-not-found'] },
      schema: {
        operationId: 'getBreakGlass',
        summary: 'Get a break-glass',
        description:
          'Returns the break-glass, what it overrode, and the deployments that it authorized.',
        params: BreakGlassParams,
        response: { 200: answer(UsedBreakGlassRef, 'The break-glass') },
      },
    },
    ({ callContext, params }) => reviews.get(callContext, params.id),
  );

  app.post(
    '/:id/confirm',
    {
      config: {
        scope: 'deployments:break-glass',
        problems: [
          'break-glass-not-found',
          'identity-required',
          'recent-sign-in-required',
          'four-eyes-required',
          'break-glass-open',
          'break-glass-ended',
        ],
      },
      schema: {
        operationId: 'confirmBreakGlass',
        summary: 'Confirm a break-glass',
        description: [
          'Opens a break-glass with `force`, as its second person. The caller must be another person than the one who',
          'asked for it, under every name. Confirming again has no effect.',
        ].join(' '),
        params: BreakGlassParams,
        response: { 200: answer(BreakGlassRef, 'The break-glass is open') },
      },
    },
    ({ callContext, params }) => breakGlass.confirm(callContext, params.id),
  );

  app.post(
    '/:id/end',
    {
      config: { scope: 'deployments:break-glass', problems: ['break-glass-not-found'] },
      schema: {
        operationId: 'endBreakGlass',
        summary: 'End a break-glass',
        description:
          'Ends it before its time: the gate denies again in its next answer. Or takes a request back that no one ' +
          'confirmed. Programs can do this. Ending what is over has no effect.',
        params: BreakGlassParams,
        response: { 200: answer(BreakGlassRef, 'The break-glass is over') },
      },
    },
    ({ callContext, params }) => breakGlass.end(callContext, params.id),
  );

  app.post(
    '/:id/review',
    {
      config: {
        scope: 'approvals:write',
        problems: [
          'break-glass-not-found',
          'identity-required',
          'four-eyes-required',
          'break-glass-open',
          'break-glass-ended',
          'break-glass-reviewed',
        ],
      },
      schema: {
        operationId: 'reviewBreakGlass',
        summary: 'Review a break-glass',
        description: [
          'Stores the review of a break-glass that is over, permanently. The caller must be a person who neither broke the',
          'glass nor confirmed it. It is due 7 days after the opening. Saying the same again has no effect.',
        ].join(' '),
        params: BreakGlassParams,
        body: ReviewBreakGlassRef,
        response: { 200: answer(BreakGlassRef, 'The break-glass is reviewed') },
      },
    },
    ({ callContext, params, body }) => reviews.review(callContext, params.id, body),
  );
};
