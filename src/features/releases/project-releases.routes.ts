import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import { entityTag } from '../../contract/entity-tags.js';
import { linksToId } from '../../contract/links.js';
import { answer, located } from '../../contract/schemas.js';
import { sendPage } from '../../platform/page.js';
import type { Release } from './release.js';
import {
  CreateReleaseRef,
  ListReleasesQuery,
  ProjectParams,
  PutReleaseRef,
  ReleaseRef,
  VersionParams,
} from './releases.schemas.js';
import type { ReleasesService } from './releases.service.js';

const addressOf = ({ id, revision }: Release) => ({
  location: `/releases/${id}`,
  etag: entityTag(revision),
});

/** Releases of a project: registered, found, listed. */
export const projectReleasesRoutes: FastifyPluginAsyncTypebox<{
  releases: ReleasesService;
}> = async (app, { releases }) => {
  app.post(
    '',
    {
      config: {
        scope: 'releases:write',
        idempotent: true,
        conditional: 'create',
        problems: ['project-not-found', 'release-exists'],
      },
      links: linksToId('getRelease', 'updateRelease', 'sealRelease', 'revokeRelease'),
      schema: {
        operationId: 'createRelease',
        summary: 'Register a release',
        description: 'A version of the project and the commit that it was built from.',
        params: ProjectParams,
        body: CreateReleaseRef,
        response: {
          201: located(ReleaseRef, 'The release as it was stored'),
        },
      },
    },
    (request, reply) =>
      app.createOnce(request, reply, async (context) => {
        const { params, body } = request;
        const release = await releases.create(context, params.id, body);
        return { headers: addressOf(release), body: release };
      }),
  );

  app.get(
    '',
    {
      config: { scope: 'releases:read', problems: ['project-not-found'] },
      schema: {
        operationId: 'listReleases',
        summary: 'List the releases of a project',
        description: 'The newest first.',
        params: ProjectParams,
        querystring: ListReleasesQuery,
        response: {
          200: answer(Type.Array(ReleaseRef), 'The releases of this page'),
        },
      },
    },
    async (request, reply) =>
      sendPage(
        request,
        reply,
        await releases.list(request.callContext, request.params.id, request.query),
      ),
  );

  app.put(
    '/:version',
    {
      config: {
        scope: 'releases:write',
        conditional: 'create',
        problems: ['project-not-found', 'release-differs'],
      },
      schema: {
        operationId: 'putRelease',
        summary: 'Register a release, or get the one that there is',
        description:
          'For pipelines that run again: 201 the first time, 200 from then on; 409 when the version was built from another commit.',
        params: VersionParams,
        body: PutReleaseRef,
        response: {
          200: located(ReleaseRef, 'The release that there is'),
          201: located(ReleaseRef, 'The release as it was stored'),
        },
      },
    },
    async ({ callContext, params, body }, reply) => {
      const { id, version } = params;
      const { release, created } = await releases.createOrGet(callContext, id, version, body);
      return reply
        .code(created ? 201 : 200)
        .headers(addressOf(release))
        .send(release);
    },
  );
};
