import { noise, quiet } from './noise.js';
import { runLoad, type Server } from './servers.js';

const CONNECTIONS = 32;
const SECONDS = 2;
const ROUNDS = 3;

/** A request that each of the servers answers. */
export interface Route {
  readonly name: string;
  readonly path: string;
  readonly method?: 'POST';
  readonly body?: string;
  /** How many times the raw peer's CPU it may cost. */
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
    goal: 2.4,
  },
];

export interface Measured {
  /** CPU of the server process, user and system, microseconds a request. */
  readonly cpuUs: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Somebody else used the processors meanwhile. */
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

/** The round with the least CPU: what disturbs a measurement only ever adds to it. */
const best = (rounds: Measured[]) =>
  rounds.reduce((least, round) => {
    if (least.noisy !== round.noisy) return least.noisy ? round : least;
    return round.cpuUs < least.cpuUs ? round : least;
  });

/** Measures the servers by turns, so that all of them have the same luck. */
export async function compare(
  servers: ReadonlyMap<string, Server>,
  route: Route,
  headers: (name: string) => object,
): Promise<Map<string, Measured>> {
  const rounds = new Map([...servers.keys()].map((name) => [name, [] as Measured[]]));
  for (const [name, server] of servers) await measure(server, route, headers(name)); // warm
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, server] of servers) {
      rounds.get(name)?.push(await measure(server, route, headers(name)));
    }
  }
  return new Map([...rounds].map(([name, all]) => [name, best(all)]));
}
