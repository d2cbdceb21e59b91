import type { FastifyInstance } from 'fastify';
import type { Config } from '../../config/config.js';
import type { Place } from '../../database/context.js';
import type { Feature } from '../../platform/feature.js';
import { eventsRoutes } from './events.routes.js';
import { Event } from './events.schemas.js';
import { eventsService } from './events.service.js';
import { logRoutes } from './log.routes.js';
import { LogConsistency, LogKeys, LogProof } from './log.schemas.js';
import { logService } from './log.service.js';
import type { Observed } from './sequencer.js';
import { LOG_STATES } from './state.js';
import type { Transparency } from './transparency.js';

interface Dependencies {
  readonly config: Config;
  readonly database: Place;
  readonly transparency?: Transparency | undefined;
}

/** What Prometheus reads about the log of this instance. */
function logMetrics(app: FastifyInstance) {
  const size = app.gauge({ name: 'srp_log_size', help: 'Entries of the log, when last looked at' });
  const queue = app.gauge({
    name: 'srp_log_queue',
    help: 'Events without an index, when last looked at; counted up to 10,000',
  });
  const oldest = app.gauge({
    name: 'srp_log_queue_oldest_seconds',
    help: 'How long the oldest event without an index waits, when last looked at; 0: none waits',
  });
  const added = app.counter({
    name: 'srp_log_entries_total',
    help: 'Events that this instance gave an index',
  });
  const states = app.gauge({
    name: 'srp_log_state',
    help: 'State of the log: 1 for the current one of signing, behind, beside, diverged, off',
    labelNames: ['state'],
  });
  const show = (current: string) => {
    for (const state of [...LOG_STATES, 'off']) states.set({ state }, state === current ? 1 : 0);
  };
  return {
    show,
    observeQueue(length: number, waits: number) {
      queue.set(length);
      // An event of a transaction that ends later, or of another clock, is not older than now.
      oldest.set(Math.max(0, waits));
    },
    observe(observed: Observed) {
      size.set(observed.size);
      added.inc(observed.added);
      show(observed.state);
    },
  };
}

/** Also while the state is `signing`: a folder of the keys that is gone is no other state of the log. */
function showTrouble(app: FastifyInstance, sequencer: Transparency['sequencer']): void {
  app.gauge({
    name: 'srp_log_trouble',
    help: '1: events are not integrated or not signed, and a person should look. 0: nothing is known to be wrong',
    collect() {
      this.set(sequencer.trouble === undefined ? 0 : 1);
    },
  });
}

/** The log of all events, which can be verified without this server. */
export const transparency: Feature = {
  tag: {
    name: 'log',
    description: 'Events, and the signed log that proves that they were not changed',
  },
  async plugin(app, dependencies: Dependencies) {
    const { config, database, transparency: own } = dependencies;
    const { store } = database;
    for (const schema of [Event, LogProof, LogConsistency, LogKeys]) app.addSchema(schema);
    const metrics = logMetrics(app);
    if (own) {
      own.watch({ log: app.log, ...metrics });
      app.warnWhenReady(() => own.sequencer.trouble);
      showTrouble(app, own.sequencer);
      app.addHook('onClose', () => own.close());
    } else metrics.show('off');
    const log = logService({ store, keys: own?.keys, sequencer: own?.sequencer });
    await app.register(logRoutes, { prefix: '/log', log, isPublic: config.LOG_PUBLIC });
    await app.register(eventsRoutes, { prefix: '/events', events: eventsService() });
  },
};
