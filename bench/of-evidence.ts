import { createDatabase } from './databases.js';
import { crowd, leastCost, storeCost } from './evidence.js';
import { addReleases, EVERYWHERE, ONCE, releaseId } from './evidence-databases.js';
import { quiet } from './noise.js';
import { inTurns } from './pages.js';
import { progress, row, table, verdict } from './report.js';
import { type Server, startServer } from './servers.js';

/** Compares the cost of storing a document with the minimum cost. */
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

/** Reads whose cost must not depend on the number of releases. */
const READS: readonly [name: string, address: (releases: number) => string][] = [
  ['releases of a project, newest', () => '/projects/1/releases?limit=10'],
  ['components of a release', (n) => `/releases/${releaseId(n / 2)}/components?limit=10`],
  ['findings of a release', (n) => `/releases/${releaseId(n / 2)}/findings?limit=10`],
  ['summary of a release', (n) => `/releases/${releaseId(n / 2)}/summary`],
  [
    'diff of releases of 1,000 components',
    (n) => `/releases/${releaseId(n - 1)}/diff/${releaseId(n)}`,
  ],
  ['search: a package in all releases', () => `/components?purl=${EVERYWHERE.purl}&limit=10`],
  ['search: a version in one release', () => `/components?purl=${ONCE.purl}&limit=10`],
  ['search: a CVE in all releases', () => `/findings?cve=${EVERYWHERE.cve}&limit=10`],
  ['search: a CVE in one release', () => `/findings?cve=${ONCE.cve}&limit=10`],
];

async function releases(urls: readonly [string, string]): Promise<void> {
  const servers: Server[] = [];
  for (const url of urls) servers.push(await startServer('dist/server.js', { DATABASE_URL: url }));
  table('Median µs, the least of 5', '10 releases', '10,000', 'ratio', 'goal', '');
  for (const [name, address] of READS) {
    progress(`measuring ${name}`);
    const [few, many] = await inTurns(
      servers.map((server, i) => `${server.url}${address(i === 0 ? FEW : MANY)}`),
    );
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

/** Measures reads of few and of many releases, and uploads. */
export async function ofEvidence(server: string, dataFolder: string): Promise<void> {
  progress('creating databases of 10 and 10,000 releases');
  const few = await createDatabase(server, 'bench_few', 0);
  const many = await createDatabase(server, 'bench_many', 0);
  await addReleases(few, FEW);
  await addReleases(many, MANY);
  await releases([few, many]);
  await uploads(few, dataFolder);
}
