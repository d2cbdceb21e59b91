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
          'Lists projects by id, or in the order of `sort`. A page has at most 1,000 projects. ' +
          'The `Link` header has the address of the next page (RFC 8288). ' +
          'Pages stay stable while projects are added.',
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
      config: {
        scope: 'projects:write',
        idempotent: true,
        conditional: 'create',
        problems: ['project-key-exists'],
      },
      links: linksToId('getProject', 'updateProject', 'deleteProject'),
      schema: {
        operationId: 'createProject',
        summary: 'Create a project',
        description: 'Creates a project. Several projects may have the same name.',
        body: CreateProjectRef,
        response: {
          201: located(ProjectRef, 'The project was created'),
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
        description: 'Gets the project. The `ETag` header has its version.',
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
      config: {
        scope: 'projects:write',
        conditional: 'change',
        problems: ['project-not-found', 'project-key-exists'],
      },
      schema: {
        operationId: 'updateProject',
        summary: 'Update a project',
        description:
          'Changes the fields in the body and keeps the others. ' +
          'With `If-Match`, the project changes only if it still has that version.',
        params: ProjectParams,
        body: UpdateProjectRef,
        response: { 200: answer(ProjectRef, 'The project after the update') },
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
        problems: ['project-not-found', 'project-has-releases', 'project-has-legal-hold'],
      },
      schema: {
        operationId: 'deleteProject',
        summary: 'Delete a project',
        description:
          'Deletes the project permanently. A project with releases cannot be deleted. ' +
          'The id is not used again. ' +
          'With `If-Match`, the project is deleted only if it still has that version.',
        params: ProjectParams,
        response: { 204: Type.Null({ description: 'The project was deleted' }) },
      },
    },
    async (request, reply) => {
      await projects.remove(request.callContext, request.params.id, expectedVersions(request));
      return reply.code(204).send(null);
    },
  );
};
