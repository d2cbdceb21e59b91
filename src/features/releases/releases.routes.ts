import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { answer } from '../../contract/schemas.js';
import { expectedVersions, tagged, versioned } from '../../platform/conditional.js';
import { invalidAt } from '../../shared/app-error.js';
import {
  ReleaseParams,
  ReleaseRef,
  RevokeReleaseRef,
  UpdateReleaseRef,
} from './releases.schemas.js';
import type { ReleasesService } from './releases.service.js';

/** A single release by its id. */
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
        description: 'Gets the release. The `ETag` header has its revision.',
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
        summary: 'Update notes and links',
        description:
          'Changes the notes or the links. Version, commit and branch cannot be changed.',
        params: ReleaseParams,
        body: UpdateReleaseRef,
        response: { 200: answer(ReleaseRef, 'The release after the update') },
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
          'Closes the release for new artifacts. Evidence can still be uploaded. ' +
          'This cannot be undone. Repeating the call has no effect.',
        params: ReleaseParams,
        response: { 200: answer(ReleaseRef, 'The release after the update') },
      },
    },
    async (request, reply) => {
      const { callContext, params, body } = request;
      // Sealing cannot be undone, so a body with fields that the server does not know is refused.
      if (Object.keys(body ?? {}).length > 0) {
        throw invalidAt('body', '', 'must be empty');
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
          'Revokes the release permanently. The gate denies it in every environment. ' +
          'The release keeps its artifacts and evidence. ' +
          'Repeating the call with the same reason has no effect.',
        params: ReleaseParams,
        body: RevokeReleaseRef,
        response: { 200: answer(ReleaseRef, 'The release after the update') },
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
