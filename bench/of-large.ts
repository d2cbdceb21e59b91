import { setTimeout as sleep } from 'node:timers/promises';
import { createDatabase } from './databases.js';
import { addLarge, largeRelease, SIZES, seedLarge, smallRelease } from './large-databases.js';
import { quiet } from './noise.js';
import { progress, row, table, verdict } from './report.js';
import { type Server, startServer } from './servers.js';

/** Large questions of two callers, mixed. */
const ASKED = 20;
const QUESTIONS = [
  ['licences', 'licences'],
  ['findings', 'findings'],
  ['reports', 'findings'],
  ['components', 'licences'],
] as const;
/** How long others are measured without large questions, in milliseconds. */
const ALONE_MS = 5000;
/** Pause of others between two calls, in milliseconds. */
const PAUSE_MS = 5;

const assertUrl = ({ url }: Server, release: string, environment: string) =>
  `${url}/assert?release=${release}&environment=${environment}`;

/** Asks as another caller, and reads the whole answer. @returns its status */
async function ask(url: string, caller: string): Promise<number> {
  const response = await fetch(url, { headers: { 'x-forwarded-for': caller } });
  await response.arrayBuffer();
  return response.status;
}

/** Calls a URL repeatedly until the work is done. @returns p99 in milliseconds */
async function p99During(url: string, work: Promise<unknown>): Promise<number> {
  const times: number[] = [];
  let running = true;
  const ended = work.finally(() => {
    running = false;
  });
  while (running) {
    const began = performance.now();
    const status = await ask(url, '10.0.0.9');
    if (status !== 200) throw new Error(`${url} was answered with ${status}`);
    times.push(performance.now() - began);
    await sleep(PAUSE_MS);
  }
  await ended;
  times.sort((a, b) => a - b);
  return times[Math.floor(times.length * 0.99)] ?? 0;
}

/** p99 of others, and how the large questions were answered. */
async function others(server: Server) {
  const calls = [assertUrl(server, smallRelease, 'licences'), `${server.url}/health`];
  for (const url of calls) for (let i = 0; i < 50; i += 1) await ask(url, '10.0.0.9');
  await quiet();
  const alone = await Promise.all(calls.map((url) => p99During(url, sleep(ALONE_MS))));
  const began = performance.now();
  const asked = Promise.all(
    Array.from({ length: ASKED }, (_none, i) => {
      const [name, environment] = QUESTIONS[i % QUESTIONS.length] ?? QUESTIONS[0];
      return ask(assertUrl(server, largeRelease(name), environment), `10.0.0.${1 + (i % 2)}`);
    }),
  );
  const beside = await Promise.all(calls.map((url) => p99During(url, asked)));
  return { alone, beside, statuses: await asked, seconds: (performance.now() - began) / 1000 };
}

/** Memory that one decision adds at its peak, in MiB. */
async function memory(server: Server): Promise<{ status: number; addedMib: number }> {
  for (let i = 0; i < 50; i += 1)
    await ask(assertUrl(server, smallRelease, 'licences'), '10.0.0.9');
  const before = (await server.usage()).rssBytes;
  let peak = before;
  let running = true;
  const answer = ask(assertUrl(server, largeRelease('components'), 'licences'), '10.0.0.1').finally(
    () => {
      running = false;
    },
  );
  while (running) {
    peak = Math.max(peak, (await server.usage()).rssBytes);
    await sleep(PAUSE_MS);
  }
  return { status: await answer, addedMib: (peak - before) / 1024 ** 2 };
}

const counted = (statuses: readonly number[]) =>
  [...new Set(statuses)]
    .sort()
    .map((status) => `${statuses.filter((one) => one === status).length} × ${status}`)
    .join(', ');

/** Measures others beside large decisions, and the memory of one. */
export async function ofLarge(postgres: string): Promise<void> {
  progress('creating releases with many rows');
  const url = await createDatabase(postgres, 'bench_large', 0);
  await addLarge(url, ...seedLarge(SIZES));
  const env = { DATABASE_URL: url, TRUST_PROXY: 'loopback' };
  const server = await startServer('dist/server.js', env);
  progress(`measuring others beside ${ASKED} large decisions`);
  const { alone, beside, statuses, seconds } = await others(server);
  await server.stop();
  table(`p99 of others, ms`, 'alone', `beside ${ASKED} large decisions`, 'ratio', 'goal', '');
  for (const [i, [name, goal]] of [
    ['GET /assert', 100] as const,
    ['GET /health', 50] as const,
  ].entries()) {
    const [without = 0, ms = 0] = [alone[i], beside[i]];
    row(
      name,
      without.toFixed(1),
      ms.toFixed(1),
      (ms / without).toFixed(1),
      `≤ ${goal}`,
      verdict(ms, goal),
    );
  }
  progress(`the large decisions took ${seconds.toFixed(1)} s: ${counted(statuses)}`);
  const fresh = await startServer('dist/server.js', env);
  const { status, addedMib } = await memory(fresh);
  await fresh.stop();
  const size = SIZES.components.toLocaleString('en-US');
  table('Memory', 'answer', 'added at the peak, MiB', 'goal', '');
  row(
    `${size} components, one decision`,
    status,
    Math.round(addedMib),
    '≤ 250',
    verdict(addedMib, 250),
  );
}
