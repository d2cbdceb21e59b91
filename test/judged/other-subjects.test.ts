import { describe, expect, it } from 'vitest';
import { useArtifacts } from '../support/artifacts.js';
import { bom, trivy, trivyOf } from '../support/documents.js';
import { upload } from '../support/evidence.js';
import { addArtifact, createRelease, digest } from '../support/releases.js';
import { assertRelease, guard, resultOf } from '../support/verdicts.js';

/** An SBOM of another package, of another release, and artifacts that came after a scan. */

const { context, send, judged, covered, add, byArtifact } = useArtifacts();

const about = (purl: string, more: object = {}) =>
  bom([{ licence: 'MIT' }], {
    metadata: { component: { type: 'application', name: 'shop', purl, ...more } },
  });
const spdxAbout = (purl: string) => ({
  spdxVersion: 'SPDX-2.3',
  SPDXID: 'SPDXRef-DOCUMENT',
  documentDescribes: ['SPDXRef-root'],
  packages: [
    {
      ...{ SPDXID: 'SPDXRef-root', name: 'shop' },
      externalRefs: [{ referenceType: 'purl', referenceLocator: purl }],
    },
    { SPDXID: 'SPDXRef-a', name: 'a', licenseConcluded: 'MIT' },
  ],
});

const SBOM = { rule: 'licences', deny: ['AGPL-*'], unknown: 'allow' };

describe('an SBOM whose subject has another package URL than the artifact', () => {
  const release = async (purl: string) => {
    const { id } = await createRelease(context.app);
    const sha256 = await addArtifact(context.app, id, { name: 'app.tgz', kind: 'archive', purl });
    return { id, sha256 };
  };

  it.each([
    ['another name', about('pkg:npm/other@1.0.0')],
    ['another namespace', about('pkg:npm/%40acme/shop@1.0.0')],
    ['another type', about('pkg:pypi/shop@1.0.0')],
    ['another name, in SPDX', spdxAbout('pkg:npm/other@1.0.0')],
  ])('does not cover it: %s', async (_which, document) => {
    const { id, sha256 } = await release('pkg:npm/shop@1.0.0');
    await guard(context.app, [{ ...SBOM, scope: 'artifacts' }]);
    for (const query of [{}, { artifact: sha256 }]) {
      const answer = await upload(context.app, id, document, query);
      expect(answer.statusCode, answer.body).toBe(201);
      expect(answer.json().warnings[0].message).toMatch(
        /The document is about pkg:.* does not count as a scan of it/,
      );
    }
    const { status, message } = await resultOf(context.app, id);
    expect([status, message]).toEqual([
      'not-evidenced',
      expect.stringMatching(
        /is about pkg:.*, which is not (?:an artifact of this release|its artifact)/,
      ),
    ]);
    await upload(context.app, id, about('pkg:npm/shop@1.0.0'));
    expect((await resultOf(context.app, id)).status).toBe('pass');
  });

  it.each([
    ['licences', SBOM],
    [
      'banned-components',
      { rule: 'banned-components', components: [{ purl: 'pkg:npm/left-pad' }] },
    ],
    ['evidence-required', { rule: 'evidence-required', shows: 'components' }],
    ['evidence-required of a kind', { rule: 'evidence-required', kinds: ['cyclonedx', 'spdx'] }],
  ])('is no SBOM of the release, with the scope release: %s', async (_rule, rule) => {
    const { id, sha256 } = await release('pkg:npm/shop@1.0.0');
    await guard(context.app, [rule]);
    await upload(context.app, id, about('pkg:npm/other@1.0.0'));
    await upload(context.app, id, spdxAbout('pkg:npm/other@1.0.0'), { artifact: sha256 });
    const { status, message } = await resultOf(context.app, id);
    expect([status, message]).toEqual([
      'not-evidenced',
      expect.stringContaining('is about pkg:npm/other, which is not'),
    ]);
    await upload(context.app, id, about('pkg:npm/shop@1.0.0'));
    expect((await resultOf(context.app, id)).status).toBe('pass');
  });

  it('counts with the scope release if an artifact without a package URL may be the package', async () => {
    const { id } = await release('pkg:npm/shop@1.0.0');
    await addArtifact(context.app, id, { name: 'b.tgz', kind: 'archive', sha256: digest(8) });
    await guard(context.app, [SBOM]);
    await upload(context.app, id, about('pkg:npm/other@1.0.0'));
    expect((await resultOf(context.app, id)).status).toBe('pass');
  });

  it.each([
    ['another version', 'pkg:npm/shop@1.0.0', about('pkg:npm/shop@0.9.0')],
    ['another case', 'pkg:nuget/Shop@1.0.0', about('pkg:nuget/shop@1.0.0')],
    ['no package URL', 'pkg:npm/shop@1.0.0', bom([{}])],
    [
      'another form of an image',
      'pkg:oci/shop?repository_url=registry.example.org',
      about('pkg:docker/acme/shop@1', { type: 'container' }),
    ],
    [
      'a digest of the artifact',
      'pkg:oci/shop',
      about(`pkg:oci/other@sha256%3A${digest(1)}`, { type: 'container' }),
    ],
  ])('covers it with %s', async (_which, purl, document) => {
    const { id } = await release(purl);
    await guard(context.app, [{ ...SBOM, scope: 'artifacts' }]);
    expect((await upload(context.app, id, document)).statusCode).toBe(201);
    expect((await resultOf(context.app, id)).status).toBe('pass');
  });

  it('is refused if it names the digest of another artifact', async () => {
    await add('shop:1', 1);
    const component = { type: 'container', purl: `pkg:oci/shop@sha256%3A${digest(2)}` };
    const answer = await upload(
      context.app,
      (await createRelease(context.app)).id,
      about('pkg:oci/shop', component),
    );
    expect(answer.statusCode).toBe(201);
    const { id } = await release('pkg:oci/shop');
    const refused = await upload(context.app, id, about('pkg:oci/shop', component), {
      artifact: digest(1),
    });
    // The artifact is an image by its package URL.
    expect([refused.statusCode, refused.json().code]).toEqual([422, 'subject-mismatch']);
  });
});

describe('the document of an earlier release', () => {
  it('counts with a warning, and the upload names the release', async () => {
    const first = await createRelease(context.app, { version: '1.0.0' });
    await guard(context.app, [{ rule: 'max-findings' }]);
    await guard(context.app, [{ rule: 'max-findings', severity: 'low' }], 'strict');
    const { id } = (await upload(context.app, first.id, trivy())).json();
    expect((await resultOf(context.app, first.id)).message).not.toContain('Warning');
    const { projectId } = first;
    const second = await createRelease(context.app, { projectId, version: '1.1.0' });
    const answer = await upload(context.app, second.id, trivy(), { label: 'scan' });
    expect(answer.json().warnings).toContainEqual({
      message: `The same document is evidence ${id} of the release 1.0.0. Check that it is about this release`,
    });
    const { status, message } = await resultOf(context.app, second.id);
    expect([status, message]).toEqual([
      'pass',
      expect.stringContaining(
        '. Warning: the project had the same document before this release was registered: trivy (scan)',
      ),
    ]);
    const other = await createRelease(context.app);
    expect((await upload(context.app, other.id, trivy())).json().warnings).not.toContainEqual(
      expect.objectContaining({ message: expect.stringContaining('The same document') }),
    );
  });

  it('warns of its tests', async () => {
    const suite = '<testsuite name="a"><testcase name="b"/></testsuite>';
    const first = await createRelease(context.app, { version: '1.0.0' });
    await upload(context.app, first.id, suite, { type: 'application/xml' });
    const { projectId } = first;
    const second = await createRelease(context.app, { projectId, version: '1.1.0' });
    await guard(context.app, [{ rule: 'tests-passed' }]);
    await upload(context.app, second.id, suite, { type: 'application/xml' });
    expect((await resultOf(context.app, second.id)).message).toContain('before this release');
  });

  it('does not count for the next release, also if that is sealed', async () => {
    const first = await createRelease(context.app, { version: '1.0.0' });
    await upload(context.app, first.id, trivy());
    const { projectId } = first;
    const second = await createRelease(context.app, { projectId, version: '1.1.0' });
    await guard(context.app, [{ rule: 'max-findings' }]);
    await context.app.inject({ method: 'POST', url: `/releases/${second.id}/seal` });
    expect((await resultOf(context.app, second.id)).status).toBe('not-evidenced');
  });
});

describe('an artifact that is added after a scan', () => {
  it('is not covered by a scan that covered the only one before', async () => {
    await byArtifact();
    await add('registry.example.org/shop:1', 1);
    await send(trivyOf(digest(1)), { label: 'shop' });
    expect(await covered()).toBe(true);
    await add('registry.example.org/worker:1', 2);
    expect((await judged()).message).toContain('registry.example.org/worker:1');
    await send(trivyOf(digest(1)), { label: 'again' });
    expect(await covered()).toBe(false);
    await send(trivyOf(digest(2)), { label: 'worker' });
    expect(await covered()).toBe(true);
  });

  it('takes away what a scan without names covered', async () => {
    await byArtifact();
    await add('app.tgz', 1, 'archive');
    await send(trivy());
    expect(await covered()).toBe(true);
    await add('worker.tgz', 2, 'archive');
    expect(await covered()).toBe(false);
  });
});

describe('the gate by the digest of an index', () => {
  it('is no yes for platforms that were not scanned', async () => {
    const { id } = await createRelease(context.app);
    const [index, amd64, arm64] = [digest(1), digest(2), digest(3)];
    const digests = [`sha256:${index}`];
    const one = { kind: 'container', digests };
    await addArtifact(context.app, id, { ...one, name: 'shop:1-amd64', sha256: amd64 });
    await addArtifact(context.app, id, { ...one, name: 'shop:1-arm64', sha256: arm64 });
    await guard(context.app, [{ rule: 'max-findings', scope: 'artifacts' }]);
    const ask = async (sha256: string) =>
      (await assertRelease(context.app, { sha256, environment: 'gate' })).statusCode;
    await upload(context.app, id, trivyOf(amd64), { label: 'amd64' });
    expect(await Promise.all([index, amd64, arm64].map(ask))).toEqual([404, 409, 409]);
    await upload(context.app, id, trivyOf(arm64), { label: 'arm64' });
    expect(await Promise.all([index, amd64, arm64].map(ask))).toEqual([404, 200, 200]);
  });

  it('of which the platforms are registered as its digests needs a scan of each', async () => {
    const { id } = await createRelease(context.app);
    const [index, amd64, arm64] = [digest(1), digest(2), digest(3)];
    const digests = [amd64, arm64].map((one) => `sha256:${one}`);
    await addArtifact(context.app, id, { name: 'shop:1', sha256: index, digests });
    await guard(context.app, [{ rule: 'max-findings', scope: 'artifacts' }]);
    const ask = async (sha256: string) =>
      (await assertRelease(context.app, { sha256, environment: 'gate' })).statusCode;
    await upload(context.app, id, trivyOf(amd64), { label: 'amd64' });
    expect(await Promise.all([index, arm64].map(ask))).toEqual([409, 404]);
    await upload(context.app, id, trivyOf(arm64), { label: 'arm64' });
    expect(await Promise.all([index, arm64].map(ask))).toEqual([200, 404]);
  });
});
