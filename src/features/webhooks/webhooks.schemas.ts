import { type Static, Type } from '@sinclair/typebox';
import type { Projects } from '../../access/caller.js';
import { queryById } from '../../contract/page.js';
import {
  defaulted,
  line,
  nullableString,
  nullableTimestamp,
  parameter,
  schemaRef,
  stringEnum,
  timestamp,
  uuid,
} from '../../contract/schemas.js';
import { EVENTS } from '../../events/catalogue.js';
import { MAX_ATTEMPTS } from './schedule.js';
import { TOLD } from './told.js';

/** Webhooks that are not revoked. */
export const MAX_WEBHOOKS = 50;

/** Those of them that one caller created, so that it cannot use up all. */
export const MAX_OF_CREATOR = 20;

const meanings = TOLD.map((type) => `\`${type}\`: ${EVENTS[type].meaning}`);

const events = Type.Array(stringEnum(TOLD), {
  minItems: 1,
  maxItems: TOLD.length,
  uniqueItems: true,
  description: `Types of events that are sent. ${meanings.join('. ')}`,
});

const projects = Type.Unsafe<Projects>({
  type: ['array', 'null'],
  items: { type: 'integer', minimum: 1, maximum: 2_147_483_647 },
  minItems: 1,
  maxItems: 100,
  uniqueItems: true,
  description: [
    'Ids of the projects whose events are sent. A stopped or resumed line is sent if it concerns one of them.',
    'null: all projects, including future ones, and events of no project',
  ].join(' '),
});

const properties = {
  id: uuid(),
  url: Type.String({ description: 'Where events are sent to' }),
  description: nullableString({ description: 'Purpose of the webhook' }),
  events,
  projects,
  state: stringEnum(['active', 'disabled', 'revoked'], {
    description:
      'disabled: nothing is sent, and no more events are kept for it, until it is enabled',
  }),
  createdAt: timestamp('Time of creation'),
  createdBy: Type.String({ description: 'Caller who created the webhook' }),
  rotatedAt: nullableTimestamp('When the secret was last rotated. null: never'),
  rotatedBy: nullableString({ description: 'Caller who rotated the secret' }),
  disabledAt: nullableTimestamp('When the server disabled the webhook'),
  disabledBecause: nullableString({
    description: [
      'gone: the receiver answered 410. failing: the receiver accepted nothing for three days.',
      'creator-disabled: an admin disabled the caller who created it.',
      'null if the webhook is not disabled',
    ].join(' '),
    enum: ['gone', 'failing', 'creator-disabled', null],
  }),
  revokedAt: nullableTimestamp('Time of revocation. null if not revoked'),
  revokedBy: nullableString({ description: 'Caller who revoked the webhook' }),
};

const request = {
  url: 'https://hooks.example.org/srp',
  description: 'Tells the release managers in the chat',
  events: ['approval.requested', 'approval.reminded', 'deployment.unauthorized'],
  projects: [1],
};
const example = {
  id: '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e',
  ...request,
  state: 'active',
  createdAt: '2026-11-23T10:00:00.000Z',
  createdBy: 'alice',
  rotatedAt: null,
  rotatedBy: null,
  disabledAt: null,
  disabledBecause: null,
  revokedAt: null,
  revokedBy: null,
};

export const Webhook = Type.Object(properties, {
  $id: 'Webhook',
  description: 'An address that is told of events',
  examples: [example],
});

export const CreatedWebhook = Type.Object(
  {
    ...properties,
    secret: Type.String({
      description: 'Secret for verifying signatures: `whsec_` and base64. It is not shown again',
    }),
  },
  {
    $id: 'CreatedWebhook',
    description: 'A webhook with its secret',
    examples: [{ ...example, secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=' }],
  },
);

export const CreateWebhook = Type.Object(
  {
    url: Type.String({
      maxLength: 2000,
      pattern: '^https?://[!-~]+$',
      'x-rule': 'must be an https URL of at most 2000 characters',
      description: [
        'Where events are sent to, by POST. https to a public address; the operator can allow others',
        '(`WEBHOOK_PRIVATE_HOSTS`). Callers with `webhooks:read` see it, so a secret in it is theirs',
      ].join(' '),
    }),
    events,
    projects: defaulted({ ...projects, default: null }),
    description: Type.Optional(line(200, 'Purpose of the webhook')),
  },
  { $id: 'CreateWebhook', additionalProperties: false, examples: [request] },
);

export const WebhookParams = Type.Object({ id: uuid() });

export const ListWebhooksQuery = Type.Object(
  {
    ...queryById,
    state: defaulted(
      stringEnum(['current', 'disabled', 'revoked', 'all'], {
        default: 'current',
        description: 'State of the webhooks. current: active or disabled',
      }),
    ),
    createdBy: parameter(
      Type.String({ minLength: 1, maxLength: 1000 }),
      'Subject of the caller who created them, as `createdBy` shows it',
    ),
  },
  { additionalProperties: false },
);

export const WebhookDelivery = Type.Object(
  {
    id: uuid('Id of the event, which is the header `webhook-id`'),
    type: Type.String({ description: 'Type of the event' }),
    state: stringEnum(['pending', 'delivered', 'failed'], {
      description: `failed: the server gave up, after ${MAX_ATTEMPTS} attempts or for the reason in \`lastError\``,
    }),
    attempts: Type.Integer({ description: 'Attempts that began' }),
    createdAt: timestamp('When the event was recorded'),
    lastAttemptAt: nullableTimestamp('Begin of the last attempt'),
    lastStatus: Type.Unsafe<number | null>({
      type: ['integer', 'null'],
      description: 'HTTP status of the last answer. null: none came',
    }),
    lastError: nullableString({
      description: [
        'Why no answer came: `TIMEOUT`, `ADDRESS_NOT_ALLOWED`, or a code of the system such as `ECONNREFUSED`,',
        '`ENOTFOUND` or `CERT_HAS_EXPIRED`. `ERASED`: the event has no content any more. `REVOKED`: the webhook',
      ].join(' '),
    }),
    nextAttemptAt: nullableTimestamp('Earliest time of the next attempt. null: there is none'),
    endedAt: nullableTimestamp('When it was delivered or given up'),
  },
  {
    $id: 'WebhookDelivery',
    description: 'An event that a webhook is told of. Rows are removed 30 days after their end',
    examples: [
      {
        id: '01a22465-7233-7c51-89ef-6cfa941ad381',
        type: 'approval.requested',
        state: 'pending',
        attempts: 2,
        createdAt: '2026-11-23T10:00:00.000Z',
        lastAttemptAt: '2026-11-23T10:00:05.000Z',
        lastStatus: 503,
        lastError: null,
        nextAttemptAt: '2026-11-23T10:05:12.000Z',
        endedAt: null,
      },
    ],
  },
);

export const DeliveryParams = Type.Object({
  id: uuid(),
  event: uuid('Id of the event'),
});

export const ListDeliveriesQuery = Type.Object(
  {
    ...queryById,
    state: defaulted(
      stringEnum(['pending', 'delivered', 'failed', 'all'], {
        default: 'all',
        description: 'State of the deliveries',
      }),
    ),
  },
  { additionalProperties: false },
);

export const WebhookRef = schemaRef(Webhook);
export const CreatedWebhookRef = schemaRef(CreatedWebhook);
export const CreateWebhookRef = schemaRef(CreateWebhook);
export const WebhookDeliveryRef = schemaRef(WebhookDelivery);

export type Webhook = Static<typeof Webhook>;
export type CreatedWebhook = Static<typeof CreatedWebhook>;
export type CreateWebhook = Static<typeof CreateWebhook>;
export type ListWebhooksQuery = Static<typeof ListWebhooksQuery>;
export type WebhookDelivery = Static<typeof WebhookDelivery>;
export type ListDeliveriesQuery = Static<typeof ListDeliveriesQuery>;
