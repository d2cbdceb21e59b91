import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useOwnApp } from '../support/app.js';
import { giveToken } from '../support/callers.js';
import { createRelease } from '../support/releases.js';
import { SENDERS } from '../support/senders.js';

/** Answers while the body still arrives: every client reads them, also one that writes all of it first. */
const HOUR = 3_600_000;
/** A client on a busy machine is not taken for one that stops. */
const linger = { totalMs: HOUR, quietMs: HOUR };
const open = useOwnApp({}, { linger });
const guarded = useOwnApp({ AUTH_MODE: 'token' }, { linger });
const ports = { open: 0, guarded: 0 };

const listen = async (app: FastifyInstance) =>
  Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port);
beforeAll(async () => {
  ports.open = await listen(open.app);
  ports.guarded = await listen(guarded.app);
});
afterAll(() => {
  open.app.server.closeAllConnections();
  guarded.app.server.closeAllConnections();
});

const MIB = 1024 * 1024;
const NOWHERE = '/releases/01900000-0000-7000-8000-000000000000/evidence';
const reader = async () => (await giveToken({ scopes: ['projects:read'] })).headers;
const release = async () => `/releases/${(await createRelease(open.app)).id}/evidence`;

interface Case {
  readonly name: string;
  readonly code: string;
  readonly path: string | (() => Promise<string>);
  readonly type: string;
  readonly at?: keyof typeof ports;
  readonly caller?: () => Promise<Record<string, string>>;
  readonly mebibytes?: number[];
}

const toAll = { at: 'guarded', caller: async () => ({}) } as const;
const toReader = { at: 'guarded', caller: reader } as const;
const json = { path: '/projects', type: 'application/json' };
const evidence = { path: NOWHERE, type: 'application/json' };

const CASES: Case[] = [
  { name: '401', code: 'unauthenticated', ...json, ...toAll },
  { name: '401 for evidence', code: 'unauthenticated', ...evidence, ...toAll, mebibytes: [40] },
  { name: '403', code: 'insufficient-scope', ...json, ...toReader },
  { name: '403 for evidence', code: 'insufficient-scope', ...evidence, ...toReader },
  { name: '404 without a route', code: 'not-found', ...json, path: '/nowhere' },
  { name: '404 for evidence', code: 'release-not-found', ...evidence },
  { name: '405', code: 'method-not-allowed', ...json, path: '/health' },
  { name: '413', code: 'payload-too-large', ...json, mebibytes: [5, 40] },
  {
    name: '413 for evidence',
    code: 'payload-too-large',
    ...evidence,
    path: release,
    mebibytes: [40],
  },
  { name: '415', code: 'unsupported-media-type', ...json, type: 'text/plain' },
  {
    name: '415 for evidence',
    code: 'unsupported-media-type',
    ...evidence,
    path: release,
    type: 'text/plain',
  },
  {
    name: '422 for evidence',
    code: 'document-invalid',
    ...evidence,
    path: release,
    mebibytes: [1],
  },
];

describe.each(CASES)(
  '$name',
  ({ name, code, path, type, at = 'open', caller, mebibytes = [5] }) => {
    const ways = mebibytes.flatMap((size) =>
      Object.entries(SENDERS).map(([sender, send]) => ({ sender, send, size })),
    );

    it.each(ways)('is read by $sender after $size MiB', async ({ send, size }) => {
      const headers = { 'content-type': type, ...(await caller?.()) };
      const body = Buffer.alloc(size * MIB, ' ');
      const where = typeof path === 'string' ? path : await path();
      const answer = await send({ port: ports[at], path: where, headers, body });
      expect(answer.status).toBe(Number.parseInt(name, 10));
      expect(JSON.parse(answer.body)).toMatchObject({ status: answer.status, code });
    });
  },
);
