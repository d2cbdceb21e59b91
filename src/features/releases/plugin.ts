import type { Feature } from '../../platform/feature.js';
import { artifactsRoutes } from './artifacts.routes.js';
import { Artifact, CreateArtifact, FoundArtifact } from './artifacts.schemas.js';
import { artifactsService } from './artifacts.service.js';
import { projectReleasesRoutes } from './project-releases.routes.js';
import { releasesRoutes } from './releases.routes.js';
import {
  CreateRelease,
  PutRelease,
  Release,
  RevokeRelease,
  UpdateRelease,
} from './releases.schemas.js';
import { releasesService } from './releases.service.js';

const SCHEMAS = [
  Release,
  CreateRelease,
  PutRelease,
  UpdateRelease,
  RevokeRelease,
  Artifact,
  CreateArtifact,
  FoundArtifact,
];

/** Releases of projects, and their artifacts. */
export const releases: Feature = {
  tag: { name: 'releases', description: 'Versions of a project, and their artifacts' },
  async plugin(app) {
    for (const schema of SCHEMAS) app.addSchema(schema);
    const releases = releasesService();
    await app.register(projectReleasesRoutes, { prefix: '/projects/:id/releases', releases });
    await app.register(releasesRoutes, { prefix: '/releases', releases });
    await app.register(artifactsRoutes, { artifacts: artifactsService() });
  },
};
