import { setTimeout as sleep } from 'node:timers/promises';
import { postgresCpuUs } from './postgres-cpu.js';
import { runLoad, type Server } from './servers.js';

const CONNECTIONS = 16;
const SECONDS = 1.5;
const WARM_TURNS = 3;
const TURNS = 16;

/** A server with its own PostgreSQL, so that what works in the background is counted for the right one. */
export interface Side {
  readonly server: Server;
  readonly dataFolder: string;
  readonly url: string;
}

export interface Request {
  readonly method?: 'POST';
  readonly body?: string;
  /** How long the server may go on with what the requests left behind. It is counted. Milliseconds. */
  readonly afterwardsMs: number;
}

interface Turn {
  /** CPU microseconds a request. */
  readonly program: number;
  readonly both: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Medians of all turns. */
export interface Compared extends Record<'before' | 'after', Turn> {
  /** The median of the ratios of all turns, and the middle half of them. */
  readonly program: Ratio;
  readonly both: Ratio;
}

export interface Ratio {
  readonly median: number;
  readonly from: number;
  readonly to: number;
}

async function turn({ server, dataFolder, url }: Side, request: Request): Promise<Turn> {
  const usage = async () => [(await server.usage()).cpuUs, postgresCpuUs(dataFolder)] as const;
  const { afterwardsMs, ...rest } = request;
  const [program, postgres] = await usage();
  const load = await runLoad({
    ...rest,
    url,
    connections: CONNECTIONS,
    duration: SECONDS,
    ...(rest.body && { headers: { 'content-type': 'application/json' } }),
  });
  await sleep(afterwardsMs);
  const [programAfter, postgresAfter] = await usage();
  if (load.failed > 0) throw new Error(`${load.failed} requests of ${url} failed`);
  const own = (programAfter - program) / load.total;
  const both = own + (postgresAfter - postgres) / load.total;
  return { program: own, both, p50Ms: load.p50Ms, p99Ms: load.p99Ms };
}

const at = (values: readonly number[], share: number) =>
  values.toSorted((a, b) => a - b)[Math.floor(share * (values.length - 1))] ?? 0;

const median = (turns: readonly Turn[]): Turn => {
  const of = (member: keyof Turn) =>
    at(
      turns.map((one) => one[member]),
      0.5,
    );
  return { program: of('program'), both: of('both'), p50Ms: of('p50Ms'), p99Ms: of('p99Ms') };
};

function ratioOf(pairs: readonly (readonly [Turn, Turn])[], member: 'program' | 'both'): Ratio {
  const ratios = pairs.map(([before, after]) => after[member] / before[member]);
  return { median: at(ratios, 0.5), from: at(ratios, 0.25), to: at(ratios, 0.75) };
}

/**
 * Compares two servers that work at the same time, in many short turns: so what other programs do disturbs both alike,
 * and the ratio of a turn says more than its figures. The median leaves out single disturbances.
 */
export async function comparePairs(before: Side, after: Side, request: Request): Promise<Compared> {
  const pairs: (readonly [Turn, Turn])[] = [];
  for (let i = -WARM_TURNS; i < TURNS; i += 1) {
    const pair = await Promise.all([turn(before, request), turn(after, request)]);
    if (i >= 0) pairs.push(pair);
  }
  return {
    before: median(pairs.map(([one]) => one)),
    after: median(pairs.map(([, one]) => one)),
    program: ratioOf(pairs, 'program'),
    both: ratioOf(pairs, 'both'),
  };
}
