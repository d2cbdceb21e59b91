import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { trivy } from '../support/documents.js';
import { uploaded } from '../support/evidence.js';
import { addArtifact, createRelease, digest } from '../support/releases.js';
import { denials, guard, verdictOf } from '../support/verdicts.js';

/** An analysis in CycloneDX is about the product that the document names, and about no other. */

const context = useApp();
const ID = 'CVE-2025-9';
const QS = 'pkg:npm/qs@6.1.0';
const OWN = digest(1);
let release: string;
beforeEach(async () => {
  release = (await createRelease(context.app)).id;
  await guard(context.app, [{ rule: 'max-findings', severity: 'high' }]);
  await addArtifact(context.app, release, {
    sha256: OWN,
    name: 'registry.example.org/shop:2.0',
    purl: 'pkg:oci/shop@2.0',
  });
  await uploaded(context.app, release, trivy({ id: ID, name: 'qs', version: '6.1.0' }), {
    label: 'scan',
    artifact: OWN,
  });
});
const reasons = async () =>
  denials(await verdictOf(context.app, release, { environment: 'gate' })).join();
/** Whether the finding of the scan is excused. */
async function isSuppressed(): Promise<boolean> {
  const [finding, ...others] = (
    await context.app.inject(`/releases/${release}/findings?kind=trivy`)
  ).json();
  expect(others).toEqual([]);
  return finding.suppressed;
}

const hashes = (content: string) => [{ alg: 'SHA-256', content }];
interface Vex {
  readonly subject?: object;
  readonly ref?: string | null;
  readonly state?: string;
  readonly versions?: object[];
  readonly components?: object[];
}
const analysed = ({ subject, ref = QS, state = 'not_affected', versions, components }: Vex) => ({
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  version: 1,
  ...(subject && { metadata: { component: { type: 'container', 'bom-ref': 'own', ...subject } } }),
  ...(components && { components }),
  vulnerabilities: [
    {
      id: ID,
      analysis: { state },
      ...(ref !== null && { affects: [{ ref, ...(versions && { versions }) }] }),
    },
  ],
});
const versionless = [{ type: 'library', name: 'qs', purl: 'pkg:npm/qs', 'bom-ref': 'qs' }];
const LINK = 'urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1';

describe('a CycloneDX analysis excuses nothing', () => {
  const image = { name: 'shop', hashes: hashes(OWN) };
  const other = { name: 'other', hashes: hashes(digest(2)) };
  it.each<[string, Vex]>([
    ['of another image, of a package', { subject: other }],
    ['of another image, of all', { subject: other, ref: 'own' }],
    ['of another image, without a component', { subject: other, ref: null }],
    [
      'of another image, whose digest is its version',
      {
        subject: { name: 'shop', version: `sha256:${digest(2)}` },
      },
    ],
    [
      'of another package',
      {
        subject: { type: 'application', name: 'other', purl: 'pkg:npm/other@9' },
        ref: 'own',
      },
    ],
    ['of a name', { subject: { type: 'application', name: 'other' }, ref: 'own' }],
    ['of a package in a name', { subject: { type: 'application', name: 'other' } }],
    ['of the last release', { subject: { name: 'shop', purl: 'pkg:oci/shop@1.0' } }],
    [
      'of the version of the last release',
      {
        subject: { name: 'shop', purl: 'pkg:oci/shop', version: '1.0' },
        ref: 'own',
      },
    ],
    ['without a subject and a component', { ref: null }],
    ['of a component of another document', { ref: `${LINK}#${QS}` }],
    [
      'of a component of another document, in this product',
      {
        subject: image,
        ref: `${LINK}#${QS}`,
      },
    ],
    [
      'with two digests',
      {
        subject: { ...image, purl: `pkg:oci/shop@sha256:${digest(2)}` },
      },
    ],
    [
      'that is resolved in another version',
      {
        subject: image,
        ref: 'qs',
        components: versionless,
        state: 'resolved',
        versions: [
          { version: '6.1.0', status: 'affected' },
          { version: '6.2.0', status: 'unaffected' },
        ],
      },
    ],
    [
      'that is resolved in the only version that it lists',
      {
        subject: image,
        ref: 'qs',
        components: versionless,
        state: 'resolved',
        versions: [{ version: '6.2.0', status: 'unaffected' }],
      },
    ],
    [
      'that is resolved without a version',
      {
        subject: image,
        ref: 'qs',
        components: versionless,
        state: 'resolved',
      },
    ],
    [
      'of a component in another version',
      {
        subject: image,
        ref: 'qs',
        components: [{ ...versionless[0], version: '6.2.0' }],
      },
    ],
  ])('%s', async (_case, vex) => {
    await uploaded(context.app, release, analysed(vex), { label: 'vex' });
    expect(await isSuppressed()).toBe(false);
    expect(await reasons()).toContain(ID);
  });

  it.each<[string, Vex, string]>([
    ['a name', { subject: { name: 'other' } }, 'apply to no release'],
    ['nothing', { ref: null }, 'applies to nothing'],
    ['another document', { ref: `${LINK}#${QS}` }, 'Name the component by its package URL'],
    ['no version', { ref: 'qs', components: versionless, state: 'resolved' }, 'applies to nothing'],
  ])('and the upload says so, of %s', async (_case, vex, told) => {
    const { summary } = await uploaded(context.app, release, analysed(vex), { label: 'vex' });
    expect(JSON.stringify(summary.warnings)).toContain(told);
  });
});

describe('a CycloneDX analysis excuses a finding', () => {
  it.each<[string, Vex]>([
    ['by the hash of the image', { subject: { name: 'shop', hashes: hashes(OWN) } }],
    [
      'by the digest in its purl',
      {
        subject: { name: 'any', purl: `pkg:oci/any@sha256:${OWN}` },
        ref: 'own',
      },
    ],
    [
      'by the digest that Syft has as the version',
      {
        subject: { name: 'shop', version: `sha256:${OWN}` },
      },
    ],
    ['by the purl', { subject: { name: 'shop', purl: 'pkg:oci/shop@2.0' }, ref: null }],
    [
      'by the purl and the version',
      {
        subject: { name: 'shop', purl: 'pkg:oci/shop', version: '2.0' },
      },
    ],
    ['in a package of the release, without a subject', {}],
    [
      'of the version that the component has',
      {
        subject: { name: 'shop', hashes: hashes(OWN) },
        ref: 'qs',
        components: [{ ...versionless[0], version: '6.1.0' }],
      },
    ],
    [
      'that is resolved in the version of the component',
      {
        subject: { name: 'shop', hashes: hashes(OWN) },
        state: 'resolved_with_pedigree',
      },
    ],
  ])('%s', async (_case, vex) => {
    await uploaded(context.app, release, analysed(vex), { label: 'vex' });
    expect(await isSuppressed()).toBe(true);
  });

  it('until a later one of a name says that it is exploitable', async () => {
    await uploaded(context.app, release, analysed({}), { label: 'vex' });
    expect(await isSuppressed()).toBe(true);
    const worse = analysed({ subject: { name: 'shop' }, state: 'exploitable' });
    await uploaded(context.app, release, worse, { label: 'worse' });
    expect(await isSuppressed()).toBe(false);
  });
});
