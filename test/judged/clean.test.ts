import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { bom, junit } from '../support/documents.js';
import { type UploadOptions, uploaded } from '../support/evidence.js';
import { addArtifact, createRelease, digest } from '../support/releases.js';
import { denials, verdictOf, XML } from '../support/verdicts.js';
import { SBOMS } from './clean-sboms.support.js';
import { SCANS } from './clean-scans.support.js';
import { TESTS } from './clean-tests.support.js';

/** Clean reports as the current versions of tools write them, which the latest `baseline` accepts for production. */

const context = useApp();
let release: string;

/** The artifacts that releases have: none, an image of which tools tell the digest, and a file. */
const ARTIFACTS: Readonly<Record<string, () => Promise<unknown>>> = {
  'no artifact': async () => undefined,
  'an image': () => {
    artifact = digest(7);
    return addArtifact(context.app, release, {
      name: 'registry.example.org/shop',
      kind: 'container-image',
      sha256: artifact,
    });
  },
  'an archive': () =>
    addArtifact(context.app, release, { name: 'shop.tgz', kind: 'archive', sha256: digest(8) }),
};

beforeEach(async () => {
  artifact = undefined;
  release = (await createRelease(context.app)).id;
});

const send = (document: unknown, options: UploadOptions = {}) =>
  uploaded(context.app, release, document, options);

/** The scan for secrets is uploaded for the artifact, because Gitleaks does not say what it looked at. */
let artifact: string | undefined;

const standard = {
  tests: () => send(junit('passed'), { ...XML, label: 'tests' }),
  sbom: () => send(bom([{ licence: 'MIT' }]), { label: 'sbom' }),
  scan: () => send(SCANS.Trivy, { label: 'scan' }),
  secrets: () => send([], { kind: 'gitleaks', label: 'secrets', ...(artifact && { artifact }) }),
};

async function allowedWith(own: keyof typeof standard, document: unknown, options?: UploadOptions) {
  for (const [name, add] of Object.entries(standard)) if (name !== own) await add();
  const evidence = await send(document, { label: 'own', ...options });
  const verdict = await verdictOf(context.app, release);
  expect(denials(verdict)).toEqual([]);
  expect(verdict.decision).toBe('allow');
  return evidence;
}

/** Reports of folders and lock files, which do not say what is in an image. */
const OF_FILES = [
  'Trivy of a folder',
  'Grype of a folder',
  'npm audit',
  'pnpm audit',
  'OSV-Scanner',
];

const all = Object.keys(ARTIFACTS).flatMap((about) =>
  Object.keys(SCANS).map((tool) => ({ about, tool })),
);
const isOfFiles = ({ about, tool }: { about: string; tool: string }) =>
  about === 'an image' && OF_FILES.includes(tool);

it.each(all.filter(isOfFiles))('a release is denied with $about and $tool', async (one) => {
  await ARTIFACTS[one.about]?.();
  for (const [name, add] of Object.entries(standard)) if (name !== 'scan') await add();
  for (const more of [{}, { artifact: digest(7) }]) {
    await send(SCANS[one.tool], { label: 'own', ...more });
    expect(denials(await verdictOf(context.app, release)).join()).toMatch(
      /^max-findings: .* looked at files, and not at the image/,
    );
  }
  await send(SCANS.Trivy, { label: 'image' });
  expect(denials(await verdictOf(context.app, release))).toEqual([]);
});

it('Trivy with its scanner for secrets is enough for an image', async () => {
  await ARTIFACTS['an image']?.();
  for (const name of ['tests', 'sbom'] as const) await standard[name]();
  await send(SCANS.Trivy, { label: 'image', scanners: 'vuln,secret' });
  expect((await verdictOf(context.app, release)).decision).toBe('allow');
});

describe('a release is allowed with a clean report', () => {
  const cases = all.filter((one) => !isOfFiles(one));

  it.each(cases)('of $tool, and with $about', async ({ about, tool }) => {
    await ARTIFACTS[about]?.();
    const { summary } = await allowedWith('scan', SCANS[tool]);
    expect(summary).toMatchObject({ shows: expect.arrayContaining(['vulnerability']) });
  });

  it.each(Object.keys(SBOMS))('of %s, and with an image', async (tool) => {
    await ARTIFACTS['an image']?.();
    const { summary } = await allowedWith('sbom', SBOMS[tool]);
    expect(summary).not.toHaveProperty('warnings');
  });

  it.each(Object.keys(TESTS))('of %s, and with an image', async (tool) => {
    await ARTIFACTS['an image']?.();
    const { summary } = await allowedWith('tests', TESTS[tool], XML);
    expect(summary).not.toHaveProperty('warnings');
    expect(summary).not.toHaveProperty('contradictions');
  });
});
