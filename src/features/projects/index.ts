import type { FastifyInstance } from 'fastify';
import type { Database } from '../../database/client.js';
import { projectsRoutes } from './projects.routes.js';
import { CreateProject, Project, UpdateProject } from './projects.schemas.js';
import { projectsService } from './projects.service.js';

/** The register of software projects. */
export async function projects(app: FastifyInstance, { database }: { database: Database }) {
  for (const schema of [Project, CreateProject, UpdateProject]) app.addSchema(schema);
  await app.register(projectsRoutes, { prefix: '/projects', projects: projectsService(database) });
}
