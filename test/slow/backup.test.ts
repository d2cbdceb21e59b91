import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { ask } from '../support/answers.js';
import { besides, contents, onCluster, runBuilt, validateForeignKeys } from '../support/backup.js';
import { grype } from '../support/documents.js';
import { useEmbedded } from '../support/embedded.js';
import { Ledger } from '../support/ledger.js';
import { runProgram, stop } from '../support/process.js';

/** A backup while many write: what was acknowledged before it is in it, and what is in it is complete. */
const embedded = useEmbedded();

const COMMIT = '8f3c2a1b9d4e5f60718293a4b5c6d7e8f9012345';
const WRITERS = 3;
const UPLOADERS = 2;
const FINDINGS = 300;
/** Tables whose rows change after they were written. Rows of the others stay as they are. */
const CHANGED = new Set([
  'api_tokens',
  'event_imports',
  'log_queue',
  'log_tiles',
  'logs',
  'idempotency_keys',
  'release_facts',
  'project_usage',
  'releases',
]);

const report = (serial: number) =>
  grype(
    ...Array.from({ length: FINDINGS }, (_, i) => ({ id: `CVE-${2000 + serial}-${10_000 + i}` })),
  );

class Writing {
  readonly projects = new Ledger();
  /** The number of the document of each acknowledged upload, by the id of its evidence. */
  readonly evidence = new Map<string, number>();
  readonly #stopping = new AbortController();
  readonly #ended: Promise<unknown>;

  constructor(url: string, release: string, headers: Record<string, string>) {
    const create = async (writer: number) => {
      for (let n = 0; !this.#stopping.signal.aborted; n += 1)
        await this.projects.create(url, `project ${n} of writer ${writer}`, headers);
    };
    const upload = async (uploader: number) => {
      for (let n = 0; !this.#stopping.signal.aborted; n += 1) {
        const serial = n * UPLOADERS + uploader;
        const request = { method: 'POST', json: report(serial), headers };
        const label = `label=${serial}`;
        const answer = await ask(`${url}/releases/${release}/evidence?${label}`, request);
        if (answer.status === 201) this.evidence.set(String(answer.body.id), serial);
      }
    };
    this.#ended = Promise.all([
      ...Array.from({ length: WRITERS }, (_, i) => create(i)),
      ...Array.from({ length: UPLOADERS }, (_, i) => upload(i)),
    ]);
  }

  acknowledged() {
    return { projects: new Map(this.projects.acknowledged), evidence: new Map(this.evidence) };
  }

  /** Waits until more is acknowledged. */
  async more() {
    const before = this.acknowledged();
    const enough = () =>
      this.projects.acknowledged.size > before.projects.size + 10 &&
      this.evidence.size > before.evidence.size + 3;
    await expect.poll(enough, { interval: 10 }).toBe(true);
  }

  async stop() {
    this.#stopping.abort();
    await this.#ended;
  }
}

describe('a backup while projects are created and evidence is uploaded', () => {
  it('has all that was acknowledged before it, and nothing half', async () => {
    const args = ['create', '--name', 'a', '--subject', 'alice', '--scopes', 'all'];
    const token = runProgram('dist/token.js', embedded.env, ...args);
    expect(await token.exit).toBe(0);
    const headers = { authorization: `Bearer ${token.output().trim().split('\n').at(-1)}` };
    const server = await embedded.start({ AUTH_MODE: 'token', LOG_LEVEL: 'warn' });
    const send = (path: string, method: string, json: unknown) =>
      ask(`${server.url}${path}`, { method, json, headers });
    const project = await send('/projects', 'POST', { name: 'Shop' });
    const at = `/projects/${project.body.id}/releases/1.0.0`;
    const release = String((await send(at, 'PUT', { commit: COMMIT })).body.id);

    const writing = new Writing(server.url, release, headers);
    await writing.more();
    const before = writing.acknowledged();
    const folder = besides(embedded.folder, 'backup');
    const made = await runBuilt('backup', embedded.env, folder);
    expect(made.code, made.output).toBe(0);
    const during = writing.acknowledged();
    await writing.more();
    await writing.stop();
    expect(await stop(server)).toBe(0);
    const live = await onCluster(embedded.folder, contents);

    const env = { ...embedded.env, EMBEDDED_PG_DIR: besides(embedded.folder, 'restored') };
    const restored = await runBuilt('restore', env, folder);
    expect(restored.code, restored.output).toBe(0);

    await onCluster(env.EMBEDDED_PG_DIR, async (client) => {
      const found = await contents(client);
      expect([...found.keys()]).toEqual([...live.keys()]);
      for (const [table, rows] of found) {
        if (CHANGED.has(table)) continue;
        const lived = new Set(live.get(table));
        expect(
          rows.filter((row) => !lived.has(row)),
          table,
        ).toEqual([]);
      }
      const { rows: projects } = await client.query<{ id: number; name: string }>(
        'SELECT id, name FROM projects',
      );
      const byName = new Map(projects.map(({ id, name }) => [name, id]));
      expect([...before.projects].filter(([name, id]) => byName.get(name) !== id)).toEqual([]);
      const { rows: evidence } = await client.query<{ id: string; whole: boolean }>(
        `SELECT id, (SELECT count(*) = $1 FROM findings f WHERE f.evidence_id = e.id)
                    AND EXISTS (SELECT 1 FROM document_chunks c
                                 WHERE c.project_id = e.project_id AND c.sha256 = e.stored_sha256)
                    AND EXISTS (SELECT 1 FROM events v WHERE v.type = 'evidence.received'
                                   AND v.subject_id = e.id::text) AS whole FROM evidence e`,
        [FINDINGS],
      );
      expect(evidence.filter(({ whole }) => !whole)).toEqual([]);
      const ids = new Set(evidence.map(({ id }) => id));
      expect([...before.evidence.keys()].filter((id) => !ids.has(id))).toEqual([]);
      const { rows: silent } = await client.query(
        `SELECT id FROM projects p WHERE NOT EXISTS (SELECT 1 FROM events v
                 WHERE v.type = 'project.created' AND v.subject_id = p.id::text)`,
      );
      expect(silent).toEqual([]);
      const { rows: early } = await client.query(
        `SELECT subject_kind, subject_id FROM events v
          WHERE v.type = 'evidence.received' AND NOT EXISTS (SELECT 1 FROM evidence e WHERE e.id::text = v.subject_id)
             OR v.type = 'project.created' AND NOT EXISTS (SELECT 1 FROM projects p WHERE p.id::text = v.subject_id)`,
      );
      expect(early).toEqual([]);
      const { rows: miscounted } = await client.query(
        `SELECT project_id FROM project_usage u
          WHERE document_bytes <> (SELECT sum(size) FROM documents d WHERE d.project_id = u.project_id)`,
      );
      expect(miscounted).toEqual([]);
      expect(await validateForeignKeys(client)).toBeGreaterThan(10);
      console.log(
        `acknowledged before the backup: ${before.projects.size} projects, ${before.evidence.size} evidence; ` +
          `during it: ${during.projects.size - before.projects.size}, ${during.evidence.size - before.evidence.size}; ` +
          `restored: ${projects.length - 1}, ${evidence.length}`,
      );
    });
    expect(during.projects.size).toBeGreaterThan(before.projects.size);
    expect(during.evidence.size).toBeGreaterThan(before.evidence.size);

    const again = await embedded.start({ ...env, AUTH_MODE: 'token' });
    expect((await fetch(`${again.url}/health/ready`)).status).toBe(200);
    expect((await fetch(`${again.url}/projects`)).status).toBe(401);
    for (const [id, serial] of before.evidence) {
      const answer = await fetch(`${again.url}/evidence/${id}/document`, { headers });
      expect(await answer.text()).toBe(JSON.stringify(report(serial)));
    }
    const json = { name: 'After the restore' };
    const created = await ask(`${again.url}/projects`, { method: 'POST', json, headers });
    expect(created.status).toBe(201);
    expect(await readFile(`${env.EMBEDDED_PG_DIR}/password`)).toEqual(
      await readFile(`${embedded.folder}/password`),
    );
  });
});
