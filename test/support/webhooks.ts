import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { Webhook } from 'standardwebhooks';
import { expect, onTestFinished } from 'vitest';
import { loadConfig } from '../../src/config/config.js';
import { createLogger } from '../../src/config/logger.js';
import { openWebhooks, type Webhooks } from '../../src/features/webhooks/index.js';
import type { Payload } from '../../src/features/webhooks/payload.js';
import type { WebhooksOptions } from '../../src/features/webhooks/webhooks.js';
import { buildTestApp } from './app.js';
import { serverDatabaseUrl, sql } from './database.js';
import { keysFolder } from './log.js';
import { type LogLine, lineStream } from './logged.js';

/** Hosts of the tests' receivers. */
const HOSTS = { WEBHOOK_PRIVATE_HOSTS: '127.0.0.1,localhost' };

export interface HookApp {
  readonly app: FastifyInstance;
  readonly hooks: Webhooks;
  /** The folder of its keys, which other instances can share. */
  readonly folder: string;
  /** Sends what is due, and waits until it is sent. */
  deliver(): Promise<void>;
  close(): Promise<void>;
}

export interface HookAppOptions
  extends Partial<Pick<WebhooksOptions, 'keysFolder' | 'timeoutMs' | 'resolve'>> {
  readonly env?: Record<string, string>;
  /** Gets the log lines. */
  readonly lines?: LogLine[];
}

/** An instance that sends to webhooks when a test lets it, until the test ends. */
export async function hookApp({
  env = {},
  lines,
  ...options
}: HookAppOptions = {}): Promise<HookApp> {
  const all = { ...HOSTS, PUBLIC_URL: 'https://srp.example.org', ...env };
  const folder = options.keysFolder ?? (await keysFolder());
  const logger = lines && {
    ...((await createLogger(loadConfig(all))) as object),
    stream: lineStream(lines),
  };
  let opened: Webhooks | undefined;
  const app = await buildTestApp(serverDatabaseUrl(), all, true, ({ store }) => {
    opened = openWebhooks({ store, config: loadConfig(all), ...options, keysFolder: folder });
    return { webhooks: opened, ...(logger && { logger }) };
  });
  const hooks = opened;
  if (!hooks) throw new Error('the application was not built');
  let closed = false;
  const close = async () => {
    if (closed) return;
    closed = true;
    await app.close();
  };
  onTestFinished(close);
  return {
    app,
    hooks,
    folder,
    async deliver() {
      await hooks.sender.dispatch();
      await hooks.sender.idle();
    },
    close,
  };
}

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly path: string;
  readonly body: string;
}

/** A server on 127.0.0.1 that is told of events, until the test ends. */
export async function receiver(
  answer: RequestListener = (_request, response) => response.writeHead(204).end(),
) {
  const received: Received[] = [];
  const state = { answer };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { headers, url: path = '' } = request;
    received.push({ headers, path, body: Buffer.concat(chunks).toString() });
    state.answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = async () => {
    server.closeAllConnections();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(stop);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    port,
    received,
    /** Answers with this status from now on. */
    answerWith(status: number, headers: Record<string, string> = {}) {
      state.answer = (_request, response) => response.writeHead(status, headers).end();
    },
    /** Answers in this way from now on. */
    answer(next: RequestListener) {
      state.answer = next;
    },
    payloads: () => received.map(({ body }) => JSON.parse(body) as Payload),
    stop,
  };
}

export interface WebhookBody {
  id: string;
  url: string;
  events: string[];
  projects: number[] | null;
  state: 'active' | 'disabled' | 'revoked';
  disabledBecause: string | null;
  secret: string;
}

export const postWebhook = (
  app: FastifyInstance,
  payload: object,
  headers: Record<string, string> = {},
) => app.inject({ method: 'POST', url: '/webhooks', payload, headers });

/** Creates a webhook, by default for stops of all projects, and expects 201. */
export async function webhookFor(
  app: FastifyInstance,
  url: string,
  body: object = {},
  headers: Record<string, string> = {},
): Promise<WebhookBody> {
  const response = await postWebhook(
    app,
    { url, events: ['environment.stopped'], ...body },
    headers,
  );
  expect(response.statusCode, response.body).toBe(201);
  return response.json();
}

export interface DeliveryBody {
  id: string;
  type: string;
  state: 'pending' | 'delivered' | 'failed';
  attempts: number;
  lastStatus: number | null;
  lastError: string | null;
  nextAttemptAt: string | null;
  endedAt: string | null;
}

export async function deliveriesOf(
  app: FastifyInstance,
  id: string,
  query: Record<string, string> = {},
): Promise<DeliveryBody[]> {
  const response = await app.inject({ url: `/webhooks/${id}/deliveries`, query });
  expect(response.statusCode, response.body).toBe(200);
  return response.json();
}

/** Verifies as a receiver does, with the published library, and returns the payload. */
export const verified = ({ body, headers }: Received, secret: string): Payload =>
  new Webhook(secret).verify(body, headers as Record<string, string>) as Payload;

/** Lets the time of all next attempts come, and ends claims. */
export const letTimePass = () =>
  sql(`UPDATE webhook_deliveries SET next_attempt_at = now() - interval '1 second', claimed_until = NULL
        WHERE state = 'pending'`);
