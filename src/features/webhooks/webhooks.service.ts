import { hash, randomBytes } from 'node:crypto';
import { scopesBeyond } from '../../access/caller.js';
import { storedProjects } from '../../access/rights.js';
import { type Page, pageById } from '../../contract/page.js';
import { databaseNow } from '../../database/clock.js';
import { type CallContext, query } from '../../database/context.js';
import { lockRow } from '../../database/lock-row.js';
import { takeTurn } from '../../database/turns.js';
import type { EventType } from '../../events/catalogue.js';
import { change } from '../../events/index.js';
import { currentCaller, identityOf } from '../../security/authentication/identity.js';
import { secretText } from '../../security/signing/standard-webhooks.js';
import { AppError, invalidAt } from '../../shared/app-error.js';
import { checkProjects } from '../projects/index.js';
import { faultOfUrl, type PrivateHosts } from './address.js';
import { END_REVOKED } from './deliveries.sql.js';
import { checkEvents, checkNew } from './new-webhook.js';
import { grantsOf } from './told.js';
import { listWebhooks, requireWebhook } from './webhook.js';
import type { Webhooks } from './webhooks.js';
import type {
  CreatedWebhook,
  CreateWebhook,
  ListWebhooksQuery,
  Webhook,
} from './webhooks.schemas.js';

const SALT_BYTES = 32;

export interface WebhooksServiceOptions {
  /** undefined: there is no folder for keys. */
  readonly own: Webhooks | undefined;
  readonly privateHosts: PrivateHosts;
}

/** @throws {AppError} `rights-exceeded` if the caller may not read what the webhook would be sent */
function checkTold(
  { caller }: Pick<CallContext, 'caller'>,
  { events, projects }: Pick<CreateWebhook, 'events' | 'projects'>,
): void {
  const grants = grantsOf(events as EventType[], projects);
  const beyond = [...new Set(grants.flatMap((grant) => scopesBeyond(caller, grant)))];
  if (beyond.length === 0) return;
  const detail = [
    `You do not have ${beyond.join(', ')} for all that this webhook would be sent`,
    'Name fewer events or projects',
  ].join('. ');
  throw new AppError('rights-exceeded', detail);
}

function requireOwn(own: Webhooks | undefined): Webhooks {
  if (own) return own;
  const detail = [
    'This server has no folder for keys, so it cannot make the secret of a webhook',
    'Set SIGNING_KEYS_DIR and start it again',
  ].join('. ');
  throw new AppError('webhooks-off', detail);
}

export type WebhooksService = ReturnType<typeof webhooksService>;

/** Webhooks. One is never changed, except for its secret: revoke it, and create another one. Revoked ones are kept. */
export function webhooksService({ own, privateHosts }: WebhooksServiceOptions) {
  return {
    /**
     * Creates a webhook. Only this answer has its secret.
     * @throws {AppError} `validation-failed`, `rights-exceeded`, `quota-exceeded`, `webhook-exists`, `webhooks-off`
     */
    async create(context: CallContext, input: CreateWebhook): Promise<CreatedWebhook> {
      const { events, projects, description } = input;
      const { keyFile, sender } = requireOwn(own);
      const fault = faultOfUrl(input.url, privateHosts);
      if (fault !== undefined) throw invalidAt('body', '/url', fault);
      checkEvents(input);
      checkTold(context, input);
      await checkProjects(context, projects);
      const { href: url, origin } = new URL(input.url);
      const key = await keyFile.ensure();
      const salt = randomBytes(SALT_BYTES);
      const created = await change(context, async (changing) => {
        const { prisma, record } = changing;
        // An admin who disables the caller waits for the webhook, and disables it. Or this one comes later, and is
        // refused.
        const caller = await currentCaller(changing);
        // Requests that count the webhooks wait here, so that the limits hold.
        const createdAt = await takeTurn(changing, ['webhooks']);
        await checkNew(changing, caller, { ...input, url });
        const { id } = await prisma.webhook.create({
          data: {
            ...{ url, events, description: description ?? null, ...storedProjects(projects) },
            ...{ keyId: key.id, salt, createdAt, createdBy: caller.subject },
          },
        });
        record('webhook.created', {
          id,
          data: { origin, urlSha256: hash('sha256', url, 'hex'), events, projects },
        });
        return { ...(await requireWebhook(changing, 'webhooks:write', id)), id };
      });
      sender.expect();
      return { ...created, secret: secretText(key.secretOf(created.id, salt)) };
    },

    /** @throws {AppError} `webhook-not-found` */
    get: (context: CallContext, id: string): Promise<Webhook> =>
      requireWebhook(context, 'webhooks:read', id),

    /** Lists the oldest first: an id begins with its time. */
    async list(context: CallContext, query: ListWebhooksQuery): Promise<Page<Webhook>> {
      return pageById(await listWebhooks(context, query), query.limit);
    },

    /**
     * Gives the webhook a new secret. The one before signs for 24 hours as well, if it comes from the same key.
     * @throws {AppError} `webhook-not-found`, `webhooks-off`
     */
    async rotate(context: CallContext, id: string): Promise<CreatedWebhook> {
      const { keyFile, sender } = requireOwn(own);
      await requireWebhook(context, 'webhooks:write', id);
      const key = await keyFile.ensure();
      const salt = randomBytes(SALT_BYTES);
      const rotated = await change(context, async (changing) => {
        const { caller, prisma, record } = changing;
        await lockRow(changing, 'webhooks', id);
        await requireWebhook(changing, 'webhooks:write', id);
        const before = await prisma.webhook.findUniqueOrThrow({ where: { id } });
        await prisma.webhook.updateMany({
          where: { id },
          data: {
            ...{ keyId: key.id, salt, rotatedAt: await databaseNow(changing) },
            previousSalt: before.keyId === key.id ? before.salt : null,
            rotatedBy: caller.subject,
          },
        });
        record('webhook.rotated', { id, data: { keyId: key.id } });
        return requireWebhook(changing, 'webhooks:write', id);
      });
      sender.expect();
      return { ...rotated, secret: secretText(key.secretOf(id, salt)) };
    },

    /**
     * Enables a disabled webhook. What waited for it is sent. If its creator is disabled, the caller answers for what
     * it is told, and must be allowed to read it.
     * @throws {AppError} `webhook-not-found`, `rights-exceeded`
     */
    async enable(context: CallContext, id: string): Promise<Webhook> {
      await requireWebhook(context, 'webhooks:write', id);
      const enabled = await change(context, async (changing) => {
        const { prisma, record, unchanged } = changing;
        await lockRow(changing, 'webhooks', id);
        const webhook = await requireWebhook(changing, 'webhooks:write', id);
        if (webhook.disabledBecause === null) return unchanged(webhook);
        if ((await identityOf(changing, webhook.createdBy)).disabled) checkTold(changing, webhook);
        const data = { disabledAt: null, disabledBecause: null };
        await prisma.webhook.updateMany({ where: { id }, data });
        await prisma.webhookDelivery.updateMany({
          where: { webhookId: id, state: 'pending' },
          data: { attempts: 0, nextAttemptAt: await databaseNow(changing) },
        });
        record('webhook.enabled', { id, data: { before: webhook.disabledBecause } });
        return requireWebhook(changing, 'webhooks:write', id);
      });
      own?.sender.expect();
      return enabled;
    },

    /**
     * Revokes the webhook permanently. What waits for it is not sent.
     * @throws {AppError} `webhook-not-found`
     */
    async revoke(context: CallContext, id: string): Promise<void> {
      await requireWebhook(context, 'webhooks:write', id);
      await change(context, async (changing) => {
        const { caller, prisma, record } = changing;
        await lockRow(changing, 'webhooks', id);
        const { url } = await requireWebhook(changing, 'webhooks:write', id);
        await prisma.webhook.updateMany({
          where: { id },
          data: { revokedAt: await databaseNow(changing), revokedBy: caller.subject },
        });
        await query(changing, END_REVOKED, [id]);
        record('webhook.revoked', { id, data: { origin: new URL(url).origin } });
      });
    },
  };
}
