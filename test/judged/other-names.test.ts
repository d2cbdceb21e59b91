import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { bom, grype, trivyNamed, trivyOf } from '../support/documents.js';
import { type UploadOptions, upload } from '../support/evidence.js';
import { addArtifact, createRelease, digest } from '../support/releases.js';
import { guard, resultOf } from '../support/verdicts.js';

/** A report that names another image or file than the artifacts counts, and the upload and the verdict warn. */

const context = useApp();
let release: string;
beforeEach(async () => {
  release = (await createRelease(context.app)).id;
});

/** Uploads, and returns the warnings. */
async function warned(document: unknown, options: UploadOptions = {}): Promise<string> {
  const response = await upload(context.app, release, document, options);
  expect(response.statusCode, response.body).toBe(201);
  return response
    .json()
    .warnings.map(({ message }: { message: string }) => message)
    .join();
}
const passing = async (environment = 'gate') => {
  const { status, message } = await resultOf(context.app, release, environment);
  expect(status, message).toBe('pass');
  return message;
};
const add = (name: string, n: number, kind: string) =>
  addArtifact(context.app, release, { name, sha256: digest(n), kind });

const SHOP = 'registry.example.org/shop:2.0.0';
const ofFile = (target: string) => ({ ...grype(), source: { type: 'file', target } });

describe.each(['release', 'artifacts'])('with scope %s', (scope) => {
  beforeEach(() => guard(context.app, [{ rule: 'max-findings', scope }]));

  it('warns of another image, also without ?artifact=', async () => {
    await add(SHOP, 1, 'container');
    const none = 'no artifact of this release has this name';
    expect(await warned(trivyNamed('nginx:1.3.0'), { label: 'scan' })).toContain(
      `The document names nginx:1.3.0, and ${none}`,
    );
    expect(await passing()).toContain(`. Warning: trivy (scan) names nginx:1.3.0, and ${none}`);
  });

  it('warns of another image than the artifact of the upload', async () => {
    await add(SHOP, 1, 'container');
    expect(await warned(trivyNamed('nginx:1.3.0'), { artifact: digest(1) })).toContain(
      `The document names nginx:1.3.0, and the artifact is ${SHOP}`,
    );
    expect(await passing()).toContain(
      `. Warning: trivy names nginx:1.3.0, and was uploaded for ${SHOP}`,
    );
  });

  it('warns of another file with the extension of the artifact', async () => {
    await add('dist/ledger.jar', 1, 'maven');
    const told = 'names /work/billing.jar, and ';
    expect(await warned(ofFile('/work/billing.jar'), { artifact: digest(1) })).toContain(told);
    expect(await passing()).toContain(`grype ${told}was uploaded for dist/ledger.jar`);
  });

  it('does not warn of the same name, a digest, another sort of file, or without artifacts', async () => {
    expect(await warned(trivyNamed('nginx:1.3.0'), { label: 'before' })).toBe('');
    expect(await passing()).not.toContain(' names ');
    await add(SHOP, 1, 'container');
    await add('dist/ledger.jar', 2, 'maven');
    expect(await warned(trivyNamed('localhost/shop:dev'), { artifact: digest(1) })).toBe('');
    expect(await warned(trivyOf(digest(1)), { label: 'digest' })).toBe('');
    expect(await warned(ofFile('/work/ledger.jar'), { artifact: digest(2) })).toBe('');
    expect(await warned(ofFile('/work/pom.xml'), { artifact: digest(2) })).toBe('');
    const { message } = await resultOf(context.app, release);
    expect(message.match(/\w+ \(?\w*\)? ?names [^,]*/g)).toEqual([
      'trivy (before) names nginx:1.3.0',
    ]);
  });
});

it('evidence-required and no-secrets warn as well', async () => {
  await guard(context.app, [{ rule: 'evidence-required', shows: 'components' }], 'sbom');
  await guard(context.app, [{ rule: 'no-secrets' }], 'secrets');
  await add(SHOP, 1, 'container');
  const component = { type: 'container', name: 'nginx', version: '1', 'bom-ref': 'a' };
  await warned(bom([{}], { metadata: { component } }));
  await warned(trivyNamed('nginx:1.3.0'), { scanners: 'secret' });
  expect(await passing('sbom')).toContain('. Warning: cyclonedx names nginx, and no artifact');
  expect(await passing('secrets')).toContain('. Warning: trivy names nginx:1.3.0, and no artifact');
});
