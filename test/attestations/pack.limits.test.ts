import { createHash, randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { sql } from '../support/database.js';
import { logApp, tamper } from '../support/log.js';
import { createRelease } from '../support/releases.js';
import { evidenceOfAll, verdictOf } from '../support/verdicts.js';

const MIB = 1024 * 1024;
const DOCUMENTS = 40;
const SIZE = 16 * MIB;
const CHUNK = MIB;

/** A stored document that does not compress, and evidence that has it. Reading so many real ones would take minutes. */
async function storeDocument(evidence: string): Promise<void> {
  const content = randomBytes(SIZE);
  const packed = gzipSync(content, { level: 0 });
  const digest = createHash('sha256').update(content).digest('hex');
  await sql('INSERT INTO documents (project_id, sha256, size, gzip_size) VALUES (1, $1, $2, $3)', [
    digest,
    SIZE,
    packed.length,
  ]);
  for (let at = 0; at < packed.length; at += CHUNK) {
    const part = packed.subarray(at, at + CHUNK).toString('hex');
    await tamper(
      `INSERT INTO document_chunks VALUES (1, '${digest}', ${at / CHUNK}, decode('${part}', 'hex'))`,
    );
  }
  const columns = `project_id, release_id, kind, parser_version, media_type, received_sha256, size, summary,
                   may_absolve, absolves, created_by`;
  await tamper(`
    WITH added AS (
      INSERT INTO evidence (${columns}, stored_sha256)
      SELECT ${columns}, '${digest}' FROM evidence WHERE id = '${evidence}' RETURNING id, release_id)
    INSERT INTO events (type, subject_kind, subject_id, project_id, release_id, actor, data)
    SELECT 'evidence.received', 'evidence', id, 1, release_id, 'test', '{}' FROM added`);
}

it('an audit pack of 640 MiB takes a part of it in memory, however slowly it is read', async () => {
  const { app, settle } = await logApp();
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const { id } = await createRelease(app);
  const { tests } = await evidenceOfAll(app, id);
  for (let n = 0; n < DOCUMENTS; n += 1) await storeDocument(tests.id);
  await sql('INSERT INTO log_queue SELECT id FROM events ON CONFLICT DO NOTHING');
  await verdictOf(app, id);
  await settle();

  const response = await fetch(`http://127.0.0.1:${port}/releases/${id}/audit-pack`);
  expect(response.status).toBe(200);
  global.gc?.();
  const { rss: before } = process.memoryUsage();
  let bytes = 0;
  let most = 0;
  for await (const piece of response.body ?? []) {
    bytes += piece.length;
    most = Math.max(most, process.memoryUsage().rss - before);
  }
  expect(bytes).toBeGreaterThan(DOCUMENTS * SIZE);
  expect(most / MIB).toBeLessThan(150);
});
