import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import { answer, located } from '../../contract/schemas.js';
import { sendPage } from '../../platform/page.js';
import {
  ArtifactRef,
  CreateArtifactRef,
  DigestParams,
  FoundArtifactRef,
  ListArtifactsQuery,
} from './artifacts.schemas.js';
import type { ArtifactsService } from './artifacts.service.js';
import { ReleaseParams } from './releases.schemas.js';

export const artifactsRoutes: FastifyPluginAsyncTypebox<{ artifacts: ArtifactsService }> = async (
  app,
  { artifacts },
) => {
  app.post(
    '/releases/:id/artifacts',
    {
      config: {
        scope: 'releases:write',
        idempotent: true,
        problems: ['release-not-found', 'release-sealed', 'release-revoked', 'artifact-exists'],
      },
      schema: {
        operationId: 'createArtifact',
        summary: 'Add an artifact',
        description:
          'Adds an artifact to an open release. The digest must be unique in the release. ' +
          'An artifact cannot be changed or deleted.',
        params: ReleaseParams,
        body: CreateArtifactRef,
        response: {
          201: located(ArtifactRef, 'The artifact was added'),
        },
      },
    },
    (request, reply) =>
      app.createOnce(request, reply, async (context) => {
        const artifact = await artifacts.create(context, request.params.id, request.body);
        return { headers: { location: `/artifacts/${artifact.sha256}` }, body: artifact };
      }),
  );

  app.get(
    '/releases/:id/artifacts',
    {
      config: { scope: 'releases:read', problems: ['release-not-found'] },
      schema: {
        operationId: 'listArtifacts',
        summary: 'List artifacts of a release',
        description: 'Lists the artifacts of the release, oldest first.',
        params: ReleaseParams,
        querystring: ListArtifactsQuery,
        response: {
          200: answer(Type.Array(ArtifactRef), 'The artifacts of this page'),
        },
      },
    },
    async (request, reply) =>
      sendPage(
        request,
        reply,
        await artifacts.list(request.callContext, request.params.id, request.query),
      ),
  );

  app.get(
    '/artifacts/:sha256',
    {
      config: { scope: 'releases:read', problems: ['artifact-not-found'] },
      schema: {
        operationId: 'findArtifact',
        summary: 'Find releases of an artifact',
        description:
          'Lists the releases that have an artifact with this digest, oldest first. ' +
          'It includes only projects that the caller may see.',
        params: DigestParams,
        querystring: ListArtifactsQuery,
        response: {
          200: answer(Type.Array(FoundArtifactRef), 'The artifact in each release of this page'),
        },
      },
    },
    async (request, reply) =>
      sendPage(
        request,
        reply,
        await artifacts.findByDigest(request.callContext, request.params.sha256, request.query),
      ),
  );
};
