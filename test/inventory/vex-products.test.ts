import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { trivy, vex } from '../support/documents.js';
import { uploaded } from '../support/evidence.js';
import { addArtifact, createRelease, digest } from '../support/releases.js';

/** The artifacts of a release decide whether a product in a statement is this release. */

const context = useApp();
let release: string;
beforeEach(async () => {
  release = (await createRelease(context.app)).id;
  await uploaded(context.app, release, trivy({}));
});
async function isSuppressed(): Promise<boolean> {
  const [finding] = (await context.app.inject(`/releases/${release}/findings`)).json();
  return finding.suppressed;
}
const artifact = (body: { sha256?: string; purl?: string; digests?: string[] }) =>
  addArtifact(context.app, release, body);

/** A statement about a product identified by a digest. */
const ofDigest = (sha256: string, parts?: string[]) => {
  const [statement] = vex({}).statements;
  const product = {
    '@id': 'https://example.com/shop',
    hashes: { 'sha-256': sha256 },
    ...(parts && { subcomponents: parts.map((part) => ({ '@id': part })) }),
  };
  return { ...vex(), statements: [{ ...statement, products: [product] }] };
};
const PURL = 'pkg:oci/shop@1.4.0?repository_url=registry.example.com/shop';
const LODASH = ['pkg:npm/lodash'];

describe('a product identified by its purl', () => {
  it.each([
    ['pkg:oci/shop', true],
    ['pkg:oci/shop@1.4.0', true],
    ['pkg:oci/shop@1.4.0?arch=arm64', true],
    ['pkg:oci/shop@1.4.1', false],
    ['pkg:oci/other', false],
    ['pkg:docker/shop', false],
  ])('%s', async (product, expected) => {
    await artifact({ purl: PURL });
    await uploaded(context.app, release, vex({ product, parts: LODASH }));
    expect(await isSuppressed()).toBe(expected);
    await uploaded(context.app, release, vex({ product }));
    expect(await isSuppressed()).toBe(expected);
  });

  it.each([
    ['pkg:oci/shop?tag=2.0.0', true],
    ['pkg:oci/shop?repository_url=registry.example.com&tag=2.0.0', true],
    ['pkg:oci/shop', true],
    ['pkg:oci/shop?tag=0.9.0', false],
    ['pkg:oci/shop@2.0.0', false],
  ])('and by its tag: %s', async (product, expected) => {
    await artifact({ purl: 'pkg:oci/shop?repository_url=registry.example.com/shop&tag=2.0.0' });
    await uploaded(context.app, release, vex({ product, parts: LODASH }));
    expect(await isSuppressed()).toBe(expected);
  });

  it.each([
    ['0.9.0', false],
    ['2.0.0', true],
  ])('and by its tag beside a digest of the artifact: %s', async (tag, expected) => {
    await artifact({ purl: `pkg:oci/shop@sha256:${digest(3)}?tag=2.0.0` });
    await uploaded(context.app, release, vex({ product: `pkg:oci/shop?tag=${tag}` }));
    expect(await isSuppressed()).toBe(expected);
  });

  it('matches whatever the spelling of the ecosystem', async () => {
    await artifact({ purl: 'pkg:nuget/Acme.Shop@1.4.0' });
    const product = 'pkg:nuget/acme.shop@1.4.0';
    await uploaded(context.app, release, vex({ product: `${product}-rc`, parts: LODASH }));
    expect(await isSuppressed()).toBe(false);
    await uploaded(context.app, release, vex({ product, parts: LODASH }));
    expect(await isSuppressed()).toBe(true);
  });

  it.each(['pkg:oci/shop', 'our shop'])(
    'does not match a release without artifacts: %s',
    async (product) => {
      await uploaded(context.app, release, vex({ product }));
      await uploaded(context.app, release, vex({ product, parts: LODASH }));
      expect(await isSuppressed()).toBe(false);
    },
  );

  it('does not match an artifact without a purl', async () => {
    await artifact({});
    await uploaded(context.app, release, vex({ product: 'pkg:oci/shop', parts: LODASH }));
    expect(await isSuppressed()).toBe(false);
  });
});

describe('a product identified by its digest', () => {
  it.each([
    ['the digest of an artifact', digest(1), true],
    ['the digest in upper case', digest(1).toUpperCase(), true],
    ['another digest', digest(2), false],
  ])('%s', async (_case, sha256, expected) => {
    await artifact({ sha256: digest(1) });
    await uploaded(context.app, release, ofDigest(sha256, LODASH));
    expect(await isSuppressed()).toBe(expected);
    await uploaded(context.app, release, ofDigest(sha256));
    expect(await isSuppressed()).toBe(expected);
  });

  it('matches as the version of an OCI purl', async () => {
    const sha256 = await artifact({ sha256: digest(0xabc) });
    const product = `pkg:oci/any@sha256%3A${sha256}`;
    await uploaded(context.app, release, vex({ product }));
    expect(await isSuppressed()).toBe(true);
  });

  it('matches another digest of an artifact, such as that of its index', async () => {
    const digests = [`sha256:${digest(7)}`];
    await artifact({ sha256: digest(1), digests });
    await uploaded(context.app, release, ofDigest(digest(7), LODASH));
    expect(await isSuppressed()).toBe(true);
  });

  it('does not match an artifact of another release', async () => {
    const other = await createRelease(context.app, { projectId: 1, version: '2.0.0' });
    await addArtifact(context.app, other.id, { sha256: digest(2), purl: PURL });
    await artifact({ sha256: digest(1) });
    await uploaded(context.app, release, ofDigest(digest(2), LODASH));
    expect(await isSuppressed()).toBe(false);
  });

  it.each<[string, object]>([
    ['another digest in the purl', { '@id': `pkg:oci/shop@sha256:${digest(2)}` }],
    ['purls of two packages', { '@id': 'pkg:oci/shop', identifiers: { purl: 'pkg:oci/other' } }],
  ])('does not match beside %s', async (_case, names) => {
    await artifact({ sha256: digest(1), purl: 'pkg:oci/shop' });
    const [statement] = vex({}).statements;
    const product = { ...names, hashes: { 'sha-256': digest(1) } };
    const send = (products: object[]) =>
      uploaded(context.app, release, { ...vex(), statements: [{ ...statement, products }] });
    const { summary } = await send([product]);
    expect(JSON.stringify(summary.warnings)).toContain('names or digests of different things');
    await send([{ ...product, subcomponents: [{ '@id': 'pkg:npm/lodash' }] }]);
    expect(await isSuppressed()).toBe(false);
  });

  it('decides before the purl, which can be that of the next build', async () => {
    await artifact({ sha256: digest(1), purl: 'pkg:oci/shop@1' });
    const [statement] = vex({}).statements;
    const product = { '@id': 'pkg:oci/shop@1', hashes: { 'sha-256': digest(2) } };
    await uploaded(context.app, release, {
      ...vex(),
      statements: [{ ...statement, products: [product] }],
    });
    expect(await isSuppressed()).toBe(false);
  });
});
