import type { Feature } from '../../platform/feature.js';
import { projectsRoutes } from './projects.routes.js';
import { CreateProject, Project, UpdateProject } from './projects.schemas.js';
import { projectsService } from './projects.service.js';

/** The register of software projects. */
export const projects: Feature = {
  tag: { name: 'projects', description: 'The software projects in the register' },
  async plugin(app) {
    for (const schema of [Project, CreateProject, UpdateProject]) app.addSchema(schema);
    await app.register(projectsRoutes, {
      prefix: '/projects',
      projects: projectsService(),
    });
  },
};
