import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import {
  CreateProjectRef,
  ListProjectsQuery,
  ProjectParams,
  ProjectRef,
  UpdateProjectRef,
} from './projects.schemas.js';
import type { ProjectsService } from './projects.service.js';

const tags = ['projects'];

/** The same list from another cursor on (RFC 8288). */
function nextLink(url: string, cursor: string): string {
  const [path = ''] = url.split('?', 1);
  const parameters = new URLSearchParams(url.slice(path.length));
  parameters.set('cursor', cursor);
  return `</projects?${parameters}>; rel="next"`;
}

export const projectsRoutes: FastifyPluginAsyncTypebox<{ projects: ProjectsService }> = async (
  app,
  { projects },
) => {
  app.get(
    '',
    {
      config: { problems: [503] },
      schema: {
        operationId: 'listProjects',
        tags,
        summary: 'List projects',
        description:
          'In id order unless `sort` says otherwise, up to 1,000 at a time. When there are more, the `Link` header has the address of the next page (RFC 8288); pages stay stable while projects are added. Needs no permission.',
        querystring: ListProjectsQuery,
        response: {
          200: Type.Array(ProjectRef, {
            description: 'The projects of this page',
            headers: {
              Link: {
                type: 'string',
                description: '`<…>; rel="next"`: the next page. Absent on the last one',
              },
            },
          }),
        },
      },
    },
    async (request, reply) => {
      const { projects: rows, next } = await projects.list(request.query);
      if (next !== undefined) {
        reply.header('link', nextLink(request.url, next));
      }
      return rows;
    },
  );

  app.post(
    '',
    {
      config: { problems: [503] },
      schema: {
        operationId: 'createProject',
        tags,
        summary: 'Add a project',
        description: 'Names need not be unique. Needs no permission.',
        body: CreateProjectRef,
        response: {
          201: Type.Unsafe<(typeof ProjectRef)['static']>({
            ...ProjectRef,
            description: 'The project as it was stored',
            headers: { Location: { type: 'string', description: 'The address of the project' } },
          }),
        },
      },
    },
    async (request, reply) => {
      const project = await projects.create(request.body);
      return reply.code(201).header('location', `/projects/${project.id}`).send(project);
    },
  );

  app.get(
    '/:id',
    {
      config: { problems: [404, 503] },
      schema: {
        operationId: 'getProject',
        tags,
        summary: 'Get a project',
        description: 'Needs no permission.',
        params: ProjectParams,
        response: { 200: ProjectRef },
      },
    },
    (request) => projects.get(request.params.id),
  );

  app.patch(
    '/:id',
    {
      config: { problems: [404, 503] },
      schema: {
        operationId: 'updateProject',
        tags,
        summary: 'Change a project',
        description: 'Changes the fields that are given. Needs no permission.',
        params: ProjectParams,
        body: UpdateProjectRef,
        response: { 200: ProjectRef },
      },
    },
    (request) => projects.update(request.params.id, request.body),
  );

  app.delete(
    '/:id',
    {
      config: { problems: [404, 503] },
      schema: {
        operationId: 'deleteProject',
        tags,
        summary: 'Delete a project',
        description: 'There is no way back; its id is not used again. Needs no permission.',
        params: ProjectParams,
        response: { 204: Type.Null({ description: 'The project is gone' }) },
      },
    },
    async (request, reply) => {
      await projects.remove(request.params.id);
      return reply.code(204).send(null);
    },
  );
};
