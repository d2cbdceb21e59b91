import { gzipSync } from 'node:zlib';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { kinds } from '../../src/documents/kinds/index.js';
import { useApp } from '../support/app.js';
import { bom, junit, sarif, trivy } from '../support/documents.js';
import {
  NO_ROWS,
  rowCounts,
  sendInPieces,
  type UploadOptions,
  upload,
  uploaded,
} from '../support/evidence.js';
import { addArtifact, createRelease, digest } from '../support/releases.js';
import { expectProblem } from '../support/requests.js';

const context = useApp();
let release: string;
beforeAll(() => context.app.listen({ host: '127.0.0.1', port: 0 }));
beforeEach(async () => {
  release = (await createRelease(context.app)).id;
});
const send = (document: unknown, options?: UploadOptions) =>
  upload(context.app, release, document, options);

/** The summary of the example of each kind. */
const SUMMARIES: Record<string, object> = {
  junit: { tests: { tests: 3, passed: 1, failures: 1, errors: 0, skipped: 1 } },
  trx: { tests: { tests: 2, passed: 1, failures: 1, errors: 0, skipped: 0 } },
  'go-test': { tests: { tests: 2, passed: 1, failures: 1, errors: 0, skipped: 0 } },
  cyclonedx: {
    components: { total: 1, withoutPurl: 0 },
    findings: { total: 1, distinct: 1, bySeverity: { high: 1 } },
    claims: { total: 1, absolving: 0 },
  },
  'cyclonedx-xml': { components: { total: 1, withoutPurl: 0 } },
  spdx: { components: { total: 1, withoutPurl: 0 } },
  trivy: {
    findings: {
      total: 2,
      reportedBySeverity: { critical: 0, high: 1, medium: 1 },
      fixableBySeverity: { medium: 1, high: 0 },
      byType: { vulnerability: 1, misconfiguration: 1 },
    },
  },
  grype: { findings: { total: 1, bySeverity: { high: 1 }, fixableBySeverity: { high: 1 } } },
  gitleaks: { findings: { total: 1, byType: { secret: 1 } }, masked: true },
  'npm-audit': { findings: { total: 1, bySeverity: { high: 1 } } },
  osv: { findings: { total: 1, bySeverity: { high: 1 }, fixableBySeverity: { high: 1 } } },
  sarif: { findings: { total: 1, byType: { code: 1 } }, claims: { total: 1, absolving: 0 } },
  semgrep: { findings: { total: 1, byType: { code: 1 } } },
  openvex: { claims: { total: 2, absolving: 0 } },
};

describe.each(kinds.map(({ name, example, format, load }) => ({ name, example, format, load })))(
  'POST /releases/{id}/evidence: 201 for the example of $name',
  ({ name, example, format, load }) => {
    const type = `application/${format}`;

    it('is recognized by its content', async () => {
      const response = await send(example, { type });
      expect(response.statusCode, response.body).toBe(201);
      const { supersedes, warnings, ...evidence } = response.json();
      expect([supersedes, warnings]).toEqual([[], []]);
      expect(response.headers.location).toBe(`/evidence/${evidence.id}`);
      expect(evidence).toMatchObject({
        projectId: 1,
        releaseId: release,
        kind: name,
        status: 'current',
        artifact: null,
        label: null,
        mediaType: type,
        parserVersion: (await load()).version,
        createdBy: 'anonymous',
        supersededBy: null,
        retractedAt: null,
      });
      expect(evidence.createdAt).toBe(evidence.lastReceivedAt);
      const { shows, coverage, targets, ...numbers } = evidence.summary;
      for (const list of [shows, coverage, targets]) expect(list).toEqual(expect.any(Array));
      const expected = SUMMARIES[name];
      if (!expected) throw new Error(`SUMMARIES has no entry for the kind ${name}: add it`);
      expect(numbers).toMatchObject(expected);
      expect(Object.keys(numbers)).toEqual(Object.keys(expected));
      const read = await context.app.inject(response.headers.location ?? '');
      expect(read.json()).toEqual(evidence);
    });

    it('is accepted if the query names its kind', async () => {
      const evidence = await uploaded(context.app, release, example, { type, kind: name });
      expect(evidence.kind).toBe(name);
    });
  },
);

describe('POST /releases/{id}/evidence: 201 for', () => {
  it.each(['[]', 'null', ' [ ]\n'])('%j of Gitleaks, if the query names the kind', async (text) => {
    expectProblem(await send(text), 422, 'document-unrecognized');
    expect(await rowCounts()).toEqual(NO_ROWS);
    const { summary } = await uploaded(context.app, release, text, { kind: 'gitleaks' });
    expect(summary.findings).toMatchObject({ total: 0, distinct: 0 });
    expect(summary).not.toHaveProperty('masked');
  });

  it.each([
    ['text/xml', 'text/xml'],
    ['application/junit+xml', 'application/junit+xml'],
    ['Application/XML; charset=UTF-8', 'application/xml'],
  ])('XML as %s', async (type, mediaType) => {
    const response = await send(junit('passed'), { type });
    expect(response.json()).toMatchObject({ kind: 'junit', mediaType });
  });

  it.each([
    ['application/sarif+json', 'application/sarif+json'],
    ['application/json; charset="utf-8"', 'application/json'],
    ['application/json;charset=us-ascii', 'application/json'],
    ['text/json', 'text/json'],
  ])('JSON as %s', async (type, mediaType) => {
    const response = await send(sarif([{}]), { type });
    expect(response.json()).toMatchObject({ kind: 'sarif', mediaType });
  });

  it.each(['application/json', 'application/x-ndjson', 'application/jsonl', 'text/x-ndjson'])(
    'JSON Lines as %s',
    async (type) => {
      const line = (Action: string) => `{"Action":"${Action}","Package":"a","Test":"TestA"}\n`;
      const response = await send(line('run') + line('pass'), { type });
      expect(response.json()).toMatchObject({ kind: 'go-test', mediaType: type });
    },
  );

  it('a CycloneDX media type with its version', async () => {
    const type = 'application/vnd.cyclonedx+json; version=1.6';
    const response = await send(bom([{}]), { type });
    expect(response.json()).toMatchObject({
      kind: 'cyclonedx',
      specVersion: '1.6',
      mediaType: 'application/vnd.cyclonedx+json',
    });
  });

  it.each(['gzip', 'GZIP', 'x-gzip'])('a document with Content-Encoding: %s', async (encoding) => {
    const text = JSON.stringify(trivy({}));
    const headers = { 'content-encoding': encoding };
    const evidence = await uploaded(context.app, release, gzipSync(text), { headers });
    expect(evidence).toMatchObject({ kind: 'trivy', size: text.length });
  });

  it('a document with a byte order mark', async () => {
    const json = await uploaded(context.app, release, `\ufeff${JSON.stringify(trivy({}))}`);
    const type = 'application/xml';
    const xml = await uploaded(context.app, release, `\ufeff${junit('passed')}`, { type });
    expect([json.kind, xml.kind]).toEqual(['trivy', 'junit']);
  });

  it.each([
    [
      'JSON with keys that pollute prototypes',
      '{"__proto__": {"a": 1}, "constructor": {"prototype": {}}',
    ],
    ['JSON that repeats a name with the same value', '{"SchemaVersion":2'],
  ])('%s', async (_case, start) => {
    const text = `${start}, ${JSON.stringify(trivy({})).slice(1)}`;
    const evidence = await uploaded(context.app, release, text);
    expect(evidence).toMatchObject({ kind: 'trivy', summary: { findings: { total: 1 } } });
    const document = await context.app.inject(`/evidence/${evidence.id}/document`);
    expect(document.body).toBe(text);
    expect(Object.prototype).not.toHaveProperty('a');
  });

  it('a document with a label and an upper-case artifact digest', async () => {
    const sha256 = await addArtifact(context.app, release, { sha256: digest(0xabc) });
    const label = 'trivy:linux/amd64@1+x_y-z.0';
    const options = { artifact: sha256.toUpperCase(), label };
    const evidence = await uploaded(context.app, release, trivy({}), options);
    expect(evidence).toMatchObject({ artifact: sha256, label });
  });
});

describe('POST /releases/{id}/evidence: 201 for a document without Content-Length', () => {
  const text = JSON.stringify(trivy({}));
  const pieces = [text.slice(0, 20), text.slice(20)];

  it('uncompressed', async () => {
    const { status, body } = await sendInPieces(context.app, release, pieces).answer;
    expect(status, body).toBe(201);
    expect(JSON.parse(body)).toMatchObject({ kind: 'trivy', size: text.length });
  });

  it('compressed', async () => {
    const packed = gzipSync(text);
    const headers = { 'content-encoding': 'gzip' };
    const half = [packed.subarray(0, 30), packed.subarray(30)];
    const { status, body } = await sendInPieces(context.app, release, half, headers).answer;
    expect(status, body).toBe(201);
    expect(JSON.parse(body)).toMatchObject({ kind: 'trivy', size: text.length });
  });
});
