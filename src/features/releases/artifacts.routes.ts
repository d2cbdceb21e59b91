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
          'What was built, by its digest: unique in the release. Only while the release is open; it is never changed and never removed.',
        params: ReleaseParams,
        body: CreateArtifactRef,
        response: {
          201: located(ArtifactRef, 'The artifact as it was stored'),
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
        summary: 'List the artifacts of a release',
        description: 'The oldest first.',
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
        summary: 'Find the releases of an artifact',
        description:
          'Everywhere that this digest is registered, in the projects that the caller may see. The oldest first.',
        params: DigestParams,
        querystring: ListArtifactsQuery,
        response: {
          200: answer(Type.Array(FoundArtifactRef), 'Where it belongs'),
        },
      },
    },
    async (request, reply) =>
      sendPage(
        request,
        reply,
        await artifacts.find(request.callContext, request.params.sha256, request.query),
      ),
  );
};
