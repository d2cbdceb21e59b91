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

/** Releases below their project. */
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
        description: 'Registers a version of the project, with the commit that it was built from.',
        params: ProjectParams,
        body: CreateReleaseRef,
        response: {
          201: located(ReleaseRef, 'The release was registered'),
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
        summary: 'List releases of a project',
        description: 'Lists the releases of the project, newest first.',
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
        summary: 'Register or get a release',
        description:
          'Registers the version, or returns the existing release. A pipeline can repeat the call: ' +
          'it answers 201 the first time and 200 afterwards. ' +
          'It answers 409 if the version was registered with another commit.',
        params: VersionParams,
        body: PutReleaseRef,
        response: {
          200: located(ReleaseRef, 'The existing release'),
          201: located(ReleaseRef, 'The release was registered'),
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
