import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { upload } from '../support/evidence.js';
import { addArtifact, createRelease, digest } from '../support/releases.js';
import { guard, resultOf } from '../support/verdicts.js';

/** A report that says that it is about another commit is a scan of something else. */

const context = useApp();
const OWN = 'ab12cd34'.repeat(5);
const OTHER = '0f'.repeat(20);
let release: string;
beforeEach(async () => {
  release = (await createRelease(context.app, { commit: OWN })).id;
});
async function send(document: unknown, options: object = {}): Promise<string> {
  const response = await upload(context.app, release, document, { label: 'own', ...options });
  expect(response.statusCode, response.body).toBe(201);
  return JSON.stringify(response.json());
}
const judged = async (types = ['vulnerability']) => {
  await guard(context.app, [{ rule: 'max-findings', types }]);
  const { status, message } = await resultOf(context.app, release);
  return { status, message };
};

const REVISION = 'org.opencontainers.image.revision';
const packages = { Class: 'lang-pkgs', Type: 'npm', Target: 'package-lock.json' };
const finding = {
  VulnerabilityID: 'CVE-2026-1',
  PkgName: 'a',
  InstalledVersion: '1',
  Severity: 'LOW',
};
const results = { Results: [{ ...packages, Vulnerabilities: [finding] }] };
const repository = (Commit: string) => ({
  ...{ SchemaVersion: 2, ArtifactName: '.', ArtifactType: 'repository' },
  Metadata: { RepoURL: 'https://git.example/shop', Commit },
  ...results,
});
const image = (revision: string, RepoDigests?: string[]) => ({
  ...{ SchemaVersion: 2, ArtifactName: 'shop:1', ArtifactType: 'container_image' },
  Metadata: { RepoDigests, ImageConfig: { config: { Labels: { [REVISION]: revision } } } },
  ...results,
});
const grype = (revision: string) => ({
  matches: [],
  source: { type: 'image', target: { userInput: 'shop:1', labels: { [REVISION]: revision } } },
  distro: { name: 'debian', version: '12' },
  descriptor: { name: 'grype', version: '0.104.0', db: { status: { valid: true } } },
});
const sarif = (...revisions: string[]) => ({
  version: '2.1.0',
  runs: [
    {
      tool: { driver: { name: 'Grype', rules: [{ id: 'a' }] } },
      artifacts: [{ location: { uri: 'go.mod' } }],
      invocations: [{ executionSuccessful: true }],
      versionControlProvenance: revisions.map((revisionId) => ({
        repositoryUri: 'https://git.example/shop',
        revisionId,
      })),
      results: [],
    },
  ],
});

const DOCUMENTS: [string, (id: string) => object][] = [
  ['SARIF', sarif],
  ['Trivy, of a repository', repository],
  ['Trivy, of the label of an image', image],
  ['Grype, of the label of an image', grype],
];

describe.each(DOCUMENTS)('%s', (_tool, document) => {
  it.each([OTHER, OTHER.slice(0, 7), `${OTHER}-dirty`])('of another commit: %s', async (id) => {
    const other = OTHER.slice(0, Math.min(12, id.length));
    const about = `is about the commit ${other}, and the release is of ${OWN.slice(0, 12)}`;
    expect(await send(document(id))).toContain(about);
    const { status, message } = await judged();
    expect(status).toBe('not-evidenced');
    expect(message).toContain(about);
    // No word of the uploader makes up for it.
    await send(document(id), { label: 'declared', scanners: 'vulnerability' });
    expect((await resultOf(context.app, release)).status).toBe('not-evidenced');
  });

  it.each([OWN, OWN.toUpperCase(), OWN.slice(0, 8), `${OWN.slice(0, 12)}-dirty`, 'r4711', ''])(
    'of the commit of the release, or without a Git id: %s',
    async (id) => {
      await send(document(id));
      expect((await judged()).status).toBe('pass');
    },
  );
});

it('counts if one of several repositories has the commit, because submodules have others', async () => {
  await send(sarif(OTHER, OWN));
  expect((await judged()).status).toBe('pass');
});

it('the findings of another commit count', async () => {
  await guard(context.app, [{ rule: 'max-findings', severity: 'low' }]);
  await send(repository(OTHER));
  expect((await resultOf(context.app, release)).message).toContain('CVE-2026-1');
});

it('a digest decides before a label, and the verdict warns', async () => {
  await addArtifact(context.app, release, { sha256: digest(1), kind: 'container', name: 'shop' });
  await send(image(OTHER, [`shop@sha256:${digest(1)}`]));
  const { status, message } = await judged();
  expect([status, message]).toEqual([
    'pass',
    expect.stringContaining(`. Warning: trivy (own) is about the commit ${OTHER.slice(0, 12)}`),
  ]);
});
