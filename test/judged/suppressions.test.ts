import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { grype, grypeIgnoring } from '../support/documents.js';
import { uploaded } from '../support/evidence.js';
import { createRelease } from '../support/releases.js';
import { denials, guard, verdictOf } from '../support/verdicts.js';

/** A suppression covers what its own report found, at its place, and not the same defect anywhere else. */

const context = useApp();
let release: string;
beforeEach(async () => {
  release = (await createRelease(context.app)).id;
  await guard(context.app, [
    { rule: 'max-findings', severity: 'low', types: ['vulnerability', 'code', 'secret'] },
  ]);
});

const send = (document: unknown, label: string) =>
  uploaded(context.app, release, document, { label });
const found = async () =>
  denials(await verdictOf(context.app, release, { environment: 'gate' })).join();

const CVE = 'CVE-2026-1';
const suppressions = [{ kind: 'external', status: 'accepted' }];
const sarif = (folder: string, ...results: object[]) => ({
  version: '2.1.0',
  runs: [
    {
      tool: { driver: { name: 'ESLint' } },
      originalUriBaseIds: { ROOT: { uri: `file:///work/${folder}/` } },
      results: results.map((more) => ({
        ...{ ruleId: 'no-eval', level: 'error', message: { text: 'eval' } },
        locations: [{ physicalLocation: { artifactLocation: { uri: 'index.js' } } }],
        ...more,
      })),
    },
  ],
});
const trivy = (folder: string, more: object) => ({
  SchemaVersion: 2,
  ArtifactName: folder,
  ArtifactType: 'filesystem',
  Results: [{ Target: 'package-lock.json', Class: 'lang-pkgs', Type: 'npm', ...more }],
});
const vulnerability = {
  ...{ VulnerabilityID: CVE, PkgName: 'lodash', InstalledVersion: '4.17.20', Severity: 'HIGH' },
};
const ignored = {
  ExperimentalModifiedFindings: [
    { Type: 'vulnerability', Status: 'ignored', Source: '.trivyignore', Finding: vulnerability },
  ],
};

describe('the same defect in another folder counts', () => {
  it.each<[string, object, object]>([
    ['SARIF', sarif('a', { suppressions }), sarif('b', {})],
    ['Trivy', trivy('a', ignored), trivy('b', { Vulnerabilities: [vulnerability] })],
    [
      'Grype',
      grypeIgnoring({ id: CVE }),
      { ...grype({ id: CVE }), source: { type: 'directory', target: 'b' } },
    ],
  ])('%s, with a label each, and with one', async (_tool, suppressed, open) => {
    await send(suppressed, 'a');
    expect(await found()).not.toContain('1 high');
    await send(open, 'b');
    expect(await found()).toContain('1 high');
    release = (await createRelease(context.app, { projectId: 1, version: '2.0.0' })).id;
    await send(open, 'scan');
    await send(suppressed, 'scan');
    expect(await found()).toContain('1 high');
  });
});

describe('a defect that one report has twice', () => {
  const rule = { ruleId: CVE, level: 'error', message: { text: 'lodash' } };
  const at = (uri: string) => [{ physicalLocation: { artifactLocation: { uri } } }];
  const report = (...results: object[]) => ({
    version: '2.1.0',
    runs: [{ tool: { driver: { name: 'Grype' } }, results }],
  });

  it('counts if it is open in one of its places', async () => {
    const [a, b] = [
      { ...rule, locations: at('a/bom.json') },
      { ...rule, locations: at('b/bom.json') },
    ];
    await send(report({ ...a, suppressions }, b), 'one');
    expect(await found()).toContain(CVE);
    release = (await createRelease(context.app, { projectId: 1, version: '2.0.0' })).id;
    await send(report({ ...a, suppressions }, { ...b, suppressions }), 'both');
    expect(await found()).not.toContain(CVE);
  });
});
