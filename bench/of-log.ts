import { join } from 'node:path';
import pg from 'pg';
import { type EmbeddedDatabase, startEmbedded } from '../src/database/embedded/embedded.js';
import { createDatabase } from './databases.js';
import { allowed } from './gate.js';
import { comparePairs, type Ratio, type Request, type Side } from './pairs.js';
import { progress, row, table, verdict } from './report.js';
import { freePort, startServer } from './servers.js';

const CREATION: Request = {
  method: 'POST',
  body: JSON.stringify({ name: 'Mon Projet', status: 'active' }),
  // The sequencer begins up to a second after the last event.
  afterwardsMs: 1500,
};
const ASSERT: Request = { afterwardsMs: 0 };

interface Started extends Side {
  readonly release: string;
  stop(): Promise<void>;
}

/** Before there was a log, an event entered no queue. */
async function withoutQueue(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('DROP TRIGGER events_queued ON events');
  await client.end();
}

async function start(folder: string, name: 'off' | 'on'): Promise<Started> {
  const dir = join(folder, `log-${name}`);
  const port = await freePort();
  const postgres: EmbeddedDatabase = startEmbedded({ dir, port, throwaway: true });
  const url = await createDatabase(await postgres.ready, 'bench', 0);
  if (name === 'off') await withoutQueue(url);
  const server =
    name === 'off'
      ? await startServer('dist/server.js', { DATABASE_URL: url }, 'without-queue.mjs')
      : await startServer('dist/server.js', {
          DATABASE_URL: url,
          SIGNING_KEYS_DIR: join(folder, 'log-keys'),
        });
  return {
    server,
    dataFolder: join(dir, 'data'),
    url: server.url,
    release: await allowed(server, 1, 100),
    async stop() {
      await server.stop();
      await postgres.stop();
    },
  };
}

const shown = ({ median, from, to }: Ratio) =>
  `${median.toFixed(2)} (${from.toFixed(2)}–${to.toFixed(2)})`;

/** Compares a server that signs its log with one that has no log. The figures have what the sequencer costs. */
export async function ofLog(folder: string): Promise<void> {
  const [off, on] = [await start(folder, 'off'), await start(folder, 'on')];
  const heads = ['no log', 'signed log', 'ratio (middle half)', 'goal', '', 'signed: p50 / p99 ms'];
  table('CPU µs a request', ...heads);
  const at = (side: Started, path: string) => ({ ...side, url: side.url + path });
  const compare = async (name: string, path: (side: Started) => string, request: Request) => {
    progress(`measuring ${name} with and without a log`);
    return comparePairs(at(off, path(off)), at(on, path(on)), request);
  };
  const created = await compare('POST /projects', () => '/projects', CREATION);
  const asked = await compare(
    'GET /assert',
    ({ release }) => `/assert?release=${release}&environment=production`,
    ASSERT,
  );
  for (const [name, compared, goal] of [
    ['POST /projects', created, 1.15],
    ['GET /assert, 100 findings', asked, 1.1],
  ] as const) {
    for (const [member, label] of [
      ['program', 'program'],
      ['both', 'with PostgreSQL'],
    ] as const) {
      const { before, after, [member]: ratio } = compared;
      row(
        `${name}, ${label}`,
        before[member].toFixed(1),
        after[member].toFixed(1),
        shown(ratio),
        `≤ ${goal}`,
        verdict(ratio.median, goal),
        `${after.p50Ms} / ${after.p99Ms}`,
      );
    }
  }
  await off.stop();
  await on.stop();
}
