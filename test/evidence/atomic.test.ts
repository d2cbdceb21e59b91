import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { useApp } from '../support/app.js';
import { sql } from '../support/database.js';
import { bom, trivy } from '../support/documents.js';
import { NO_ROWS, rowCounts, sendInPieces, upload, uploaded } from '../support/evidence.js';
import { createRelease, digest } from '../support/releases.js';
import { expectProblem } from '../support/requests.js';

const context = useApp();
let release: string;
beforeAll(() => context.app.listen({ host: '127.0.0.1', port: 0 }));
beforeEach(async () => {
  release = (await createRelease(context.app)).id;
});

/** Large enough for two batches of rows. */
const LARGE = trivy(...Array.from({ length: 2500 }, (_, n) => ({ id: `CVE-2026-${n + 10_000}` })));

/** Runs `work` while the insert of the second batch of findings fails. */
async function withFailure(work: () => Promise<void>) {
  await sql(`CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'disk full'; END $$`);
  await sql(`CREATE TRIGGER fail BEFORE INSERT ON findings FOR EACH ROW
    WHEN (NEW.ordinal > 2100) EXECUTE FUNCTION fail()`);
  try {
    await work();
  } finally {
    await sql('DROP FUNCTION fail CASCADE');
  }
}

describe('an upload that fails while it is stored', () => {
  it('stores nothing and can be repeated', async () => {
    await withFailure(async () => {
      expectProblem(await upload(context.app, release, LARGE), 500, 'internal-error');
      expect(await rowCounts()).toEqual(NO_ROWS);
    });
    await uploaded(context.app, release, LARGE);
    const [row] = await sql(
      'SELECT count(*)::int AS n, min(ordinal) AS first, max(ordinal) AS last FROM findings',
    );
    expect(row).toEqual({ n: 2500, first: 0, last: 2499 });
    expect(await rowCounts()).toMatchObject({ evidence: 1, documents: 1 });
  });

  it('supersedes nothing', async () => {
    const { id } = await uploaded(context.app, release, trivy({}), { label: 'a' });
    await withFailure(async () => {
      const response = await upload(context.app, release, LARGE, { label: 'a' });
      expectProblem(response, 500, 'internal-error');
    });
    const evidence = await context.app.inject(`/evidence/${id}`);
    expect(evidence.json().status).toBe('current');
  });

  it('does not use up its Idempotency-Key', async () => {
    const headers = { 'idempotency-key': 'one' };
    await withFailure(async () => {
      const response = await upload(context.app, release, LARGE, { headers });
      expectProblem(response, 500, 'internal-error');
    });
    expect(await sql('SELECT 1 FROM idempotency_keys')).toHaveLength(0);
    const response = await upload(context.app, release, LARGE, { headers });
    expect(response.statusCode).toBe(201);
    expect(response.headers).not.toHaveProperty('idempotency-replayed');
  });

  it('frees its parser thread for the next upload', async () => {
    await withFailure(async () => {
      for (let i = 0; i < 4; i += 1) {
        const response = await upload(context.app, release, LARGE, { label: String(i) });
        expectProblem(response, 500, 'internal-error');
      }
      await uploaded(context.app, release, bom([{}]));
    });
  });
});

describe('a client that disconnects while it sends a document', () => {
  const text = JSON.stringify(trivy({}));

  it.each([
    ['with a Content-Length', text.slice(0, 50), { 'content-length': String(text.length) }],
    ['without a Content-Length', text.slice(0, 50), {}],
    ['with gzip', gzipSync(text).subarray(0, 30), { 'content-encoding': 'gzip' }],
  ])('%s: stores nothing and releases its memory', async (_case, piece, headers) => {
    let received = 0;
    const count = () => {
      received += 1;
    };
    context.app.server.on('request', count);
    onTestFinished(() => void context.app.server.off('request', count));
    // More clients than the memory has room for at the same time.
    const clients = Array.from({ length: 6 }, () =>
      sendInPieces(context.app, release, [piece], headers as Record<string, string>, false),
    );
    await expect.poll(() => received).toBe(6);
    const next = upload(context.app, release, bom([{}]));
    for (const { request } of clients) request.destroy();
    await Promise.allSettled(clients.map(({ answer }) => answer));
    expect((await next).statusCode).toBe(201);
    expect(await rowCounts()).toMatchObject({ evidence: 1, documents: 1, findings: 0 });
  });
});

describe('memory for documents', () => {
  /** Without a Content-Length, the server reserves the maximum size: a few uploads reserve all memory. */
  const send = (document: unknown, id = release, query = {}) =>
    context.app.inject({
      method: 'POST',
      url: `/releases/${id}/evidence`,
      query,
      payload: Readable.from([JSON.stringify(document)]),
      headers: { 'content-type': 'application/json' },
    });

  it('is released after success and after each refusal', async () => {
    const missing = '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e';
    const requests = [
      () => send({}),
      () => send(trivy({}), missing),
      () => send(trivy({}), 'none'),
      () => send(trivy({}), release, { kind: 'unknown' }),
      () => send(trivy({}), release, { artifact: digest(1) }),
      () => send(trivy({})),
    ];
    for (const request of requests) {
      const answers = await Promise.all(Array.from({ length: 5 }, request));
      for (const { statusCode } of answers) expect([200, 201, 400, 404, 422]).toContain(statusCode);
    }
    expect(await rowCounts()).toMatchObject({ evidence: 1 });
  });
});
