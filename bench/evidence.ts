import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { cyclonedx } from './evidence-documents.js';
import type { Server } from './servers.js';

const TICK_US = 10_000; // of Linux' clock for processes
const COMMIT = 'b'.repeat(40);

/** CPU time of PostgreSQL with all of its processes so far, microseconds; 0 where there is no /proc. */
export function postgresCpuUs(dataFolder: string): number {
  try {
    const [postmaster] = readFileSync(join(dataFolder, 'postmaster.pid'), 'utf8').split('\n');
    let ticks = 0;
    for (const process of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      const stat = statOf(process);
      if (process === postmaster)
        ticks += sum(stat, 11, 15); // and those that have ended
      else if (stat[1] === postmaster) ticks += sum(stat, 11, 13);
    }
    return ticks * TICK_US;
  } catch {
    return 0;
  }
}

/** Fields of `/proc/PID/stat` behind the name, from the third (the state) on. */
function statOf(process: string): string[] {
  try {
    return readFileSync(`/proc/${process}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  } catch {
    return []; // it has ended meanwhile
  }
}

const sum = (fields: string[], from: number, to: number) =>
  fields.slice(from, to).reduce((total, field) => total + Number(field), 0);

export async function send(url: string, method: string, body: object): Promise<{ id: string }> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method, headers, body: JSON.stringify(body) });
  return (await response.json()) as { id: string };
}

/** New releases to upload to. */
export async function makeReleases(server: Server, count: number): Promise<string[]> {
  const { id: project } = await send(`${server.url}/projects`, 'POST', { name: 'bench' });
  const ids: string[] = [];
  for (let i = 0; i < count; i += 1) {
    const url = `${server.url}/projects/${project}/releases/v${i}`;
    ids.push((await send(url, 'PUT', { commit: COMMIT })).id);
  }
  return ids;
}

/** Uploads a document; the status of the answer. */
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
  /** CPU of the program, and of PostgreSQL; milliseconds a document. */
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

/** What it costs to store a document with 1,000 components, a new one each time. */
export async function storeCost(server: Server, dataFolder: string, times: number): Promise<Cost> {
  const releases = await makeReleases(server, times + 10);
  const document = cyclonedx(1000);
  for (const release of releases.splice(0, 10)) await upload(server, release, document); // warm
  const usage = async () => (await server.usage()).cpuUs;
  return costOf(times, usage, dataFolder, async (i) => {
    const status = await upload(server, releases[i] ?? '', document);
    if (status !== 201) throw new Error(`an upload was answered ${status}`);
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

/** What nobody can do without: to parse the same document, and to insert its rows by one statement. */
export async function leastCost(url: string, dataFolder: string, times: number): Promise<Cost> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(
    `SELECT project_id, release_id, id FROM evidence WHERE kind = 'cyclonedx' ORDER BY id DESC LIMIT 1`,
  );
  const { project_id, release_id, id } = rows[0];
  // It refuses rows for evidence that is there already, which is all that there is here.
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
  /** How many were answered 201. */
  readonly stored: number;
  readonly peakRssBytes: number;
  /** Of GET /health meanwhile, milliseconds. */
  readonly p99Ms: number;
  readonly seconds: number;
}

/** Many uploads at once, and somebody who asks for /health all the while. */
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
