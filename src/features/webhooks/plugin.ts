import type { FastifyInstance } from 'fastify';
import { type Config, listOf } from '../../config/config.js';
import type { Feature } from '../../platform/feature.js';
import { privateHosts } from './address.js';
import { deliveriesRoutes } from './deliveries.routes.js';
import { deliveriesService } from './deliveries.service.js';
import type { Recorded } from './outcome.js';
import type { Seen } from './sender.js';
import type { Webhooks } from './webhooks.js';
import { webhooksRoutes } from './webhooks.routes.js';
import { CreatedWebhook, CreateWebhook, Webhook, WebhookDelivery } from './webhooks.schemas.js';
import { webhooksService } from './webhooks.service.js';

interface Dependencies {
  readonly config: Config;
  readonly webhooks?: Webhooks | undefined;
}

const OUTCOMES: readonly Recorded['outcome'][] = [
  'delivered',
  'failed',
  'given-up',
  'gone',
  'stopped',
  'erased',
];

/** What Prometheus reads about the webhooks that this instance sends to. */
function webhookMetrics(app: FastifyInstance) {
  const attempts = app.counter({
    name: 'srp_webhook_attempts_total',
    help: 'Attempts of this instance to send an event: delivered, failed, given-up, gone, stopped, erased',
    labelNames: ['outcome'],
  });
  for (const outcome of OUTCOMES) attempts.inc({ outcome }, 0);
  const pending = app.gauge({
    name: 'srp_webhook_deliveries_pending',
    help: 'Deliveries that wait, when last looked at; counted up to 10,000',
  });
  const webhooks = app.gauge({
    name: 'srp_webhooks',
    help: 'Webhooks by state, when last looked at: active, disabled',
    labelNames: ['state'],
  });
  return {
    observe: (outcome: Recorded['outcome']) => attempts.inc({ outcome }),
    see(seen: Seen) {
      pending.set(seen.pending);
      webhooks.set({ state: 'active' }, seen.active);
      webhooks.set({ state: 'disabled' }, seen.disabled);
    },
  };
}

/** What a person should correct. Anybody may read it. */
function troubleOf({ disabled, otherKey }: Seen): string | undefined {
  if (otherKey > 0) {
    return [
      'Webhooks have secrets of another key than webhooks.key in SIGNING_KEYS_DIR, and are not sent to',
      'Restore the file, or rotate their secrets',
    ].join('. ');
  }
  if (disabled === 0) return undefined;
  return [
    'Webhooks are disabled, because receivers are gone or failed, or creators were disabled:',
    'GET /webhooks?state=disabled',
  ].join(' ');
}

/** Tells other systems of events. */
export const webhooks: Feature = {
  tag: {
    name: 'webhooks',
    description: 'Tells other systems of events: signed, repeated until they are accepted',
  },
  async plugin(app, dependencies: Dependencies) {
    const { config, webhooks: own } = dependencies;
    for (const schema of [Webhook, CreatedWebhook, CreateWebhook, WebhookDelivery]) {
      app.addSchema(schema);
    }
    const metrics = webhookMetrics(app);
    if (own) {
      let trouble: string | undefined;
      const see = (seen: Seen) => {
        trouble = troubleOf(seen);
        metrics.see(seen);
      };
      own.watch({ log: app.log, observe: metrics.observe, see });
      app.warnWhenReady(() => trouble);
      app.addHook('preClose', () => own.close()); // before the database closes
    }
    const hosts = privateHosts(listOf(config.WEBHOOK_PRIVATE_HOSTS));
    const services = {
      webhooks: webhooksService({ own, privateHosts: hosts }),
      deliveries: deliveriesService(own),
    };
    await app.register(webhooksRoutes, { prefix: '/webhooks', ...services });
    await app.register(deliveriesRoutes, { prefix: '/webhooks/:id', ...services });
  },
};
