import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, release, tmpdir, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../src/config.js';
import { openDatabase } from '../src/database/client.js';
import { startEmbedded } from '../src/database/embedded.js';
import { tokensService } from '../src/features/tokens/index.js';
import { ANONYMOUS } from '../src/shared/caller.js';
import { createDatabase } from './databases.js';
import { crowd, leastCost, storeCost } from './evidence.js';
import { addReleases, EVERYWHERE, ONCE, releaseId } from './evidence-databases.js';
import { quiet } from './noise.js';
import { medianUs, PAGES } from './pages.js';
import { compare, type Measured, ROUTES } from './routes.js';
import { freePort, type Server, startServer } from './servers.js';

/** `npm run bench`: what a request costs, beside a peer written by hand. Prints Markdown. */
const SMALL = 1000;
const LARGE = 1_000_000;
const STARTS = 7;

const out = (line = '') => process.stdout.write(`${line}\n`);
const progress = (line: string) => process.stderr.write(`${line}\n`);
const verdict = (value: number, goal: number) => `${value <= goal ? 'met' : '**missed**'}`;
const row = (...cells: (string | number)[]) => out(`| ${cells.join(' | ')} |`);
function table(...heads: string[]): void {
  out();
  row(...heads);
  row(...heads.map((_head, index) => (index === 0 ? '---' : '---:')));
}

const us = ({ cpuUs, noisy }: Measured) => `${cpuUs.toFixed(1)}${noisy ? ' (noisy)' : ''}`;

async function makeToken(url: string): Promise<string> {
  const database = openDatabase(url, loadConfig({}));
  const { secret } = await tokensService(database).create(
    { caller: ANONYMOUS, requestId: 'bench', prisma: database.prisma },
    {
      name: 'bench',
      subject: 'bench',
      scopes: ['projects:read'],
      projects: null,
      expiresInDays: 1,
    },
  );
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
  const { rssBytes } = (await servers.get('ours')?.usage()) ?? { rssBytes: 0 };
  const rss = rssBytes / 1024 ** 2;

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

  const starts: number[] = [];
  for (let i = 0; i < STARTS; i += 1) {
    await quiet();
    const server = await startServer('dist/server.js', env);
    starts.push(server.startMs);
    await server.stop();
  }
  const start = starts.sort((a, b) => a - b)[Math.floor(STARTS / 2)] ?? 0;

  table('', 'measured', 'goal', '');
  row('a valid token, µs CPU a request more', extra.toFixed(1), '≤ 25', verdict(extra, 25));
  row('start to the first 200, ms (median)', Math.round(start), '≤ 300', verdict(start, 300));
  row('resident memory after the load, MiB', Math.round(rss), '≤ 150', verdict(rss, 150));
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
  table('A page of 100, median µs', '1,000 projects', '1,000,000', 'ratio', 'goal', '');
  for (const page of PAGES) {
    progress(`measuring ${page.name}`);
    const times: number[] = [];
    for (const { url, rows, server } of servers) {
      await quiet();
      times.push(await medianUs(`${server.url}${await page.address(url, rows)}`));
    }
    const [few = 1, many = 0] = times;
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

/** Documents: what storing one costs, beside the least that it can cost. */
async function uploads(url: string, dataFolder: string): Promise<void> {
  const server = await startServer('dist/server.js', { DATABASE_URL: url });
  progress('measuring uploads');
  await quiet();
  const ours = await storeCost(server, dataFolder, 100);
  await quiet();
  const least = await leastCost(url, dataFolder, 100);
  await server.stop();
  const total = (cost: typeof ours) => cost.programMs + cost.postgresMs;
  const ratio = total(ours) / total(least);
  const ms = (value: number) => value.toFixed(1);
  table(
    'CycloneDX, 1,000 components: CPU ms',
    'program',
    'PostgreSQL',
    'both',
    'ratio',
    'goal',
    '',
  );
  row('stored by us', ms(ours.programMs), ms(ours.postgresMs), ms(total(ours)), '', '', '');
  row(
    'JSON.parse and one INSERT',
    ms(least.programMs),
    ms(least.postgresMs),
    ms(total(least)),
    '',
    '',
    '',
  );
  row('', ms(ours.programMs / least.programMs), '', '', ms(ratio), '≤ 3', verdict(ratio, 3));

  const crowded = await startServer('dist/server.js', { DATABASE_URL: url });
  progress('measuring 50 uploads at once');
  const many = await crowd(crowded, 50, 2250);
  await crowded.stop();
  const large = await startServer('dist/server.js', { DATABASE_URL: url });
  progress('measuring large uploads');
  const few = await crowd(large, 6, 22_500);
  await large.stop();
  const rss = many.peakRssBytes / 1024 ** 2;
  table('Uploads at once', 'stored', 'seconds', 'measured', 'goal', '');
  row(
    '50 of 2 MiB: resident memory, MiB',
    many.stored,
    ms(many.seconds),
    Math.round(rss),
    '≤ 400',
    verdict(rss, 400),
  );
  row(
    '50 of 2 MiB: p99 of GET /health, ms',
    many.stored,
    ms(many.seconds),
    ms(many.p99Ms),
    '≤ 50',
    verdict(many.p99Ms, 50),
  );
  row(
    '6 of 20 MiB: p99 of GET /health, ms',
    few.stored,
    ms(few.seconds),
    ms(few.p99Ms),
    '≤ 50',
    verdict(few.p99Ms, 50),
  );
}

const FEW = 10;
const MANY = 10_000;

/** Reads of releases: what they cost must not depend on how many there are. */
const READS: readonly [name: string, address: (releases: number) => string][] = [
  ['releases of a project, newest', () => '/projects/1/releases?limit=10'],
  ['components of a release', (n) => `/releases/${releaseId(n / 2)}/components?limit=10`],
  ['findings of a release', (n) => `/releases/${releaseId(n / 2)}/findings?limit=10`],
  ['summary of a release', (n) => `/releases/${releaseId(n / 2)}/summary`],
  [
    'diff of releases of 1,000 components',
    (n) => `/releases/${releaseId(n - 1)}/diff/${releaseId(n)}`,
  ],
  ['where is a package that all have', () => `/components?purl=${EVERYWHERE.purl}&limit=10`],
  ['… the version that one has', () => `/components?purl=${ONCE.purl}&limit=10`],
  ['where is a CVE that all have', () => `/findings?cve=${EVERYWHERE.cve}&limit=10`],
  ['… that one has', () => `/findings?cve=${ONCE.cve}&limit=10`],
];

async function releases(urls: readonly [string, string]): Promise<void> {
  const servers: Server[] = [];
  for (const url of urls) servers.push(await startServer('dist/server.js', { DATABASE_URL: url }));
  table('Median µs', '10 releases', '10,000', 'ratio', 'goal', '');
  for (const [name, address] of READS) {
    progress(`measuring ${name}`);
    const times: number[] = [];
    for (const [i, server] of servers.entries()) {
      await quiet();
      times.push(await medianUs(`${server.url}${address(i === 0 ? FEW : MANY)}`));
    }
    const [few = 1, many = 0] = times;
    row(
      name,
      Math.round(few),
      Math.round(many),
      (many / few).toFixed(2),
      '≤ 1.3',
      verdict(many / few, 1.3),
    );
  }
  for (const server of servers) await server.stop();
}

async function ofProjects(server: string): Promise<void> {
  progress('making databases of 1,000 and 1,000,000 projects');
  const small = await createDatabase(server, 'bench_small', SMALL);
  const large = await createDatabase(server, 'bench_large', LARGE);
  await pages(small, large);
  await routes(small);
}

async function ofEvidence(server: string, dataFolder: string): Promise<void> {
  progress('making databases of 10 and 10,000 releases');
  const few = await createDatabase(server, 'bench_few', 0);
  const many = await createDatabase(server, 'bench_many', 0);
  await addReleases(few, FEW);
  await addReleases(many, MANY);
  await releases([few, many]);
  await uploads(few, dataFolder);
}

/** `npm run bench -- evidence`: only that. */
const parts = process.argv.slice(2);
const asked = (part: string) => parts.length === 0 || parts.includes(part);

const folder = await mkdtemp(join(tmpdir(), 'srp-bench-'));
const postgres = startEmbedded({
  dir: join(folder, 'postgres'),
  port: await freePort(),
  throwaway: true,
});
try {
  const url = await postgres.ready;
  const [cpu] = cpus();
  out(
    `${cpus().length} × ${cpu?.model.trim()}, ${Math.round(totalmem() / 1024 ** 3)} GiB, ` +
      `${type()} ${release()}, Node.js ${process.version}; ${new Date().toISOString().slice(0, 10)}`,
  );
  if (asked('projects')) await ofProjects(url);
  if (asked('evidence')) await ofEvidence(url, join(folder, 'postgres', 'data'));
} finally {
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
}
