import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { grype, rpm, type Statement, trivy, vex } from '../support/documents.js';
import { retract, type UploadOptions, uploaded } from '../support/evidence.js';
import { addArtifact, createRelease } from '../support/releases.js';

const context = useApp();
let release: string;
beforeEach(async () => {
  release = (await createRelease(context.app)).id;
  await addArtifact(context.app, release, { purl: 'pkg:oci/shop@1' });
});
const send = (document: unknown, options?: UploadOptions) =>
  uploaded(context.app, release, document, options);
const list = async (query = '', id = release) =>
  (await context.app.inject(`/releases/${id}/findings${query}`)).json();
/** The claim about the only finding, and whether it is suppressed. */
async function verdict(query = '') {
  const [finding, ...others] = await list(query);
  expect(others).toEqual([]);
  return { suppressed: finding.suppressed, claim: finding.claim };
}

/** CVE-2021-23337 in pkg:npm/lodash@4.17.20. */
const FIXED = { status: 'fixed', product: 'pkg:npm/lodash@4.17.20' };
const SCAN = trivy({ also: ['GHSA-35jh-r3h4-6jhm'] });

describe('a statement suppresses a finding', () => {
  it.each<[Statement]>([
    [{ product: 'pkg:npm/lodash' }],
    [{ product: 'pkg:npm/lodash@4.17.20' }],
    [{ product: 'pkg:oci/shop', parts: ['pkg:npm/lodash'] }],
    [{ product: 'pkg:oci/shop', parts: ['pkg:npm/ms', 'pkg:npm/lodash@4.17.20'] }],
    [{ id: 'cve-2021-23337' }],
    [{ id: 'GHSA-35JH-R3H4-6JHM' }],
    [{ status: 'fixed', product: 'pkg:npm/lodash@4.17.20' }],
    [{ status: 'fixed', product: 'pkg:oci/shop', parts: ['pkg:npm/lodash@4.17.20'] }],
  ])('uploaded before or after the scan: %j', async (statement) => {
    const before = await send(vex(statement), { label: 'before' });
    await send(SCAN);
    const expected = {
      suppressed: true,
      claim: {
        status: statement.status ?? 'not_affected',
        justification: statement.status ? null : 'vulnerable_code_not_in_execute_path',
        detail: null,
        absolves: true,
        applied: true,
        evidenceId: before.id,
      },
    };
    expect(await verdict()).toEqual(expected);
    const after = await send(vex(statement), { label: 'after' });
    expected.claim.evidenceId = after.id;
    expect(await verdict()).toEqual(expected);
  });

  it('only for the purl with the same qualifiers', async () => {
    await send(rpm('CVE-2021-23337'));
    await send(
      vex({ product: 'pkg:oci/shop', parts: ['pkg:rpm/redhat/openssl@1.1.1k-4.el8?arch=aarch64'] }),
    );
    expect((await verdict()).suppressed).toBe(false);
    const [finding] = await list();
    await send(vex({ product: 'pkg:oci/shop', parts: [finding.purl] }));
    expect((await verdict()).suppressed).toBe(true);
  });

  it('only for the module of Go that its subpath names', async () => {
    const module = (path: string) => `pkg:golang/github.com/example/sdk@1.2.0#${path}`;
    const [match] = grype({ id: 'CVE-2021-23337' }).matches;
    const artifact = {
      name: 'sdk',
      version: '1.2.0',
      type: 'go-module',
      purl: module('service/b'),
    };
    await send({ ...grype(), matches: [{ ...match, artifact }] });
    await send(vex({ product: 'pkg:oci/shop', parts: [module('service/a')] }));
    expect((await verdict()).suppressed).toBe(false);
    await send(vex({ product: 'pkg:oci/shop', parts: [module('service/b')] }));
    expect((await verdict()).suppressed).toBe(true);
  });

  it.each(['?arch=x86_64&epoch=1', ''])('for the version in the purl: %s', async (more) => {
    await send(rpm('CVE-2021-23337', 1));
    await send(
      vex({ product: 'pkg:oci/shop', parts: [`pkg:rpm/redhat/openssl@1.1.1k-4.el8${more}`] }),
    );
    expect((await verdict()).suppressed).toBe(true);
  });
});

describe('a statement does not apply to', () => {
  it.each([
    ['another vulnerability', { id: 'CVE-2021-23338' }],
    ['another package', { product: 'pkg:npm/lodash-es' }],
    ['another ecosystem', { product: 'pkg:pypi/lodash' }],
    ['another version', { product: 'pkg:npm/lodash@4.17.2' }],
    ['another variant', { product: 'pkg:npm/lodash@4.17.20?os=linux' }],
    ['another part', { product: 'pkg:oci/shop', parts: ['pkg:npm/ms'] }],
    ['a part that is not a package', { product: 'pkg:npm/lodash', parts: ['lodash'] }],
    ['another product', { product: 'pkg:oci/other' }],
    ['a package of another product', { product: 'pkg:oci/other', parts: ['pkg:npm/lodash'] }],
    ['the fix of a package without a version', { status: 'fixed' }],
    [
      'the fix of a part without a version',
      { status: 'fixed', product: 'pkg:oci/shop', parts: ['pkg:npm/lodash'] },
    ],
    ['the fix in a product without a version', { status: 'fixed', product: 'pkg:oci/shop' }],
    ['another fixed version', { status: 'fixed', product: 'pkg:npm/lodash@4.17.21' }],
    ['a product without a purl', { product: 'our shop', parts: ['pkg:npm/lodash'] }],
  ])('%s', async (_case, statement) => {
    await send(SCAN);
    await send(vex(statement));
    expect(await verdict()).toEqual({ suppressed: false, claim: null });
  });

  it('another release', async () => {
    const other = await createRelease(context.app, { projectId: 1, version: '2.0.0' });
    for (const id of [release, other.id]) await uploaded(context.app, id, SCAN);
    await uploaded(context.app, other.id, vex({}));
    expect((await verdict()).claim).toBeNull();
    expect((await list('', other.id))[0].suppressed).toBe(true);
  });
});

describe('among several statements', () => {
  const at = (day: number) => `2026-01-${String(day).padStart(2, '0')}T00:00:00Z`;

  it.each(['affected', 'under_investigation'])('%s does not suppress', async (status) => {
    await send(SCAN);
    await send(vex({ status }));
    expect(await verdict()).toMatchObject({
      suppressed: false,
      claim: { status, absolves: false, applied: true },
    });
  });

  it.each([
    ['in one document', [vex({ at: at(1) }, { status: 'affected', at: at(2) })]],
    ['uploaded in order of time', [vex({ at: at(1) }), vex({ status: 'affected', at: at(2) })]],
    ['uploaded in reverse order', [vex({ status: 'affected', at: at(2) }), vex({ at: at(1) })]],
  ])('the later one decides: %s', async (_case, documents) => {
    await send(SCAN);
    for (const document of documents) await send(document);
    expect(await verdict()).toMatchObject({ suppressed: false, claim: { status: 'affected' } });
    await send(vex({ ...FIXED, at: at(3) }));
    expect(await verdict()).toMatchObject({ suppressed: true, claim: { status: 'fixed' } });
  });

  it('with the same time, the later upload decides', async () => {
    await send(SCAN);
    await send(vex({ status: 'affected', at: at(1) }));
    await send(vex({ ...FIXED, at: at(1) }));
    expect((await verdict()).claim.status).toBe('fixed');
  });
});

describe('a statement no longer counts', () => {
  it('if it was retracted', async () => {
    await send(SCAN);
    const { id } = await send(vex({}));
    await retract(context.app, id);
    expect(await verdict()).toEqual({ suppressed: false, claim: null });
  });

  it('if it was superseded', async () => {
    await send(SCAN);
    await send(vex({}), { label: 'vex' });
    await send(vex({ id: 'CVE-2020-8203' }), { label: 'vex' });
    expect(await verdict()).toEqual({ suppressed: false, claim: null });
  });
});
