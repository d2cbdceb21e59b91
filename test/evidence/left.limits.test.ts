import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { receive } from '../../src/features/evidence/body.js';
import { documentReader } from '../../src/features/evidence/document-reader.js';
import { fairShare } from '../../src/shared/fair-share.js';
import { buildTestApp } from '../support/app.js';
import { holdTransaction, serverDatabaseUrl, sql, untilWaiting } from '../support/database.js';
import { bom } from '../support/documents.js';
import { sendInPieces, upload } from '../support/evidence.js';
import { createRelease } from '../support/releases.js';

/** Clients that disconnect, send slowly or send expensive documents do not block other clients. */

let app: Awaited<ReturnType<typeof buildTestApp>>;
let release: string;
beforeEach(async () => {
  app = await buildTestApp(serverDatabaseUrl());
  await app.listen({ host: '127.0.0.1', port: 0 });
  release = (await createRelease(app)).id;
});
afterEach(() => app.close());

const MIB = 1024 * 1024;

/** A document of about `bytes` bytes. */
const large = (bytes: number) =>
  JSON.stringify({ ...bom([{}]), properties: [{ name: 'x', value: 'a'.repeat(bytes) }] });

describe('memory for documents', () => {
  it('is released if a client does not wait for its answer', async () => {
    const [address] = app.addresses();
    const port = typeof address === 'object' ? address.port : 0;
    for (let n = 0; n < 12; n += 1) {
      const body = large(8 * MIB);
      const headers = { 'content-type': 'application/json', 'content-length': body.length };
      const path = `/releases/${release}/evidence`;
      const client = httpRequest({ host: '127.0.0.1', port, path, method: 'POST', headers });
      client.on('error', () => {});
      client.end(body);
      await once(client, 'finish');
      await new Promise((done) => setTimeout(done, 30));
      client.destroy();
    }
    const last = await upload(app, release, large(31 * MIB));
    expect(last.statusCode, last.body).toBe(201);
  });

  it('is released if the request ends before its body is decompressed', async () => {
    const memory = fairShare({ total: 32 * MIB, timeoutMs: 1000, busy: 'Busy' });
    const ending = new AbortController();
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    const body = Readable.from([gzipSync('{}')]);
    const reception = { memory, owner: 'a', signal: ending.signal };
    const received = receive(headers, body, reception);
    ending.abort();
    await expect(received).rejects.toMatchObject({ code: 'malformed-request' });
    await expect(memory.take(32 * MIB, 'b')).resolves.toBeDefined();
  });

  it.each([
    ['plain', {}],
    ['compressed', { 'content-encoding': 'gzip' }],
  ])(
    'is taken back from callers that send slowly, when somebody else waits: %s',
    async (_name, encoding) => {
      const limits = { total: 64 * MIB, each: 32 * MIB, timeoutMs: 10_000, patienceMs: 100 };
      const memory = fairShare({ ...limits, busy: 'Busy' });
      const { signal } = new AbortController();
      const type = { 'content-type': 'application/json' };
      const slow = ['a', 'b'].map((owner) => {
        const body = new Readable({ read() {} });
        body.push('{');
        const headers = { ...type, ...encoding, 'content-length': String(32 * MIB) };
        return receive(headers, body, { memory, owner, signal });
      });
      const body = Readable.from([Buffer.from('{}')]);
      const quick = receive({ ...type, 'content-length': '2' }, body, {
        memory,
        owner: 'c',
        signal,
      });
      const stopped = expect(Promise.race(slow)).rejects.toMatchObject({ code: 'overloaded' });
      expect((await quick).size).toBe(2);
      await stopped;
      for (const one of slow) one.catch(() => {});
    },
  );

  it('is limited per caller, so that slow uploads of one do not block another', async () => {
    let received = 0;
    app.server.on('request', () => {
      received += 1;
    });
    const slow = Array.from({ length: 3 }, () =>
      sendInPieces(app, release, ['{'], { 'content-length': String(32 * MIB) }, false),
    );
    await expect.poll(() => received).toBe(3);
    const other = await app.inject({
      method: 'POST',
      url: `/releases/${release}/evidence`,
      remoteAddress: '10.0.0.7',
      headers: { 'content-type': 'application/json' },
      payload: JSON.stringify(bom([{}])),
    });
    expect(other.statusCode).toBe(201);
    for (const { request, answer } of slow) {
      answer.catch(() => {});
      request.destroy();
    }
  });

  it('is not reserved if the release does not exist', async () => {
    const missing = '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e';
    const headers = { 'content-length': String(32 * MIB) };
    const { request, answer } = sendInPieces(app, missing, ['{'], headers, false);
    expect((await answer).status).toBe(404);
    request.destroy();
  });

  it('of a compressed document is reduced to its actual size', async () => {
    const packed = gzipSync(JSON.stringify(bom([{}])));
    const headers = { 'content-encoding': 'gzip' };
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        upload(app, release, packed, { headers, label: `l${i}` }),
      ),
    );
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(answers.map(() => 201));
  });
});

describe('the document reader', () => {
  const request = (text: string) => ({
    bytes: new Uint8Array(Buffer.from(text)),
    format: 'json' as const,
    kind: undefined,
    secretKey: new Uint8Array(32),
    receivedAt: new Date(),
  });

  it('stops parsing at its time limit and then parses waiting documents', async () => {
    const errors: Error[] = [];
    const reader = documentReader(1, (error) => errors.push(error), { timeoutMs: 300 });
    try {
      const warm = await documentReader(1, () => {}).open(request(JSON.stringify(bom([{}]))), {
        owner: 'a',
      });
      warm.close();
      const heavy = reader.open(request(`[${'{"a":"some text"},'.repeat(1_400_000)}0]`), {
        owner: 'a',
      });
      const waiting = Array.from({ length: 3 }, (_, i) =>
        reader.open(request('{"a":1}'), { owner: `b${i}` }).catch((error: unknown) => error),
      );
      await expect(heavy).rejects.toMatchObject({
        code: 'payload-too-large',
        message: 'Parsing the document takes longer than 0.3 s. Upload several smaller documents',
      });
      for (const answer of await Promise.all(waiting)) {
        expect(['document-unrecognized', 'payload-too-large']).toContain(
          (answer as { code: string }).code,
        );
      }
      expect(errors).toEqual([]);
    } finally {
      await reader.close();
    }
  });
});

describe('an upload with a label', () => {
  it('waits for another upload with its label longer than the usual lock timeout', async () => {
    const about = JSON.stringify([release, 'cyclonedx', null, 'a']);
    const impatient = await buildTestApp(serverDatabaseUrl(), { DATABASE_LOCK_TIMEOUT_MS: '100' });
    onTestFinished(() => impatient.close());
    const letGo = await holdTransaction(
      `SELECT pg_advisory_xact_lock(hashtextextended('${about}', 0))`,
    );
    const uploading = upload(impatient, release, bom([{}]), { label: 'a' });
    await untilWaiting(1);
    await sql('SELECT pg_sleep(0.3)'); // longer than the usual timeout, whatever the machine does
    await letGo();
    const answer = await uploading;
    expect(answer.statusCode, answer.body).toBe(201);
  });
});
