import type { Feature } from '../../platform/feature.js';
import { projectsRoutes } from './projects.routes.js';
import { CreateProject, Project, UpdateProject } from './projects.schemas.js';
import { projectsService } from './projects.service.js';

/** Software projects. Releases, waivers and verdicts belong to one. */
export const projects: Feature = {
  tag: { name: 'projects', description: 'Software projects. A release belongs to a project' },
  async plugin(app) {
    for (const schema of [Project, CreateProject, UpdateProject]) app.addSchema(schema);
    await app.register(projectsRoutes, {
      prefix: '/projects',
      projects: projectsService(),
    });
  },
};
