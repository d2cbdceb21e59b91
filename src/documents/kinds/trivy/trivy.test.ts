import { describe, expect, it } from 'vitest';
import { MASK } from '../common/mask.js';
import { trivy } from './index.js';
import { parser } from './parser.js';
import { fault, findings, image, parse, report } from './trivy.support.js';

describe('Trivy: a report of an image', () => {
  const document = image();
  const result = parse(document);
  const all = result.findings ?? [];

  it('yields exactly its findings', () => {
    expect(result).toMatchObject({ tool: 'Trivy', toolVersion: '0.69.1', specVersion: '2' });
    expect(all.map(({ type, rule, severity }) => [type, rule, severity])).toEqual([
      ['vulnerability', 'CVE-2023-4911', 'high'],
      ['vulnerability', 'GHSA-35jh-r3h4-6jhm', 'high'],
      ['misconfiguration', 'DS-0031', 'critical'],
      ['misconfiguration', 'DS-0002', 'high'],
      ['misconfiguration', 'AVD-DS-0013', 'medium'],
      ['secret', 'shop-token', 'critical'],
      ['licence', 'GPL-3.0', 'high'],
      ['licence', 'MIT-ish', 'unknown'],
    ]);
  });

  it('yields vulnerabilities', () => {
    expect(all[0]).toMatchObject({
      aliases: [],
      title: 'glibc: buffer overflow in ld.so',
      score: 7.8,
      purl: 'pkg:deb/debian/libc6@2.36-9+deb12u2?arch=amd64&distro=debian-12.5',
      packageName: 'libc6',
      packageVersion: '2.36-9+deb12u2',
      fixedVersion: '2.36-9+deb12u3',
      location: 'registry.example.com/shop:1.4.0 (debian 12.5)',
      url: 'https://avd.aquasec.com/nvd/cve-2023-4911',
    });
    expect(all[1]).toMatchObject({
      aliases: ['CVE-2021-23337'],
      score: 7.2,
      purl: 'pkg:npm/%40shop/lodash@4.17.20',
      fixedVersion: undefined,
      location: 'app/node_modules/@shop/lodash/package.json',
    });
  });

  it('yields misconfigurations, secrets and licences', () => {
    expect(all[2]).toMatchObject({
      message: 'Possible exposure of SHOP_TOKEN\nUse a secret mount',
      location: 'Dockerfile',
      line: 4,
    });
    expect(all[4]).toMatchObject({ line: undefined, message: undefined });
    expect(all[5]).toMatchObject({ location: '/app/settings.py', line: 12 });
    expect(all[6]).toMatchObject({ purl: 'pkg:npm/left-pad', packageName: 'left-pad' });
    expect(all[7]).toMatchObject({ packageName: undefined, location: 'vendor/LICENSE' });
  });

  it('does not keep the secret anywhere', () => {
    expect(JSON.stringify(result)).not.toContain('not-a-real-token');
    expect(JSON.stringify(document)).toContain('not-a-real-token');
    expect(result.masked).toMatchObject({
      Results: [{}, {}, {}, {}, { Secrets: [{ Match: MASK, StartLine: 12 }] }, {}, {}],
    });
    expect(parse(result.masked).findings).toHaveLength(8);
  });
});

describe('Trivy: documents', () => {
  it.each([
    [report()],
    [{ SchemaVersion: 2, ArtifactName: 'x' }],
    [{ SchemaVersion: 2, Results: null }],
  ])('nothing found: %j', (document) => {
    expect(parser.recognizes(document)).toBe(true);
    const result = parse(document);
    expect(result.findings).toEqual([]);
    expect(result.masked).toBeUndefined();
  });

  it.each([
    [null],
    [1],
    ['x'],
    [true],
    [[]],
    [{}],
    [{ SchemaVersion: '2', Results: [] }],
    [{ SchemaVersion: 2 }],
    [Object.create(null)],
    [{ bomFormat: 'CycloneDX' }],
    [JSON.parse('{"__proto__": {"SchemaVersion": 2}}')],
  ])('not one of Trivy: %j', (document) => {
    expect(parser.recognizes(document)).toBe(false);
  });

  it.each([
    [{ SchemaVersion: 1, Results: [] }, '/SchemaVersion'],
    [report('x'), '/Results/0'],
    [report({ Vulnerabilities: {} }), '/Results/0/Vulnerabilities'],
    [report({ Vulnerabilities: [{}] }), '/Results/0/Vulnerabilities/0/VulnerabilityID'],
    [report({ Secrets: [{ RuleID: 1 }] }), '/Results/0/Secrets/0/RuleID'],
    [report({}, { Misconfigurations: [{}] }), '/Results/1/Misconfigurations/0/ID'],
    [report({ Target: 'x'.repeat(2001) }), '/Results/0/Target'],
    [
      report({ ExperimentalModifiedFindings: [{}, { Type: 'vulnerability', Finding: {} }] }),
      '/Results/0/ExperimentalModifiedFindings/1/Finding/VulnerabilityID',
    ],
    [
      report({ ExperimentalModifiedFindings: [{ Type: 'secret', Finding: null }] }),
      '/Results/0/ExperimentalModifiedFindings/0/Finding',
    ],
    [
      report({ ExperimentalModifiedFindings: [{ Type: 'misconfiguration', Finding: {} }] }),
      '/Results/0/ExperimentalModifiedFindings/0/Finding/ID',
    ],
  ])('fault %#', (document, pointer) => {
    expect(fault(document)).toMatchObject({ pointer, reason: 'invalid' });
  });

  const scanner = { uri: 'pkg:github/aquasecurity/trivy', result: { SchemaVersion: 2 } };

  it.each([
    [[{ Target: 'x', Vulnerabilities: null }], 'before 0.20'],
    [{ invocation: {}, scanner, metadata: {} }, '--format cosign-vuln'],
    [{ apiVersion: 'aquasecurity.github.io/v1alpha1', report: {} }, 'Trivy Operator'],
    [[{ apiVersion: 'aquasecurity.github.io/v1alpha1' }], 'Trivy Operator'],
    [{ kind: 'List', items: [{ apiVersion: 'aquasecurity.github.io/v1alpha1' }] }, 'Operator'],
    [{ ID: 'docker-cis', Title: 'CIS', SummaryControls: [] }, 'without --compliance'],
    [{ ID: 'docker-cis', Title: 'CIS', RelatedResources: [], Results: [] }, 'without --compliance'],
  ])('another output of Trivy is refused by its name: %j', (document, message) => {
    expect(parser.recognizes(document)).toBe(true);
    expect(fault(document)).toMatchObject({ reason: 'invalid', pointer: '' });
    expect(fault(document).message).toContain(message);
  });

  it('reads its own example', () => {
    expect(parser.recognizes(trivy.example)).toBe(true);
    expect(parse(trivy.example).findings).toHaveLength(2);
  });

  it('refuses more than 200,000 findings', () => {
    const Licenses = Array.from({ length: 200_001 }, () => ({ Name: 'MIT' }));
    expect(fault(report({ Licenses }))).toMatchObject({ reason: 'limit', pointer: '/Results' });
  });
});

describe('Trivy: licences in its lists of packages', () => {
  const PACKAGES = {
    Target: 'package-lock.json',
    Class: 'lang-pkgs',
    Type: 'npm',
    Packages: [
      { Name: 'a', Version: '1.0.0', Licenses: ['MIT'] },
      { Name: 'b', Version: '2.0.0', Licenses: ['AGPL-3.0-only', 'MIT'] },
      { Name: 'c', Licenses: ['text://Our own terms'] },
      { Name: 'd', License: 'GPL-2.0' },
      { Name: 'e', Licenses: null },
      { Licenses: [' ', 7] },
    ],
  };
  const SCANNED = {
    Target: 'package-lock.json',
    Class: 'license',
    Licenses: [
      { Name: 'MIT', PkgName: 'a', Severity: 'LOW' },
      { Name: 'CUSTOM License: Our own', PkgName: 'c', Severity: 'UNKNOWN' },
    ],
  };
  const read = (...results: object[]) =>
    findings(...results)
      .filter(({ type }) => type === 'licence')
      .map(({ rule, packageName, severity }) => `${rule} ${packageName} ${severity}`);

  it('count beside those that the licence scanner lists, which can be filtered', () => {
    expect(read(PACKAGES, SCANNED)).toEqual([
      'MIT a low',
      'CUSTOM License: Our own c unknown',
      'AGPL-3.0-only b none',
      'MIT b none',
      'GPL-2.0 d none',
    ]);
    expect(findings(PACKAGES, SCANNED)[2]).toMatchObject({ purl: 'pkg:npm/b@2.0.0' });
    expect(read(PACKAGES, { Class: 'license' })).toHaveLength(5);
  });

  it('do not count again if they are suppressed', () => {
    const suppressed = ['AGPL-3.0-only', 'MIT'].map((Name) => ({
      Type: 'license',
      Status: 'ignored',
      Finding: { Name, PkgName: 'b' },
    }));
    const scanned = { ...SCANNED, ExperimentalModifiedFindings: suppressed };
    expect(parse(report(PACKAGES, scanned)).claims).toHaveLength(2);
    expect(read(PACKAGES, scanned)).not.toContain('AGPL-3.0-only b none');
  });

  it('are not read if the scanner did not run, whatever the uploader says', () => {
    expect(read(PACKAGES)).toEqual([]);
    expect(parse(report(PACKAGES))).toMatchObject({
      coverage: [{ what: 'vulnerability' }],
      nothingFor: { licence: expect.stringContaining('--scanners license') },
    });
    expect(parse(report({ ...PACKAGES, Packages: [{ Name: 'a' }] })).nothingFor).not.toHaveProperty(
      'licence',
    );
  });

  it('are refused under a name in another case', () => {
    const result = { ...PACKAGES, Packages: [{ Name: 'a', licenses: ['AGPL-3.0-only'] }] };
    expect(fault(report(result)).pointer).toBe('/Results/0/Packages/0/licenses');
  });
});
