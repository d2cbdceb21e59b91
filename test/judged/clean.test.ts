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
  'an image': () =>
    addArtifact(context.app, release, {
      name: 'registry.example.org/shop',
      kind: 'container-image',
      sha256: digest(7),
    }),
  'an archive': () =>
    addArtifact(context.app, release, { name: 'shop.tgz', kind: 'archive', sha256: digest(8) }),
};

beforeEach(async () => {
  release = (await createRelease(context.app)).id;
});

const send = (document: unknown, options: UploadOptions = {}) =>
  uploaded(context.app, release, document, options);

const standard = {
  tests: () => send(junit('passed'), { ...XML, label: 'tests' }),
  sbom: () => send(bom([{ licence: 'MIT' }]), { label: 'sbom' }),
  scan: () => send(SCANS['npm audit'], { label: 'scan' }),
  secrets: () => send([], { kind: 'gitleaks', label: 'secrets' }),
};

async function allowedWith(own: keyof typeof standard, document: unknown, options?: UploadOptions) {
  for (const [name, add] of Object.entries(standard)) if (name !== own) await add();
  const evidence = await send(document, { label: 'own', ...options });
  const verdict = await verdictOf(context.app, release);
  expect(denials(verdict)).toEqual([]);
  expect(verdict.decision).toBe('allow');
  return evidence;
}

const cases = Object.keys(ARTIFACTS).flatMap((artifact) =>
  Object.keys(SCANS).map((tool) => ({ artifact, tool })),
);

describe('a release is allowed with a clean report', () => {
  it.each(cases)('of $tool, and with $artifact', async ({ artifact, tool }) => {
    await ARTIFACTS[artifact]?.();
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
