import { createDatabase } from './databases.js';
import { quiet } from './noise.js';
import { progress, row, table, verdict } from './report.js';
import { type Server, startServer } from './servers.js';
import { addMany, addRelease, type Views } from './ui-databases.js';

/** The smaller one fills a page of each list. */
const SIZES = [1000, 10_000] as const;
const WARM = 10;
const CALLS = 100;
const GOAL_MS = 50;
const MAX_RATIO = 1.5;

const views = ({ project, release, verdict: id }: Views): readonly string[] => [
  '/ui/inbox',
  '/ui/environments',
  '/ui/environments/production',
  '/ui/environments/production/findings',
  `/ui/releases/${release}?environment=production`,
  `/ui/releases/${release}/components`,
  `/ui/verdicts/${id}`,
  '/ui/search?q=CVE-2025-1000',
  '/ui/denials',
  '/ui/policies',
  '/ui/projects',
  `/ui/projects/${project}`,
];

/** Asks one request after the other, each on the kept connection. @returns p50 and p95 in milliseconds */
async function timesOf({ url }: Server, path: string) {
  const times: number[] = [];
  for (let n = 0; n < WARM + CALLS; n += 1) {
    const began = performance.now();
    const response = await fetch(url + path, { headers: { accept: 'text/html' } });
    await response.arrayBuffer();
    if (response.status !== 200) throw new Error(`${path} was answered with ${response.status}`);
    if (n >= WARM) times.push(performance.now() - began);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(times.length * share)] ?? 0;
  return { p50: at(0.5), p95: at(0.95) };
}

/** Measures each view of the pages in databases of two sizes. */
export async function ofUi(postgres: string): Promise<void> {
  const measured = new Map<string, { p50: number; p95: number }[]>();
  for (const size of SIZES) {
    progress(`creating ${size} releases`);
    const url = await createDatabase(postgres, `bench_ui_${size}`, 0);
    const server = await startServer('dist/server.js', { DATABASE_URL: url });
    const found = await addRelease(server.url);
    await addMany(url, found, size);
    await quiet();
    for (const path of views(found)) {
      const name = path
        .replace(found.release, '{id}')
        .replace(found.verdict, '{id}')
        .replace(`projects/${found.project}`, 'projects/{id}');
      measured.set(name, [...(measured.get(name) ?? []), await timesOf(server, path)]);
    }
    await server.stop();
  }
  const [few, many] = SIZES.map((size) => size.toLocaleString('en-US'));
  table(
    'View, ms',
    `p50 with ${few} releases`,
    `p50 with ${many}`,
    'ratio',
    `p95 with ${many}`,
    'goal',
    '',
  );
  for (const [name, [small, large]] of measured) {
    if (!small || !large) continue;
    const ratio = large.p50 / small.p50;
    const met = large.p95 <= GOAL_MS && ratio <= MAX_RATIO ? 0 : 1;
    row(
      name,
      small.p50.toFixed(1),
      large.p50.toFixed(1),
      ratio.toFixed(2),
      large.p95.toFixed(1),
      `≤ ${GOAL_MS}, ratio ≤ ${MAX_RATIO}`,
      verdict(met, 0),
    );
  }
}
