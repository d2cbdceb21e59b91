import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { bom, leak, trivy } from '../support/documents.js';
import { NO_ROWS, rowCounts, type UploadOptions, upload } from '../support/evidence.js';
import { createRelease } from '../support/releases.js';
import { expectProblem, pointers } from '../support/requests.js';

const context = useApp();
let release: string;
beforeEach(async () => {
  release = (await createRelease(context.app)).id;
});
afterEach(async () => expect(await rowCounts()).toEqual(NO_ROWS));

const send = (document: unknown, options?: UploadOptions) =>
  upload(context.app, release, document, options);

describe('POST /releases/{id}/evidence: 422 for', () => {
  const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

  it('malformed JSON, with its position and without a quote', async () => {
    const response = await send('{\n  "password": hunter2\n}');
    const problem = expectProblem(response, 422, 'document-invalid');
    expect(problem.errors).toEqual([
      {
        in: 'body',
        pointer: '',
        message: 'is not valid JSON: invalid symbol (line 2, column 15)',
      },
    ]);
    expect(response.body).not.toContain('hunter2');
  });

  it('malformed XML, with its position', async () => {
    const text = '<testsuite>\n  <testcase>\n</testsuite>';
    const response = await send(text, { type: 'text/xml' });
    const { detail } = expectProblem(response, 422, 'document-invalid');
    expect(detail).toMatch(/^The document is not well-formed XML: .+ \(line 3, column \d+\)$/);
  });

  it.each([
    [
      'a field of the wrong type',
      { SchemaVersion: 2, Results: [{ Target: 5 }] },
      '/Results/0/Target',
    ],
    ['an unknown version', { SchemaVersion: 3, Results: [] }, '/SchemaVersion'],
    [
      'a missing field',
      { SchemaVersion: 2, Results: [{ 'a/b': 1, Vulnerabilities: [{}] }] },
      '/Results/0/Vulnerabilities/0/VulnerabilityID',
    ],
    [
      'a CycloneDX component without a name',
      { ...bom([]), components: [{ type: 'library' }] },
      '/components/0/name',
    ],
  ])('%s, with a pointer', async (_case, document, pointer) => {
    const problem = expectProblem(await send(document), 422, 'document-invalid');
    expect(pointers(problem)).toEqual([pointer]);
    expect(problem.detail.startsWith(`${pointer} `)).toBe(true);
  });

  it.each([
    ['a DOCTYPE', '<!DOCTYPE a [<!ENTITY b "c">]>\n<testsuite name="&b;"/>', 'has a DOCTYPE'],
    ['an entity', '<testsuite name="&b;"/>', 'has an entity that is not predefined'],
    ['an unknown encoding', '<?xml version="1.0" encoding="EBCDIC"?><a/>', 'encoding EBCDIC'],
    ['another root', '<a/>', 'must have the root element', 'junit'],
    ['JSON', '{"a": 1}', 'is JSON. Send it with a JSON media type'],
  ])('XML with %s', async (_case, text, fault, kind = undefined) => {
    const options = { type: 'application/xml', ...(kind && { kind }) };
    expect(expectProblem(await send(text, options), 422, 'document-invalid').detail).toContain(
      fault,
    );
  });

  it('XML sent as JSON', async () => {
    const { detail } = expectProblem(await send(' <testsuite/>'), 422, 'document-invalid');
    expect(detail).toBe(
      'The document is XML. Send it with an XML media type: Content-Type: application/xml',
    );
  });

  it('JSON with more than 100 levels', async () => {
    expectProblem(await send(nested(100)), 422, 'document-unrecognized');
    const { detail } = expectProblem(await send(nested(101)), 422, 'document-invalid');
    expect(detail).toBe('The document is nested deeper than 100 levels');
  });

  it('JSON that repeats a name with another value, with its place', async () => {
    const text = '{"SchemaVersion":2,"Results":[{"Vulnerabilities":[]}],\n"Results":[]}';
    const { detail } = expectProblem(await send(text), 422, 'document-invalid');
    expect(detail).toContain('/Results repeats the name with another value');
    expect(detail).toContain('(line 2, column 1)');
  });

  it('bytes that are not UTF-8', async () => {
    for (const type of ['application/json', 'application/xml']) {
      const response = await send(Buffer.from('{"a": "\xe4"}', 'latin1'), { type });
      const { detail } = expectProblem(response, 422, 'document-invalid');
      expect(detail).toBe('The document is not valid UTF-8');
    }
  });

  it.each(['{}', '[{}]', '{"matches":[]}', '{"runs":[]}', '"text"', '5', 'true'])(
    'a document of unknown kind: %s',
    async (text) => {
      const { detail } = expectProblem(await send(text), 422, 'document-unrecognized');
      expect(detail).toMatch(/Name its kind with \?kind=$/);
    },
  );

  it('an XML document of unknown kind', async () => {
    const response = await send('<a/>', { type: 'application/xml' });
    const { detail } = expectProblem(response, 422, 'document-unrecognized');
    expect(detail).toMatch(/ as junit, trx, cyclonedx-xml\. Name its kind with \?kind=$/);
  });

  it.each(['[]', 'null'])('an empty document: %s', async (text) => {
    const { detail } = expectProblem(await send(text), 422, 'document-unrecognized');
    expect(detail).toContain('Name its kind with ?kind=, such as ?kind=gitleaks');
  });

  it('a document of another kind than the query names', async () => {
    const grype = await send(trivy({}), { kind: 'grype' });
    expect(pointers(expectProblem(grype, 422, 'document-invalid'))).toEqual(['']);
    expect(grype.json().detail).toBe('The document is of the kind trivy, not grype');
    const unknown = await send({ a: 1 }, { kind: 'grype' });
    expect(pointers(expectProblem(unknown, 422, 'document-invalid'))).toEqual(['/matches']);
    const junit = await send(trivy({}), { kind: 'junit' });
    const { detail } = expectProblem(junit, 422, 'document-invalid');
    expect(detail).toBe('The document is JSON, but junit documents are XML');
  });
});

describe('a secret in a refused document', () => {
  const SECRET = 'zQ8/+k3?Lw9xV=Tn';
  const report = JSON.stringify([leak(SECRET)]);

  it.each([
    ['is truncated', report.slice(0, -10), {}],
    ['is truncated within the secret', report.slice(0, report.indexOf(SECRET) + 12), {}],
    ['has the secret without quotes', `[{"RuleID": "a", "Secret": ${SECRET}}]`, {}],
    ['misses a required field', JSON.stringify([{ Secret: SECRET }]), { kind: 'gitleaks' }],
    [
      'has the secret in the wrong field',
      JSON.stringify([{ RuleID: [SECRET] }]),
      { kind: 'gitleaks' },
    ],
    ['is of unknown kind', JSON.stringify({ SECRET }), {}],
    ['is malformed XML', `<testsuite><system-out>${SECRET}</testsuite>`, { type: 'text/xml' }],
    ['is truncated XML', `<testsuite name="${SECRET}`, { type: 'text/xml' }],
    ['is XML with text outside the root', `<testsuite/>${SECRET}`, { type: 'text/xml' }],
  ])('that %s does not appear in the answer', async (_case, text, options) => {
    const response = await send(text, options);
    expect(response.statusCode).toBe(422);
    expect(response.body).not.toContain(SECRET.slice(0, 4));
  });
});
