import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { cyclonedx } from './evidence-documents.js';
import { postgresCpuUs } from './postgres-cpu.js';
import type { Server } from './servers.js';

const COMMIT = 'b'.repeat(40);

export async function send(url: string, method: string, body: object): Promise<{ id: string }> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method, headers, body: JSON.stringify(body) });
  return (await response.json()) as { id: string };
}

/** Creates releases for uploads, and returns their ids. */
export async function makeReleases(server: Server, count: number): Promise<string[]> {
  const { id: project } = await send(`${server.url}/projects`, 'POST', { name: 'bench' });
  const ids: string[] = [];
  for (let i = 0; i < count; i += 1) {
    const url = `${server.url}/projects/${project}/releases/v${i}`;
    ids.push((await send(url, 'PUT', { commit: COMMIT })).id);
  }
  return ids;
}

/** Uploads a document. @returns the status of the response */
export async function upload(server: Server, release: string, document: string): Promise<number> {
  const response = await fetch(`${server.url}/releases/${release}/evidence`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: document,
  });
  await response.arrayBuffer();
  return response.status;
}

export interface Cost {
  /** CPU time of the server and of PostgreSQL, milliseconds per document. */
  readonly programMs: number;
  readonly postgresMs: number;
}

async function costOf(
  times: number,
  usageUs: () => Promise<number>,
  dataFolder: string,
  work: (i: number) => Promise<unknown>,
): Promise<Cost> {
  const before = [await usageUs(), postgresCpuUs(dataFolder)] as const;
  for (let i = 0; i < times; i += 1) await work(i);
  const after = [await usageUs(), postgresCpuUs(dataFolder)] as const;
  return {
    programMs: (after[0] - before[0]) / times / 1000,
    postgresMs: (after[1] - before[1]) / times / 1000,
  };
}

/** Measures the upload of an SBOM with 1,000 components, each time to another release. */
export async function storeCost(server: Server, dataFolder: string, times: number): Promise<Cost> {
  const releases = await makeReleases(server, times + 10);
  const document = cyclonedx(1000);
  for (const release of releases.splice(0, 10)) await upload(server, release, document); // warm
  const usage = async () => (await server.usage()).cpuUs;
  return costOf(times, usage, dataFolder, async (i) => {
    const status = await upload(server, releases[i] ?? '', document);
    if (status !== 201) throw new Error(`an upload was answered with ${status}`);
  });
}

const INSERT = `
  INSERT INTO components (project_id, release_id, evidence_id, ordinal, type, name, version, purl, key, licences)
  SELECT $1, $2, $3, $4 + n::int, type, name, version, purl, key, licences::text[]
    FROM unnest($5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[])
         WITH ORDINALITY AS t (type, name, version, purl, key, licences, n)`;

interface Bom {
  readonly components: {
    type: string;
    group: string;
    name: string;
    version: string;
    purl: string;
    licenses: { license: { id: string } }[];
  }[];
}

/** Measures the minimum: parsing the same document, and inserting its rows with one statement. */
export async function leastCost(url: string, dataFolder: string, times: number): Promise<Cost> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(
    `SELECT project_id, release_id, id FROM evidence WHERE kind = 'cyclonedx' ORDER BY id DESC LIMIT 1`,
  );
  const { project_id, release_id, id } = rows[0];
  // The trigger refuses rows for evidence of an earlier transaction.
  await client.query('ALTER TABLE components DISABLE TRIGGER components_added');
  const text = cyclonedx(1000);
  let ordinal = 1_000_000;
  const work = async () => {
    const { components } = JSON.parse(text) as Bom;
    const columns = [
      components.map(({ type }) => type),
      components.map(({ group, name }) => `${group}/${name}`),
      components.map(({ version }) => version),
      components.map(({ purl }) => purl),
      components.map(({ purl }) => purl.slice(0, purl.lastIndexOf('@'))),
      components.map(({ licenses }) => `{${licenses.map(({ license }) => license.id)}}`),
    ];
    await client.query(INSERT, [project_id, release_id, id, ordinal, ...columns]);
    ordinal += components.length;
  };
  for (let i = 0; i < 10; i += 1) await work();
  const usage = async () => {
    const { user, system } = process.cpuUsage();
    return user + system;
  };
  const cost = await costOf(times, usage, dataFolder, work);
  await client.end();
  return cost;
}

export interface Crowd {
  /** Number of uploads that were answered with 201. */
  readonly stored: number;
  readonly peakRssBytes: number;
  /** p99 of GET /health during the uploads, milliseconds. */
  readonly p99Ms: number;
  readonly seconds: number;
}

/** Sends many uploads at once, and meanwhile calls /health repeatedly. */
export async function crowd(server: Server, count: number, components: number): Promise<Crowd> {
  const releases = await makeReleases(server, count);
  const documents = releases.map((_release, i) => cyclonedx(components, i));
  const times: number[] = [];
  let peakRssBytes = 0;
  let running = true;
  const watch = (async () => {
    while (running) {
      const began = performance.now();
      await (await fetch(`${server.url}/health`)).arrayBuffer();
      times.push(performance.now() - began);
      peakRssBytes = Math.max(peakRssBytes, (await server.usage()).rssBytes);
      await sleep(4);
    }
  })();
  const began = performance.now();
  const statuses = await Promise.all(
    releases.map((release, i) => upload(server, release, documents[i] ?? '')),
  );
  const seconds = (performance.now() - began) / 1000;
  running = false;
  await watch;
  times.sort((a, b) => a - b);
  const stored = statuses.filter((status) => status === 201).length;
  return { stored, peakRssBytes, p99Ms: times[Math.floor(times.length * 0.99)] ?? 0, seconds };
}
