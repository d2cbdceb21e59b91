import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import { entityTag } from '../../contract/entity-tags.js';
import { linksToId, nextLink } from '../../contract/links.js';
import { answer, headers } from '../../contract/schemas.js';
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

const tags = ['releases'];

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
        problems: ['project-not-found', 'release-exists'],
      },
      links: linksToId('getRelease', 'updateRelease', 'sealRelease', 'revokeRelease'),
      schema: {
        operationId: 'createRelease',
        tags,
        summary: 'Register a release',
        description: 'A version of the project and the commit that it was built from.',
        params: ProjectParams,
        body: CreateReleaseRef,
        response: {
          201: answer(
            ReleaseRef,
            'The release as it was stored',
            headers('Location', 'ETag', 'Idempotency-Replayed'),
          ),
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
        tags,
        summary: 'List the releases of a project',
        description: 'The newest first.',
        params: ProjectParams,
        querystring: ListReleasesQuery,
        response: {
          200: answer(Type.Array(ReleaseRef), 'The releases of this page', headers('Link')),
        },
      },
    },
    async ({ callContext, params, query, url }, reply) => {
      const { releases: rows, next } = await releases.list(callContext, params.id, query);
      const [path = ''] = url.split('?', 1);
      if (next !== undefined) reply.header('link', nextLink(path, url, next));
      return rows;
    },
  );

  app.put(
    '/:version',
    {
      config: {
        scope: 'releases:write',
        problems: ['project-not-found', 'release-differs'],
      },
      schema: {
        operationId: 'putRelease',
        tags,
        summary: 'Register a release, or get the one that there is',
        description:
          'For pipelines that run again: 201 the first time, 200 from then on; 409 when the version was built from another commit.',
        params: VersionParams,
        body: PutReleaseRef,
        response: {
          200: answer(ReleaseRef, 'The release that there is', headers('Location', 'ETag')),
          201: answer(ReleaseRef, 'The release as it was stored', headers('Location', 'ETag')),
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
