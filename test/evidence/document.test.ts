import { createHash, randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { sql } from '../support/database.js';
import { bom, junit, leak, trivy } from '../support/documents.js';
import { rowCounts, type UploadOptions, uploaded } from '../support/evidence.js';
import { createRelease } from '../support/releases.js';
import { expectProblem } from '../support/requests.js';

const context = useApp();
let release: string;
beforeEach(async () => {
  release = (await createRelease(context.app)).id;
});
const send = (document: unknown, options?: UploadOptions) =>
  uploaded(context.app, release, document, options);
const download = (id: string, headers = {}) =>
  context.app.inject({ url: `/evidence/${id}/document`, headers });
const sha256 = (text: string | Buffer) => createHash('sha256').update(text).digest('hex');

describe('GET /evidence/{id}/document: 200', () => {
  it.each([
    ['JSON with its white space', `\n {"Results":  [ ],\r\n"SchemaVersion": 2.0 }\t`, 'json'],
    ['JSON with its byte order mark', `\ufeff${JSON.stringify(trivy({ name: 'ä€😀' }))}`, 'json'],
    [
      'XML with comments and processing instructions',
      `${junit('passed')}<!-- a -->\n<?b?>\n`,
      'xml',
    ],
  ])('returns the bytes of %s unchanged', async (_case, text, format) => {
    const type = `application/${format}`;
    const { id, kind, receivedSha256, storedSha256 } = await send(text, { type });
    expect([receivedSha256, storedSha256]).toEqual([sha256(text), sha256(text)]);
    const response = await download(id);
    expect(response.statusCode).toBe(200);
    expect(response.rawPayload.equals(Buffer.from(text))).toBe(true);
    expect(response.headers).toMatchObject({
      'content-type': type,
      'content-length': String(Buffer.byteLength(text)),
      'content-disposition': `attachment; filename="${kind}-${id}.${format}"`,
      etag: `"${storedSha256}"`,
    });
    expect(response.headers).not.toHaveProperty('content-encoding');
  });

  it.each([
    ['application/sarif+json', 'application/sarif+json', 'json'],
    ['Application/JUnit+XML; charset=utf-8', 'application/junit+xml', 'xml'],
  ])('returns the media type of the upload: %s', async (type, mediaType, ending) => {
    const document = ending === 'xml' ? junit('passed') : trivy({});
    const { id } = await send(document, { type });
    const { headers } = await download(id);
    expect(headers['content-type']).toBe(mediaType);
    expect(headers['content-disposition']).toMatch(new RegExp(`\\.${ending}"$`));
  });

  it.each([
    ['application/xml; charset=ISO-8859-1', 'application/xml; charset=windows-1252', 'latin1'],
    ['text/xml;charset="utf-16"', 'text/xml; charset=utf-16le', 'utf16le'],
  ] as const)('returns the charset of the upload: %s', async (type, mediaType, encoding) => {
    const text = '<testsuite name="prüft"><testcase name="a"/></testsuite>';
    const bytes = Buffer.from(text, encoding);
    const evidence = await send(bytes, { type });
    expect(evidence).toMatchObject({ mediaType });
    const { headers, rawPayload } = await download(evidence.id);
    expect(headers['content-type']).toBe(mediaType);
    expect(headers['content-disposition']).toMatch(/\.xml"$/);
    expect(rawPayload.equals(bytes)).toBe(true);
  });

  it('returns XML of another charset as UTF-8 after its secrets were masked', async () => {
    const text = '<testsuite name="prüft https://a:b@c/"><testcase name="a"/></testsuite>';
    const bytes = Buffer.from(`<?xml version="1.0" encoding="UTF-16"?>${text}`, 'latin1');
    const type = 'application/xml; charset=iso-8859-1';
    const evidence = await send(bytes, { type });
    expect(evidence).toMatchObject({ mediaType: 'application/xml' });
    const { body } = await download(evidence.id);
    expect(body).toMatch(/encoding="UTF-8"\?>.*prüft https:\/\/a:\*\*\*/s);
  });

  it('returns a compressed upload decompressed', async () => {
    const text = JSON.stringify(trivy({}));
    const headers = { 'content-encoding': 'gzip' };
    const evidence = await send(gzipSync(text), { headers });
    expect(evidence.receivedSha256).toBe(sha256(text));
    expect((await download(evidence.id)).body).toBe(text);
  });

  it('returns a document of several megabytes', async () => {
    const noise = randomBytes(3 * 1024 * 1024).toString('base64');
    const text = JSON.stringify({ ...trivy({}), noise });
    const { id } = await send(text);
    expect((await rowCounts()).document_chunks).toBeGreaterThan(5);
    const response = await download(id);
    expect(sha256(response.rawPayload)).toBe(sha256(text));
    expect(response.headers['content-length']).toBe(String(text.length));
  });

  it('answers HEAD with the same headers and no body', async () => {
    const { id } = await send(trivy({}));
    const head = await context.app.inject({ method: 'HEAD', url: `/evidence/${id}/document` });
    expect(head.statusCode).toBe(200);
    expect(head.body).toBe('');
    const { date: _date, 'x-request-id': _id, ...headers } = (await download(id)).headers;
    expect(head.headers).toMatchObject(headers);
  });
});

describe('GET /evidence/{id}/document', () => {
  it('answers 304 if If-None-Match has the digest', async () => {
    const { id, storedSha256 } = await send(bom([{}]));
    const tag = `"${storedSha256}"`;
    for (const known of [tag, `W/${tag}`, '*', `"other", ${tag}`]) {
      const response = await download(id, { 'if-none-match': known });
      expect(response.statusCode, known).toBe(304);
      expect(response.body).toBe('');
      expect(response.headers.etag).toBe(tag);
    }
    for (const other of ['"other"', storedSha256])
      expect((await download(id, { 'if-none-match': other })).statusCode, other).toBe(200);
  });

  it.each(['', '/document'])('answers 404 if the evidence does not exist: %s', async (path) => {
    const url = `/evidence/019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e${path}`;
    expectProblem(await context.app.inject(url), 404, 'evidence-not-found');
    expectProblem(await context.app.inject(`/evidence/1${path}`), 400, 'validation-failed');
  });

  it('aborts the connection if the document cannot be read completely', async () => {
    const noise = randomBytes(1024 * 1024).toString('base64');
    const { id } = await send({ ...trivy({}), noise });
    await sql(
      `BEGIN; SET LOCAL session_replication_role = replica;
       DELETE FROM document_chunks WHERE ordinal > 0; COMMIT`,
    );
    await expect(download(id)).rejects.toThrow();
  });
});

describe('a document with secrets', () => {
  it('is stored with masked secrets and its own digest', async () => {
    const report = [leak('zQ8/+k3?Lw9xV=Tn')];
    const { id, receivedSha256, storedSha256, summary } = await send(report);
    expect(receivedSha256).toBe(sha256(JSON.stringify(report)));
    expect(summary.masked).toBe(true);
    const response = await download(id);
    expect(sha256(response.body)).toBe(storedSha256);
    expect(storedSha256).not.toBe(receivedSha256);
    expect(response.json()).toEqual([{ ...report[0], Secret: '***', Match: '***' }]);
    expect(response.headers['content-length']).toBe(String(response.rawPayload.length));
  });
});
