import { noise, quiet } from './noise.js';
import { runLoad, type Server } from './servers.js';

const CONNECTIONS = 32;
const SECONDS = 2;
const ROUNDS = 3;
const MAX_ROUNDS = 6;
/** Maximum ratio of the two best rounds of a server. */
const AGREEMENT = 1.08;

/** A request that every server answers. */
export interface Route {
  readonly name: string;
  readonly path: string;
  readonly method?: 'POST';
  readonly body?: string;
  /** Maximum ratio of its CPU time and the raw peer's. */
  readonly goal: number;
}

export const ROUTES: readonly Route[] = [
  { name: 'GET /health', path: '/health', goal: 1.1 },
  { name: 'GET /projects/{id}', path: '/projects/500', goal: 1.3 },
  { name: 'GET /projects?limit=100', path: '/projects?limit=100', goal: 1.3 },
  {
    name: 'POST /projects',
    path: '/projects',
    method: 'POST',
    body: JSON.stringify({ name: 'Mon Projet', status: 'active' }),
    goal: 1.5,
  },
];

export interface Measured {
  /** CPU time of the server process (user and system), microseconds per request. */
  readonly cpuUs: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Other programs used the processors during the measurement. */
  readonly noisy: boolean;
}

async function measure(server: Server, route: Route, headers: object): Promise<Measured> {
  const calm = await quiet();
  const before = await server.usage();
  const load = await runLoad({
    url: `${server.url}${route.path}`,
    connections: CONNECTIONS,
    duration: SECONDS,
    method: route.method ?? 'GET',
    headers: { ...headers, ...(route.body && { 'content-type': 'application/json' }) },
    ...(route.body && { body: route.body }),
  });
  const after = await server.usage();
  if (load.failed > 0) throw new Error(`${load.failed} requests of ${route.name} failed`);
  return {
    cpuUs: (after.cpuUs - before.cpuUs) / load.total,
    perSecond: load.perSecond,
    p50Ms: load.p50Ms,
    p99Ms: load.p99Ms,
    noisy: !calm || (await noise()) > 0.2,
  };
}

/** Sorts by CPU time, lowest first: disturbances only add to a measurement. */
const sorted = (rounds: Measured[]) => rounds.toSorted((a, b) => a.cpuUs - b.cpuUs);

/** Checks that the two best quiet rounds agree. If not, other programs disturbed all rounds but one. */
function agree(rounds: Measured[]): boolean {
  const [least, next] = sorted(rounds.filter(({ noisy }) => !noisy));
  return least !== undefined && next !== undefined && next.cpuUs <= least.cpuUs * AGREEMENT;
}

function best(rounds: Measured[]): Measured {
  const [least] = sorted(rounds);
  if (!least) throw new Error('nothing was measured');
  return { ...least, noisy: !agree(rounds) };
}

/**
 * Measures the servers in turns, so that disturbances affect all of them. Adds rounds until two of each server agree.
 */
export async function compare(
  servers: ReadonlyMap<string, Server>,
  route: Route,
  headers: (name: string) => object,
): Promise<Map<string, Measured>> {
  const rounds = new Map([...servers.keys()].map((name) => [name, [] as Measured[]]));
  for (const [name, server] of servers) await measure(server, route, headers(name)); // warm
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    if (round >= ROUNDS && [...rounds.values()].every(agree)) break;
    for (const [name, server] of servers) {
      rounds.get(name)?.push(await measure(server, route, headers(name)));
    }
  }
  return new Map([...rounds].map(([name, all]) => [name, best(all)]));
}
