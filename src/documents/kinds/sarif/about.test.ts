import { describe, expect, it } from 'vitest';
import { document, parse } from './sarif.support.js';

const about = (more: object, driver: object = {}) => parse(document([], driver, more)).coverage[0];
const A = `sha256:${'a'.repeat(64)}`;
const B = `sha256:${'b'.repeat(64)}`;

describe('SARIF: targets', () => {
  it.each<[object, object[]]>([
    [
      { automationDetails: { id: 'lint/linux/2026-01-01' } },
      [{ type: 'other', name: 'lint/linux' }],
    ],
    [{ automationDetails: { id: '/language:go/' } }, [{ type: 'other', name: 'language:go' }]],
    [{ automationDetails: { id: 'lint-linux' } }, [{ type: 'other', name: 'lint-linux' }]],
    [
      { versionControlProvenance: [{ repositoryUri: 'https://u:p@git.example/shop.git' }, {}] },
      [{ type: 'repository', name: 'https://git.example/shop' }],
    ],
    [
      {
        originalUriBaseIds: {
          A: { description: 1 },
          ROOT: { uri: 'file:///home/ci/work/shop/api/' },
        },
      },
      [{ type: 'files', name: '…/shop/api' }],
    ],
    [
      { originalUriBaseIds: { ROOT: { uri: 'file:///ci/workspace/shop@2/' } } },
      [{ type: 'files', name: '…/workspace/shop' }],
    ],
    [
      {
        properties: { imageName: 'shop:1', repoDigests: [`shop@${A}`, 1], imageID: B },
        originalUriBaseIds: { ROOTPATH: { uri: 'file:///' } },
        automationDetails: { id: 'trivy/' },
      },
      [
        { type: 'image', name: 'shop:1', digests: [A], otherDigests: [B] },
        { type: 'other', name: 'trivy' },
      ],
    ],
  ])('%j', (more, targets) => {
    expect(about(more)).toMatchObject({ of: targets });
  });

  it.each<object>([
    {},
    { automationDetails: { id: '' } },
    { automationDetails: null },
    { versionControlProvenance: 'x' },
    { originalUriBaseIds: { ROOT: { uri: 'file:///tmp/x7Yz/' }, HOME: { uri: 'https://x/' } } },
    { originalUriBaseIds: { ROOT: { uri: 'file:///' } } },
  ])('are not known from %j', (more) => {
    expect(about(more)).not.toHaveProperty('of');
  });
});

describe('SARIF: time', () => {
  it('is when the first invocation ended, else when it began', () => {
    const invocations = [
      { startTimeUtc: '2026-01-02T09:00:00Z', endTimeUtc: '2026-01-02T10:00:00.1234567Z' },
      { startTimeUtc: '2026-01-02T09:30:00Z' },
      { endTimeUtc: 'later' },
      null,
    ];
    expect(about({ invocations })).toMatchObject({ at: '2026-01-02T09:30:00.000Z' });
    expect(about({ invocations: [{}] })).not.toHaveProperty('at');
  });
});

describe('SARIF: how much was looked at', () => {
  const extracted = (uris: string[]) => ({
    executionSuccessful: true,
    toolExecutionNotifications: [
      {
        level: 'none',
        descriptor: { id: 'js/diagnostics/successfully-extracted-files' },
        locations: uris.map((uri) => ({ physicalLocation: { artifactLocation: { uri } } })),
      },
    ],
  });
  const lines = (...values: number[]) => ({
    metricResults: values.map((value, i) => ({
      rule: { id: `l${i}/summary/lines-of-code` },
      ...(i > 0 && { ruleId: `l${i}/summary/lines-of-user-code` }),
      value,
    })),
  });

  it.each<[object, object, number | undefined]>([
    [{ artifacts: [{ roles: ['analysisTarget'] }, { roles: ['resultFile'] }, {}] }, {}, 1],
    [{ artifacts: [{ location: { uri: 'a' } }, {}] }, {}, undefined],
    [{ artifacts: [{}, {}] }, { name: 'dependency-check' }, 2],
    [{ artifacts: [] }, { name: 'dependency-check' }, 0],
    [{ invocations: [extracted(['a.js', 'b.js'])] }, {}, 2],
    [{ properties: lines(0, 0) }, {}, 0],
    [{ properties: { metricResults: [{ ruleId: 'a/summary/lines-of-code', value: '0' }] } }, {}, 0],
    [{ properties: lines(9, 0) }, {}, undefined],
    [{}, { name: 'Snyk Container', properties: { artifactsScanned: 12 } }, 12],
    [{}, { name: 'ESLint', properties: { artifactsScanned: 12 } }, undefined],
    [{}, { name: 'Snyk Container', properties: { artifactsScanned: 0 } }, 0],
    [
      {
        properties: {
          coverage: [
            { files: 3, isSupported: true },
            { files: 9, isSupported: false },
          ],
        },
      },
      { name: 'SnykCode' },
      3,
    ],
    [{ properties: { coverage: [] } }, { name: 'SnykCode' }, 0],
    [{ properties: { metrics: { _totals: {}, a: {} } } }, {}, undefined],
    [{ properties: { metrics: { _totals: {}, a: {} } } }, { name: 'Bandit' }, 1],
    [{ invocations: [extracted(['a.js'])], properties: lines(0) }, {}, 0],
  ])('%j of %j: %s', (more, driver, lookedAt) => {
    const entry = about(more, driver);
    expect(entry?.lookedAt).toBe(lookedAt);
    expect(entry?.ran).toBe(lookedAt === 0 ? 'unknown' : 'yes');
  });
});
