import type { Feature } from '../../platform/feature.js';
import { documentReader } from './document-reader.js';
import { documentStore } from './document-store.js';
import { evidenceRoutes } from './evidence.routes.js';
import { Evidence, RetractEvidence } from './evidence.schemas.js';
import { evidenceService } from './evidence.service.js';
import { secretKey } from './secret-key.js';
import { uploadRoutes } from './upload.routes.js';

/** What tools said about releases: uploaded, listed, downloaded, retracted. */
export const evidence: Feature = {
  tag: {
    name: 'evidence',
    description: 'What tools said about a release: test reports, SBOMs, scans, VEX',
  },
  async plugin(app, { config, database }) {
    for (const schema of [Evidence, RetractEvidence]) app.addSchema(schema);
    const reader = documentReader(config.EVIDENCE_WORKERS, (error) =>
      app.log.error({ err: error }, 'a thread that reads documents broke'),
    );
    app.addHook('onClose', () => reader.close());
    const store = documentStore(database);
    const service = evidenceService({ reader, store, secretKey: secretKey() });
    await app.register(uploadRoutes, { prefix: '/releases/:id/evidence', evidence: service });
    await app.register(evidenceRoutes, { evidence: service });
  },
};
