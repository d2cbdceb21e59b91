import { noise, quiet } from './noise.js';
import { runLoad, type Server } from './servers.js';

const CONNECTIONS = 32;
const SECONDS = 2;
const ROUNDS = 3;
const MAX_ROUNDS = 6;
/** How far apart the two best rounds of a server may be. */
const AGREEMENT = 1.08;

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

/** The least first: what disturbs a measurement only ever adds to it. */
const sorted = (rounds: Measured[]) => rounds.toSorted((a, b) => a.cpuUs - b.cpuUs);

/** Two quiet rounds must tell nearly the same, or somebody else was at work in all but one. */
function agree(rounds: Measured[]): boolean {
  const [least, next] = sorted(rounds.filter(({ noisy }) => !noisy));
  return least !== undefined && next !== undefined && next.cpuUs <= least.cpuUs * AGREEMENT;
}

function best(rounds: Measured[]): Measured {
  const [least] = sorted(rounds);
  if (!least) throw new Error('nothing was measured');
  return { ...least, noisy: !agree(rounds) };
}

/** Measures the servers by turns, so that all of them have the same luck; more often where it was bad. */
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
