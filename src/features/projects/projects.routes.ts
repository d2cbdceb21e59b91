import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import { entityTag } from '../../contract/entity-tags.js';
import { linksToId } from '../../contract/links.js';
import { answer, located } from '../../contract/schemas.js';
import { expectedVersions, tagged, versioned } from '../../platform/conditional.js';
import { sendPage } from '../../platform/page.js';
import {
  CreateProjectRef,
  ListProjectsQuery,
  ProjectParams,
  ProjectRef,
  UpdateProjectRef,
} from './projects.schemas.js';
import type { ProjectsService } from './projects.service.js';

export const projectsRoutes: FastifyPluginAsyncTypebox<{ projects: ProjectsService }> = async (
  app,
  { projects },
) => {
  app.get(
    '',
    {
      config: { scope: 'projects:read' },
      schema: {
        operationId: 'listProjects',
        summary: 'List projects',
        description:
          'In id order unless `sort` says otherwise, up to 1,000 at a time. When there are more, the `Link` header has the address of the next page (RFC 8288); pages stay stable while projects are added.',
        querystring: ListProjectsQuery,
        response: {
          200: answer(Type.Array(ProjectRef), 'The projects of this page'),
        },
      },
    },
    async (request, reply) =>
      sendPage(request, reply, await projects.list(request.callContext, request.query)),
  );

  app.post(
    '',
    {
      config: { scope: 'projects:write', idempotent: true, conditional: 'create' },
      links: linksToId('getProject', 'updateProject', 'deleteProject'),
      schema: {
        operationId: 'createProject',
        summary: 'Add a project',
        description: 'Names need not be unique.',
        body: CreateProjectRef,
        response: {
          201: located(ProjectRef, 'The project as it was stored'),
        },
      },
    },
    (request, reply) =>
      app.createOnce(request, reply, async (context) => {
        const project = await projects.create(context, request.body);
        const { id, version } = project;
        return {
          headers: { location: `/projects/${id}`, etag: entityTag(version) },
          body: project,
        };
      }),
  );

  app.get(
    '/:id',
    {
      config: { scope: 'projects:read', conditional: 'read', problems: ['project-not-found'] },
      schema: {
        operationId: 'getProject',
        summary: 'Get a project',
        description: 'Its entity tag names the version.',
        params: ProjectParams,
        response: { 200: answer(ProjectRef, 'The project') },
      },
    },
    async (request, reply) =>
      versioned(request, reply, await projects.get(request.callContext, request.params.id)),
  );

  app.patch(
    '/:id',
    {
      config: { scope: 'projects:write', conditional: 'change', problems: ['project-not-found'] },
      schema: {
        operationId: 'updateProject',
        summary: 'Change a project',
        description:
          'Changes the fields that are given. With `If-Match`, only the version that you have seen.',
        params: ProjectParams,
        body: UpdateProjectRef,
        response: { 200: answer(ProjectRef, 'The project as it is now') },
      },
    },
    async (request, reply) => {
      const { callContext, params, body } = request;
      const project = await projects.update(
        callContext,
        params.id,
        body,
        expectedVersions(request),
      );
      return tagged(reply, project);
    },
  );

  app.delete(
    '/:id',
    {
      config: {
        scope: 'projects:write',
        conditional: 'change',
        problems: ['project-not-found', 'project-has-releases'],
      },
      schema: {
        operationId: 'deleteProject',
        summary: 'Delete a project',
        description:
          'Only while it has no releases. There is no way back; its id is not used again. With `If-Match`, only the version that you have seen.',
        params: ProjectParams,
        response: { 204: Type.Null({ description: 'The project is gone' }) },
      },
    },
    async (request, reply) => {
      await projects.remove(request.callContext, request.params.id, expectedVersions(request));
      return reply.code(204).send(null);
    },
  );
};
