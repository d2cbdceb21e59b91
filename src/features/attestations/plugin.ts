import type { BuildInfo } from '../../config/build-info.js';
import type { Config } from '../../config/config.js';
import type { Place } from '../../database/context.js';
import type { Feature } from '../../platform/feature.js';
import { documentStore } from '../evidence/index.js';
import { logService, type Transparency } from '../transparency/index.js';
import { attestationsRoutes } from './attestations.routes.js';
import { attestationsService } from './attestations.service.js';
import { packRoutes } from './pack.routes.js';
import { packService } from './pack.service.js';

interface Dependencies {
  readonly config: Config;
  readonly build: BuildInfo;
  readonly database: Place;
  readonly transparency?: Transparency | undefined;
}

/** Proofs for people outside: signed statements about verdicts, and audit packs. */
export const attestations: Feature = {
  tag: {
    name: 'proof',
    description: 'Signed statements about verdicts, and audit packs that are verified offline',
  },
  async plugin(app, dependencies: Dependencies) {
    const { build, database, transparency } = dependencies;
    const { keys, sequencer } = transparency ?? {};
    const log = logService({ store: database.store, keys, sequencer });
    const service = attestationsService({ log, keys, version: build.version });
    const packs = packService({ log, attestations: service, documents: documentStore() });
    await app.register(attestationsRoutes, { attestations: service });
    await app.register(packRoutes, { packs });
  },
};
