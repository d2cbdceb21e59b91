import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ask } from '../support/answers.js';
import { grype } from '../support/documents.js';
import { useEmbedded } from '../support/embedded.js';
import { freePort } from '../support/ports.js';
import { stop } from '../support/process.js';

/** Processes are killed while documents of many findings are uploaded: each is there whole, or not at all. */
const embedded = useEmbedded();

const COMMIT = '8f3c2a1b9d4e5f60718293a4b5c6d7e8f9012345';
const UPLOADERS = 3;
const KILLS = 6;
/** Several statements' worth. */
const FINDINGS = 9000;

/** A document of its own for each upload. */
function report(serial: number) {
  const defects = Array.from({ length: FINDINGS }, (_, i) => ({
    id: `CVE-${2000 + serial}-${10_000 + i}`,
  }));
  return grype(...defects);
}

interface Uploads {
  /** Ids of evidence that was answered 201 or 200. */
  readonly acknowledged: Set<unknown>;
  readonly outcomes: Map<number, number>;
}

async function uploadUntil(
  url: string,
  release: string,
  uploader: number,
  { acknowledged, outcomes }: Uploads,
  signal: AbortSignal,
): Promise<void> {
  for (let n = 0; !signal.aborted; n += 1) {
    const json = report(n * UPLOADERS + uploader);
    const answer = await ask(`${url}/releases/${release}/evidence`, { method: 'POST', json });
    if (answer.status === 201 || answer.status === 200) acknowledged.add(answer.body.id);
    else await sleep(20); // nobody listens just now
    outcomes.set(answer.status, (outcomes.get(answer.status) ?? 0) + 1);
  }
}

describe('documents that are uploaded while the server is killed', () => {
  it('are stored completely or not at all, and none that was acknowledged is missing', async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const start = () => embedded.start({ PORT: String(port), LOG_LEVEL: 'warn' });
    let server = await start();
    const project = await ask(`${url}/projects`, { method: 'POST', json: { name: 'Shop' } });
    const address = `${url}/projects/${project.body.id}/releases/1.0.0`;
    const release = await ask(address, { method: 'PUT', json: { commit: COMMIT } });

    const uploads: Uploads = { acknowledged: new Set(), outcomes: new Map() };
    const stopping = new AbortController();
    const uploaders = Array.from({ length: UPLOADERS }, (_, i) =>
      uploadUntil(url, String(release.body.id), i, uploads, stopping.signal),
    );
    const untilStored = async () => {
      const before = uploads.acknowledged.size;
      await expect
        .poll(() => uploads.acknowledged.size, { interval: 10 })
        .toBeGreaterThan(before + 1);
    };
    for (let kill = 0; kill < KILLS; kill += 1) {
      await untilStored();
      await sleep(500 * Math.random());
      if (kill % 2 === 0) {
        await stop(server, 'SIGKILL');
        server = await start();
      } else {
        process.kill(await embedded.postmaster(), 'SIGKILL');
      }
    }
    await untilStored();
    stopping.abort();
    await Promise.all(uploaders);

    const client = await embedded.connect();
    const { rows } = await client.query<{ id: string; findings: number; document: boolean }>(
      `SELECT e.id, (SELECT count(*)::int FROM findings f WHERE f.evidence_id = e.id) AS findings,
              EXISTS (SELECT 1 FROM document_chunks c
                       WHERE c.project_id = e.project_id AND c.sha256 = e.stored_sha256) AS document
         FROM evidence e`,
    );
    const { rows: orphans } = await client.query(
      `SELECT sha256 FROM documents d WHERE NOT EXISTS
         (SELECT 1 FROM evidence e WHERE e.project_id = d.project_id AND e.stored_sha256 = d.sha256)`,
    );
    await client.end();
    const { acknowledged, outcomes } = uploads;
    console.log(
      `${acknowledged.size} uploads acknowledged, ${rows.length} stored; answers:`,
      Object.fromEntries(outcomes),
    );
    expect(rows.filter(({ findings, document }) => findings !== FINDINGS || !document)).toEqual([]);
    expect(orphans).toEqual([]);
    const stored = new Set<unknown>(rows.map(({ id }) => id));
    expect([...acknowledged].filter((id) => !stored.has(id))).toEqual([]);
    expect([0, 200, 201, 503]).toEqual(expect.arrayContaining([...outcomes.keys()]));
  });
});
