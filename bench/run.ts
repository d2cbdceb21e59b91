import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, release, tmpdir, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { startEmbedded } from '../src/database/embedded/embedded.js';
import { ofEvidence } from './of-evidence.js';
import { ofGate } from './of-gate.js';
import { ofLarge } from './of-large.js';
import { ofLog } from './of-log.js';
import { ofProjects } from './of-projects.js';
import { ofUi } from './of-ui.js';
import { out } from './report.js';
import { freePort } from './servers.js';

/** `npm run bench` compares the cost of requests with a hand-written peer, and prints Markdown. */

/** `npm run bench -- evidence` runs only that part. */
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
  if (asked('large')) await ofLarge(url);
  if (asked('log')) await ofLog(folder);
  if (asked('ui')) await ofUi(url);
  if (asked('gate')) await ofGate(url, join(folder, 'postgres', 'data'));
} finally {
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
}
