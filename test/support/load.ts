import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, ask } from './answers.js';
import type { Ledger } from './ledger.js';

export const KINDS = ['health', 'ready', 'list', 'get', 'change', 'create', 'createOnce'] as const;
export type Kind = (typeof KINDS)[number];

/** Number of clients per kind of request. */
const CLIENTS = 2;

/** Sends requests of all kinds repeatedly until stopped. Project 1 must exist. */
export function startLoad(url: string, ledger: Ledger) {
  const answers: (Answer & { readonly kind: Kind })[] = [];
  let stopped = false;
  let count = 0;
  const nextName = () => {
    count += 1;
    return `project ${count}`;
  };
  const send: Record<Kind, () => Promise<Answer>> = {
    health: () => ask(`${url}/health`),
    ready: () => ask(`${url}/health/ready`),
    list: () => ask(`${url}/projects?limit=10&sort=-id`),
    get: () => ask(`${url}/projects/1`),
    change: () => ask(`${url}/projects/1`, { method: 'PATCH', json: { status: nextName() } }),
    create: () => ledger.create(url, nextName()),
    createOnce: () => {
      const name = nextName();
      return ledger.create(url, name, { 'idempotency-key': name.replace(' ', '-') });
    },
  };
  const clients = KINDS.flatMap((kind) =>
    Array.from({ length: CLIENTS }, async () => {
      while (!stopped) {
        answers.push({ kind, ...(await send[kind]()) });
        await sleep(5);
      }
    }),
  );
  return {
    answers,
    async stop() {
      stopped = true;
      await Promise.all(clients);
    },
  };
}
