import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { answer } from '../../contract/schemas.js';
import { expectedVersions, tagged, versioned } from '../../platform/conditional.js';
import { invalid } from '../../shared/app-error.js';
import {
  ReleaseParams,
  ReleaseRef,
  RevokeReleaseRef,
  UpdateReleaseRef,
} from './releases.schemas.js';
import type { ReleasesService } from './releases.service.js';

/** One release: read, described, sealed, revoked. */
export const releasesRoutes: FastifyPluginAsyncTypebox<{ releases: ReleasesService }> = async (
  app,
  { releases },
) => {
  app.get(
    '/:id',
    {
      config: { scope: 'releases:read', conditional: 'read', problems: ['release-not-found'] },
      schema: {
        operationId: 'getRelease',
        summary: 'Get a release',
        description: 'Its entity tag names what it was changed to last.',
        params: ReleaseParams,
        response: { 200: answer(ReleaseRef, 'The release') },
      },
    },
    async (request, reply) =>
      versioned(request, reply, await releases.get(request.callContext, request.params.id)),
  );

  app.patch(
    '/:id',
    {
      config: { scope: 'releases:write', conditional: 'change', problems: ['release-not-found'] },
      schema: {
        operationId: 'updateRelease',
        summary: 'Change notes and links',
        description: 'What a release was made from is never changed.',
        params: ReleaseParams,
        body: UpdateReleaseRef,
        response: { 200: answer(ReleaseRef, 'The release as it is now') },
      },
    },
    async (request, reply) => {
      const { callContext, params, body } = request;
      const expected = expectedVersions(request);
      return tagged(reply, await releases.update(callContext, params.id, body, expected));
    },
  );

  app.post(
    '/:id/seal',
    {
      config: {
        scope: 'releases:write',
        conditional: 'change',
        problems: ['release-not-found', 'release-revoked'],
      },
      schema: {
        operationId: 'sealRelease',
        summary: 'Seal a release',
        description:
          'It takes no more artifacts; evidence may still arrive. There is no way back. Sealing again changes nothing.',
        params: ReleaseParams,
        response: { 200: answer(ReleaseRef, 'The release as it is now') },
      },
    },
    async (request, reply) => {
      const { callContext, params, body } = request;
      // There is no way back from it: what is not understood must not be done.
      if (Object.keys(body ?? {}).length > 0) {
        throw invalid([{ in: 'body', pointer: '', message: 'must be left out' }]);
      }
      return tagged(reply, await releases.seal(callContext, params.id, expectedVersions(request)));
    },
  );

  app.post(
    '/:id/revoke',
    {
      config: {
        scope: 'releases:write',
        conditional: 'change',
        problems: ['release-not-found', 'release-revoked'],
      },
      schema: {
        operationId: 'revokeRelease',
        summary: 'Revoke a release',
        description:
          'It keeps everything and ships nowhere. There is no way back. Revoking again for the same reason changes nothing.',
        params: ReleaseParams,
        body: RevokeReleaseRef,
        response: { 200: answer(ReleaseRef, 'The release as it is now') },
      },
    },
    async (request, reply) => {
      const { callContext, params, body } = request;
      const expected = expectedVersions(request);
      const { reason } = body;
      return tagged(reply, await releases.revoke(callContext, params.id, reason, expected));
    },
  );
};
