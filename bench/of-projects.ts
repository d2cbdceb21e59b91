import { ANONYMOUS } from '../src/access/caller.js';
import { loadConfig } from '../src/config/config.js';
import { openDatabase } from '../src/database/client.js';
import { callContext } from '../src/database/context.js';
import { tokensService } from '../src/features/tokens/index.js';
import { createDatabase } from './databases.js';
import { quiet } from './noise.js';
import { inTurns, PAGES } from './pages.js';
import { progress, row, table, us, verdict } from './report.js';
import { compare, ROUTES } from './routes.js';
import { type Server, startServer } from './servers.js';

const SMALL = 1000;
const LARGE = 1_000_000;
const STARTS = 7;

async function makeToken(url: string): Promise<string> {
  const database = openDatabase(url, loadConfig({}));
  const { secret } = await tokensService().create(callContext(database.store, ANONYMOUS, 'bench'), {
    name: 'bench',
    subject: 'bench',
    scopes: ['projects:read'],
    projects: null,
    person: false,
    expiresInDays: 1,
  });
  await database.close();
  return secret;
}

async function routes(url: string): Promise<void> {
  const env = { DATABASE_URL: url };
  const servers = new Map<string, Server>([
    ['ours', await startServer('dist/server.js', env)],
    ['raw', await startServer('bench/raw-peer.mjs', env)],
    ['bare', await startServer('bench/bare-peer.mjs', env)],
  ]);
  table(
    'CPU µs a request',
    'ours',
    'raw peer',
    'ratio',
    'goal',
    '',
    'bare',
    'ours: requests/s',
    'p50 / p99 ms',
  );
  for (const route of ROUTES) {
    progress(`measuring ${route.name}`);
    const measured = await compare(servers, route, () => ({}));
    const [ours, raw, bare] = ['ours', 'raw', 'bare'].map((name) => measured.get(name));
    if (!ours || !raw || !bare) throw new Error('nothing was measured');
    const ratio = ours.cpuUs / raw.cpuUs;
    row(
      route.name,
      us(ours),
      us(raw),
      ratio.toFixed(2),
      `≤ ${route.goal}`,
      verdict(ratio, route.goal),
      us(bare),
      Math.round(ours.perSecond),
      `${ours.p50Ms} / ${ours.p99Ms}`,
    );
  }
  const memory = [];
  for (const name of ['ours', 'raw'])
    memory.push((await servers.get(name)?.usage())?.rssBytes ?? 0);
  const [rss = 0, rawRss = 1] = memory.map((bytes) => bytes / 1024 ** 2);

  const token = await makeToken(url);
  const guarded = await startServer('dist/server.js', { ...env, AUTH_MODE: 'token' });
  const pair = new Map([
    ['open', servers.get('ours') as Server],
    ['token', guarded],
  ]);
  progress('measuring the token');
  const [, get] = ROUTES;
  if (!get) throw new Error('there are no routes');
  const measured = await compare(pair, get, (name) =>
    name === 'token' ? { authorization: `Bearer ${token}` } : {},
  );
  const extra = (measured.get('token')?.cpuUs ?? 0) - (measured.get('open')?.cpuUs ?? 0);
  for (const server of [...servers.values(), guarded]) await server.stop();

  const start = await medianStartMs('dist/server.js', env);
  const rawStart = await medianStartMs('bench/raw-peer.mjs', env);

  table('', 'ours', 'raw peer', 'ratio', 'goal', '');
  row(
    'additional CPU µs per request with a valid token',
    extra.toFixed(1),
    '',
    '',
    '≤ 25',
    verdict(extra, 25),
  );
  ratioRow('start to the first 200, ms (median)', start, rawStart, 1.3);
  ratioRow('resident memory after the load, MiB', rss, rawRss, 1.5);
}

/** A figure beside the raw peer's of the same run: another machine changes both. */
function ratioRow(name: string, ours: number, raw: number, goal: number): void {
  const ratio = ours / raw;
  const outcome = verdict(ratio, goal);
  row(name, Math.round(ours), Math.round(raw), ratio.toFixed(2), `≤ ${goal}`, outcome);
}

async function medianStartMs(file: string, env: Record<string, string>): Promise<number> {
  const starts: number[] = [];
  for (let i = 0; i < STARTS; i += 1) {
    await quiet();
    const server = await startServer(file, env);
    starts.push(server.startMs);
    await server.stop();
  }
  return starts.sort((a, b) => a - b)[Math.floor(STARTS / 2)] ?? 0;
}

async function pages(small: string, large: string): Promise<void> {
  const servers = [
    {
      url: small,
      rows: SMALL,
      server: await startServer('dist/server.js', { DATABASE_URL: small }),
    },
    {
      url: large,
      rows: LARGE,
      server: await startServer('dist/server.js', { DATABASE_URL: large }),
    },
  ];
  table(
    'A page of 100, median µs, the least of 5',
    '1,000 projects',
    '1,000,000',
    'ratio',
    'goal',
    '',
  );
  for (const page of PAGES) {
    progress(`measuring ${page.name}`);
    const [few, many] = await inTurns(
      await Promise.all(
        servers.map(async ({ url, rows, server }) => server.url + (await page.address(url, rows))),
      ),
    );
    const ratio = many / few;
    row(
      page.name,
      Math.round(few),
      Math.round(many),
      ratio.toFixed(2),
      `≤ ${page.goal}`,
      verdict(ratio, page.goal),
    );
  }
  for (const { server } of servers) await server.stop();
}

/** Measures single requests, the start, and pages of few and of many projects. */
export async function ofProjects(server: string): Promise<void> {
  progress('creating databases of 1,000 and 1,000,000 projects');
  const small = await createDatabase(server, 'bench_small', SMALL);
  const large = await createDatabase(server, 'bench_large', LARGE);
  await pages(small, large);
  await routes(small);
}
