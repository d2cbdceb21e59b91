import { join } from 'node:path';
import pg from 'pg';
import { createDatabase } from './databases.js';
import { postgresCpuUs } from './evidence.js';
import { allowed } from './gate.js';
import { progress, row, table, us, verdict } from './report.js';
import { compare, type Route } from './routes.js';
import { type Server, startServer } from './servers.js';

const CREATION: Route = {
  name: 'POST /projects',
  path: '/projects',
  method: 'POST',
  body: JSON.stringify({ name: 'Mon Projet', status: 'active' }),
  goal: 1.15,
};

/** Before there was a log, an event entered no queue. */
async function withoutQueue(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('DROP TRIGGER events_queued ON events');
  await client.end();
}

/** The usage of a server and of PostgreSQL, which works for one server at a time. */
const withPostgres = (server: Server, dataFolder: string): Server => ({
  ...server,
  async usage() {
    const { cpuUs, rssBytes } = await server.usage();
    return { cpuUs: cpuUs + postgresCpuUs(dataFolder), rssBytes };
  },
});

/** Compares a server that signs its log with one that has no log. The figures have what the sequencer costs. */
export async function ofLog(server: string, dataFolder: string, keys: string): Promise<void> {
  const [off, on] = [
    await createDatabase(server, 'bench_log_off', 0),
    await createDatabase(server, 'bench_log_on', 0),
  ];
  await withoutQueue(off);
  const servers = new Map<string, Server>([
    ['off', await startServer('dist/server.js', { DATABASE_URL: off })],
    [
      'on',
      await startServer('dist/server.js', {
        DATABASE_URL: on,
        SIGNING_KEYS_DIR: join(keys, 'keys'),
      }),
    ],
  ]);
  const releases = new Map<string, string>();
  for (const [name, one] of servers) releases.set(name, await allowed(one, 1, 100));
  table('CPU µs a request', 'no log', 'signed log', 'ratio', 'goal', '', 'signed: p50 / p99 ms');
  const assert: Route = { name: 'GET /assert, 100 findings', path: '', goal: 1.1 };
  for (const route of [CREATION, assert]) {
    for (const measured of ['program', 'with PostgreSQL']) {
      progress(`measuring ${route.name}, ${measured}`);
      const own = new Map(
        [...servers].map(([name, one]) => {
          const query = `/assert?release=${releases.get(name)}&environment=production`;
          const address = { ...one, url: route === assert ? one.url + query : one.url };
          return [name, measured === 'program' ? address : withPostgres(address, dataFolder)];
        }),
      );
      const costs = await compare(own, route, () => ({}));
      const [without, signed] = [costs.get('off'), costs.get('on')];
      if (!without || !signed) throw new Error('nothing was measured');
      const ratio = signed.cpuUs / without.cpuUs;
      row(
        `${route.name}, ${measured}`,
        us(without),
        us(signed),
        ratio.toFixed(2),
        `≤ ${route.goal}`,
        verdict(ratio, route.goal),
        `${signed.p50Ms} / ${signed.p99Ms}`,
      );
    }
  }
  for (const one of servers.values()) await one.stop();
}
