import { gzipSync } from 'node:zlib';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { NO_ROWS, rowCounts, sendInPieces, upload } from '../support/evidence.js';
import { createRelease } from '../support/releases.js';
import { expectProblem } from '../support/requests.js';

const MIB = 1024 * 1024;
const MAX = 32 * MIB;
const MAX_ROWS = 200_000;
/** Memory runs out before this time, also on a busy machine. */
const LONG_MS = 1_200_000;

const context = useApp();
let release: string;
beforeAll(() => context.app.listen({ host: '127.0.0.1', port: 0 }));
beforeEach(async () => {
  release = (await createRelease(context.app)).id;
});
afterEach(async () => expect(await rowCounts()).toEqual(NO_ROWS));
const send = (document: unknown, headers = {}) =>
  upload(context.app, release, document, { headers });

/** After a refusal, the next document must still be accepted. */
async function expectService() {
  expectProblem(await send('{}'), 422, 'document-unrecognized');
}

describe('POST /releases/{id}/evidence: 413 for', () => {
  it('a Content-Length of more than 32 MiB, before the body arrives', async () => {
    const headers = { 'content-length': String(MAX + 1) };
    const { request, answer } = sendInPieces(context.app, release, [], headers, false);
    const { status, body } = await answer;
    request.destroy();
    expect(status).toBe(413);
    expect(JSON.parse(body)).toMatchObject({
      code: 'payload-too-large',
      detail: 'A document may have at most 32 MiB after decompression',
    });
    await expectService();
  });

  it('a body of more than 32 MiB without Content-Length, before it ends', async () => {
    const piece = Buffer.alloc(MIB, ' ');
    const pieces = [...Array.from({ length: 32 }, () => piece), '{'];
    const { request, answer } = sendInPieces(context.app, release, pieces, {}, false);
    const { status, body } = await answer;
    request.destroy();
    expect(status).toBe(413);
    expect(JSON.parse(body).code).toBe('payload-too-large');
    await expectService();
  });

  it('a small body that is large after decompression', async () => {
    const packed = gzipSync(Buffer.alloc(33 * MIB, ' '));
    expect(packed.length).toBeLessThan(64 * 1024);
    const headers = { 'content-encoding': 'gzip' };
    expectProblem(await send(packed, headers), 413, 'payload-too-large');
    await expectService();
  });

  it('more than 200,000 components', async () => {
    const packages = Array.from({ length: MAX_ROWS + 1 }, () => ({ SPDXID: 'a', name: 'b' }));
    const document = { spdxVersion: 'SPDX-2.3', SPDXID: 'a', name: 'a', packages };
    const { detail } = expectProblem(await send(document), 413, 'payload-too-large');
    expect(detail).toBe('/packages has more than 200,000 packages');
  });

  it('more than 200,000 findings', async () => {
    const leaks = Array.from({ length: MAX_ROWS + 1 }, () => ({ RuleID: 'a', Match: 'b' }));
    const { detail } = expectProblem(await send(leaks), 413, 'payload-too-large');
    expect(detail).toBe('The document has more than 200,000 findings');
  });

  it('more than 3,000,000 values', async () => {
    const { detail } = expectProblem(
      await send(`[{}${',{}'.repeat(1_500_000)}]`),
      413,
      'payload-too-large',
    );
    expect(detail).toBe('The document has more than 3,000,000 values');
  });

  it('XML with more than 100 levels, with status 422 as for JSON', async () => {
    const nested = (n: number) => '<testsuite>'.repeat(n) + '</testsuite>'.repeat(n);
    const deep = await upload(context.app, release, nested(101), { type: 'text/xml' });
    const { detail } = expectProblem(deep, 422, 'document-invalid');
    expect(detail).toMatch(/^The document has more than 100 levels of elements \(line 1, column /);
  });

  it(
    'a document that needs more memory than a parser thread has',
    async () => {
      // An object with a numeric key is among the largest: it has room for that many elements, 330 bytes.
      const chain = `${'{"30":'.repeat(95)}0${'}'.repeat(95)}`;
      const text = `[0${`,${chain}`.repeat(31_000)}]`;
      expect(text.length).toBeLessThan(MAX);
      const [large] = await Promise.all([send(text), expectService()]);
      const { detail } = expectProblem(large, 413, 'payload-too-large');
      expect(detail).toBe(
        'Parsing the document takes more than 768 MiB of memory. Upload several smaller documents',
      );
      await expectService();
    },
    LONG_MS,
  );
});
