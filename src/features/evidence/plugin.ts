import type { FastifyInstance } from 'fastify';
import type { Config } from '../../config/config.js';
import { kinds } from '../../documents/kinds/index.js';
import type { Feature } from '../../platform/feature.js';
import { type DocumentThreads, documentReader } from './document-reader.js';
import { documentStore } from './document-store.js';
import { evidenceRoutes } from './evidence.routes.js';
import { Evidence, RetractEvidence } from './evidence.schemas.js';
import { evidenceService } from './evidence.service.js';
import { readAgainJob } from './read-again.js';
import { secretKey } from './secret-key.js';
import { uploadRoutes } from './upload.routes.js';
import { ReceivedEvidence } from './upload.schemas.js';
import { uploadsService } from './uploads.service.js';

interface Dependencies {
  readonly config: Config;
  /** Threads that outlive the application. If absent, the application starts its own and ends them. */
  readonly reader?: DocumentThreads;
}

function ownReader(app: FastifyInstance, threads: number): DocumentThreads {
  const reader = documentReader(threads, (error) =>
    app.log.error({ err: error }, 'a document parser thread failed'),
  );
  app.addHook('onClose', () => reader.close());
  return reader;
}

/** Counts what arrives. The kinds are defined in the code, so their number is bounded. */
function countReceived(app: FastifyInstance): (kind: string, created: boolean) => void {
  const received = app.counter({
    name: 'srp_evidence_received_total',
    help: 'Documents by kind and outcome: stored, repeated (the same document counts already)',
    labelNames: ['kind', 'outcome'],
  });
  for (const { name: kind } of kinds) received.inc({ kind, outcome: 'stored' }, 0);
  const newest = app.gauge({
    name: 'srp_evidence_last_received_timestamp_seconds',
    help: 'When this instance received the last document of a kind, in seconds since 1970',
    labelNames: ['kind'],
  });
  return (kind, created) => {
    received.inc({ kind, outcome: created ? 'stored' : 'repeated' });
    newest.setToCurrentTime({ kind });
  };
}

export const evidence: Feature = {
  tag: {
    name: 'evidence',
    description: 'Reports of tools about a release: test reports, SBOMs, scans, VEX',
  },
  jobs: [readAgainJob],
  async plugin(app, dependencies: Dependencies) {
    const { config, reader = ownReader(app, config.EVIDENCE_WORKERS) } = dependencies;
    for (const schema of [Evidence, ReceivedEvidence, RetractEvidence]) app.addSchema(schema);
    const store = documentStore();
    const rowLimits = {
      aliases: config.QUOTA_ALIASES_PER_FINDING,
      licences: config.QUOTA_LICENCES_PER_COMPONENT,
    };
    app.watchWorkers('documents', () => reader.load());
    const onReceived = countReceived(app);
    const tools = { reader, store, secretKey: secretKey(), quota: config, rowLimits, onReceived };
    const uploads = uploadsService(tools);
    await app.register(uploadRoutes, { prefix: '/releases/:id/evidence', uploads });
    await app.register(evidenceRoutes, { evidence: evidenceService(store) });
  },
};
