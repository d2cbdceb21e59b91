import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { shownBy } from '../../../vocabulary/coverage.js';
import { parser } from './parser.js';
import { fault, parse } from './trivy.support.js';

const fixture = () =>
  JSON.parse(readFileSync(new URL('./fixtures/cluster.json', import.meta.url), 'utf8'));

const resource = (fields: object = {}) => ({
  Namespace: 'default',
  Kind: 'Deployment',
  Name: 'shop',
  Results: [{ Target: 'shop:1 (debian 12)', Class: 'os-pkgs', Type: 'debian' }],
  ...fields,
});

describe('Trivy: a cluster', () => {
  const result = parse(fixture());

  it('yields the findings of its resources', () => {
    expect(result.findings).toMatchObject([
      {
        rule: 'CVE-2026-1',
        severity: 'critical',
        location: 'default/Deployment/shop: shop:1 (debian 12)',
      },
      { rule: 'KSV-0001', severity: 'medium', location: 'default/Deployment/shop' },
      { rule: 'KSV-0001', severity: 'medium', location: 'other/Deployment/shop' },
    ]);
    const [, one, other] = result.findings ?? [];
    expect(one?.fingerprint).not.toBe(other?.fingerprint);
  });

  it('is refused if it also has the results of one target', () => {
    const both = { ClusterName: 'c', Resources: [resource()], Results: [{ Target: 'a' }] };
    expect(() => parse(both)).toThrow('the lists of a cluster and of one target');
  });

  it('says what was scanned', () => {
    const of = [
      {
        type: 'cluster',
        name: 'kind-test',
        otherDigests: [`sha256:${'c'.repeat(64)}`, `sha256:${'b'.repeat(64)}`],
      },
    ];
    expect(result).toMatchObject({
      tool: 'Trivy',
      coverage: [
        { what: 'misconfiguration', ran: 'yes', of },
        { what: 'vulnerability', ran: 'yes', of },
      ],
    });
  });

  it('has the digests of images that share a resource apart, because they name no artifact', () => {
    const image = (n: number) => ({
      ImageID: `sha256:${String(n).repeat(64)}`,
      RepoDigests: [`x@sha256:${String(n + 5).repeat(64)}`],
    });
    const Resources = [
      resource({ Metadata: [image(1), image(2)] }),
      resource({ Name: 'web', Metadata: [image(3)] }),
    ];
    const digest = (n: number) => `sha256:${String(n).repeat(64)}`;
    expect(parse({ ClusterName: 'c', Resources }).coverage[0]?.of).toEqual([
      {
        type: 'cluster',
        name: 'c',
        otherDigests: [digest(8), digest(3)],
        digests: [digest(6), digest(7), digest(1), digest(2)],
      },
    ]);
  });

  it('in which a scan failed shows nothing by its silence', () => {
    const failing = resource({ Name: 'worker', Results: null, Error: 'pull: 401' });
    const { coverage } = parse({ ClusterName: 'c', Resources: [resource(), failing, failing] });
    expect(coverage).toMatchObject([
      {
        what: 'vulnerability',
        ran: 'failed',
        reason:
          'the report says that the scan of a resource failed: default/Deployment/worker: pull: 401, and 1 more',
      },
    ]);
  });

  it('with an error of a resource in another field failed', () => {
    const { coverage } = parse({
      ClusterName: 'c',
      Resources: [resource({ Errors: ['pull: 401'] })],
    });
    expect(coverage).toMatchObject([
      { ran: 'failed', reason: expect.stringContaining('pull: 401') },
    ]);
  });

  it('warns of resources without a result', () => {
    const { warnings } = parse({
      ClusterName: 'c',
      Resources: [resource(), resource({ Results: null }), resource({ Results: [] })],
    });
    expect(warnings).toEqual([{ message: '2 resources without a result, and without an error' }]);
  });

  it('of which nothing was scanned shows nothing', () => {
    for (const document of [
      { ClusterName: '' },
      { ClusterName: 'c', Resources: [resource({ Results: [] })] },
    ]) {
      expect(parser.recognizes(document)).toBe(true);
      expect(shownBy(parse(document).coverage)).toEqual([]);
    }
  });

  it('as a summary has findings, but shows nothing by its silence', () => {
    const { findings, coverage } = parse({ ClusterName: 'c', Findings: fixture().Resources });
    expect(findings).toHaveLength(3);
    expect(shownBy(coverage)).toEqual([]);
    expect(coverage[0]?.reason).toContain('--report all');
  });

  it('of an older version has two lists', () => {
    const { Resources } = fixture();
    const document = { ClusterName: 'c', Vulnerabilities: Resources, Misconfigurations: null };
    expect(parser.recognizes(document)).toBe(true);
    expect(parse(document).findings).toHaveLength(3);
  });

  it('with a fault names its place', () => {
    const Results = [{ Target: 'x', Misconfigurations: [{}] }];
    expect(
      fault({ ClusterName: 'c', Resources: [resource(), resource({ Results })] }).pointer,
    ).toBe('/Resources/1/Results/0/Misconfigurations/0/ID');
  });

  it.each([
    ['whose system has no package', {}, {}],
    ['of a system that Trivy does not know', { OS: { Family: 'none' } }, { Packages: [{}] }],
  ])('does not show an image %s', (_which, system, fields) => {
    const image = (n: number) => ({
      ImageID: `sha256:${String(n).repeat(64)}`,
      RepoTags: [`i:${n}`],
    });
    const result = { Target: 'i', Class: 'os-pkgs', Type: 'debian' };
    const Resources = [
      resource({ Metadata: [image(1)], Results: [{ ...result, Packages: [{ Name: 'p' }] }] }),
      resource({
        Name: 'web',
        Metadata: [{ ...image(2), ...system }],
        Results: [{ ...result, ...fields }],
      }),
    ];
    expect(parse({ ClusterName: 'c', Resources }).coverage).toMatchObject([
      {
        what: 'vulnerability',
        ran: 'unknown',
        reason: expect.stringContaining('i:2'),
        of: [{ otherDigests: [`sha256:${'1'.repeat(64)}`] }],
      },
    ]);
  });
});
