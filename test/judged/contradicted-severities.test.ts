import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { uploaded } from '../support/evidence.js';
import { createRelease } from '../support/releases.js';
import { guard, resultOf } from '../support/verdicts.js';

/** A source that states a severity and a score which contradict each other: the worse counts. */

const context = useApp();
let release: string;
beforeEach(async () => {
  release = (await createRelease(context.app)).id;
  await guard(context.app, [{ rule: 'max-findings', severity: 'high' }]);
});

const judged = async (document: unknown) => {
  await uploaded(context.app, release, document);
  return (await resultOf(context.app, release)).status;
};

const cyclonedx = (...ratings: object[]) => ({
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  metadata: { tools: { components: [{ type: 'application', name: 'grype' }] } },
  components: [{ type: 'library', name: 'a', version: '1' }],
  vulnerabilities: [{ id: 'CVE-2026-1', source: { name: 'debian' }, ratings }],
});

const npm = (score: number) => ({
  auditReportVersion: 2,
  vulnerabilities: {
    a: {
      severity: 'low',
      via: [
        {
          ...{ source: 1, name: 'a', url: 'https://github.com/advisories/GHSA-aaaa-bbbb-cccc' },
          ...{ severity: 'low', cvss: { score, vectorString: null }, range: '*' },
        },
      ],
    },
  },
  metadata: {
    vulnerabilities: { info: 0, low: 1, moderate: 0, high: 0, critical: 0, total: 1 },
    dependencies: { prod: 2, dev: 0, optional: 0, peer: 0, peerOptional: 0, total: 2 },
  },
});

const trivy = (SeveritySource: string) => ({
  SchemaVersion: 2,
  ArtifactName: 'shop',
  Results: [
    {
      ...{ Target: 'shop (debian 12)', Class: 'os-pkgs', Type: 'debian' },
      Vulnerabilities: [
        {
          ...{ VulnerabilityID: 'CVE-2026-1', PkgName: 'a', InstalledVersion: '1' },
          ...{ Severity: 'LOW', SeveritySource, CVSS: { nvd: { V3Score: 9.8 } } },
        },
      ],
    },
  ],
});

const grype = (namespace: string, type: string) => ({
  matches: [
    {
      vulnerability: {
        ...{ id: 'CVE-2026-1', namespace, severity: 'Low' },
        cvss: [{ version: '3.1', type, metrics: { baseScore: 9.8 } }],
      },
      artifact: { name: 'a', version: '1', purl: 'pkg:npm/a@1' },
    },
  ],
  descriptor: { name: 'grype', db: { valid: true } },
});

describe('a severity below the score of the same source', () => {
  it.each<[string, unknown]>([
    ['CycloneDX', cyclonedx({ severity: 'low', score: 9.8 })],
    [
      'CycloneDX of one source',
      cyclonedx({ severity: 'low', score: 9.8, source: { name: 'debian' } }),
    ],
    ['npm audit', npm(9.8)],
    ['Trivy', trivy('nvd')],
    ['Grype', grype('nvd:cpe', 'Primary')],
  ])('denies: %s', async (_kind, document) => expect(await judged(document)).toBe('fail'));
});

describe('a severity that the score of another source does not contradict', () => {
  it.each<[string, unknown]>([
    [
      'CycloneDX',
      cyclonedx(
        { severity: 'low', source: { name: 'debian' } },
        { severity: 'critical', score: 9.8, source: { name: 'nvd' } },
      ),
    ],
    ['npm audit, with a low score', npm(3.1)],
    ['Trivy', trivy('debian')],
    ['Grype', grype('nvd:cpe', 'Secondary')],
  ])('passes: %s', async (_kind, document) => expect(await judged(document)).toBe('pass'));
});
