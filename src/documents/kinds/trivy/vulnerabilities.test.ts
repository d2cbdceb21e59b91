import { describe, expect, it } from 'vitest';
import { purlOf } from './packages.js';
import { parser } from './parser.js';
import { findings, image, parse, report, vulnerability } from './trivy.support.js';

/** A source disputes the vulnerability. */
const ZERO = 'CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:N/A:N';

describe('Trivy: vulnerabilities', () => {
  it.each([
    ['CRITICAL', 'critical'],
    ['HIGH', 'high'],
    ['Medium', 'medium'],
    ['LOW', 'low'],
    ['UNKNOWN', 'unknown'],
    ['constructor', 'unknown'],
    ['', 'unknown'],
    [null, 'unknown'],
    [undefined, 'unknown'],
  ])('severity %s is %s', (Severity, severity) => {
    expect(vulnerability({ Severity })?.severity).toBe(severity);
  });

  it.each([
    ['its source', { SeveritySource: 'redhat' }, 3],
    ['the NVD', { SeveritySource: 'alpine' }, 5],
    ['the NVD, without a source', {}, 5],
  ])('score of %s', (_, fields, score) => {
    const CVSS = { ghsa: { V3Score: 9 }, nvd: { V3Score: 5 }, redhat: { V3Score: 3 } };
    expect(vulnerability({ CVSS, ...fields })).toMatchObject({ score });
  });

  it.each([
    [{ ghsa: { V3Score: 6 }, bitnami: { V3Score: 9.1 } }, 6, 'medium'],
    [{ bitnami: { V3Score: 4 }, redhat: { V3Score: 9.1 } }, 9.1, 'critical'],
    [{ nvd: { V2Score: 9 }, redhat: { V3Score: 4 } }, 4, 'medium'],
    [{ nvd: { V2Vector: 'AV:N/AC:M/Au:N/C:N/I:N/A:P' } }, 4.3, 'medium'],
    [{ nvd: { V3Score: 9, V40Score: 3 } }, 3, 'low'],
    [{ nvd: { V3Score: 99, V3Vector: 'nonsense' } }, 10, 'critical'],
    [{ nvd: { V3Vector: ZERO }, redhat: { V3Score: 9.1 } }, 9.1, 'critical'],
    [{ nvd: { V3Vector: ZERO } }, 0, 'none'],
    [{}, undefined, 'unknown'],
    [JSON.parse('{"__proto__": {"V3Score": 5}}'), 5, 'medium'],
    [null, undefined, 'unknown'],
  ])('of %j', (CVSS, score, severity) => {
    const SeveritySource = 'toString';
    expect(vulnerability({ CVSS, SeveritySource })).toMatchObject({ score, severity });
  });

  it.each([
    ['yarn', '@a/b', 'pkg:npm/%40a/b@1.0.0'],
    ['pip', 'Django_X', 'pkg:pypi/django-x@1.0.0'],
    ['conda-pkg', 'x', 'pkg:conda/x@1.0.0'],
    ['jar', 'g.h:a', 'pkg:maven/g.h/a@1.0.0'],
    ['jar', 'no-group', undefined],
    ['gomod', 'github.com/Masterminds/Goutils', 'pkg:golang/github.com/masterminds/goutils@1.0.0'],
    ['gemspec', 'rails', 'pkg:gem/rails@1.0.0'],
    ['rustbinary', 'time', 'pkg:cargo/time@1.0.0'],
    ['composer', 'a/b', 'pkg:composer/a/b@1.0.0'],
    ['dotnet-core', 'A.B', 'pkg:nuget/A.B@1.0.0'],
    ['alpine', 'musl', 'pkg:apk/alpine/musl@1.0.0'],
    ['ubuntu', 'bash', 'pkg:deb/ubuntu/bash@1.0.0'],
    ['redhat', 'bash', 'pkg:rpm/redhat/bash@1.0.0'],
    ['opensuse.leap', 'bash', 'pkg:rpm/opensuse-leap/bash@1.0.0'],
    ['suse linux enterprise server', 'bash', 'pkg:rpm/sles/bash@1.0.0'],
    ['constructor', 'x', undefined],
    ['npm', '', undefined],
  ])('purl for %s: %s', (type, name, purl) => {
    expect(purlOf(type, name, '1.0.0')).toBe(purl);
  });

  it('omits a version that the purl type refuses', () => {
    expect(purlOf('gobinary', 'stdlib', 'v1')).toBe('pkg:golang/stdlib');
  });

  it('accepts a wrong purl, an unknown type and a missing name', () => {
    const PkgIdentifier = { PURL: 'nonsense' };
    expect(vulnerability({ PkgIdentifier })?.purl).toBe('pkg:npm/left-pad@1.0.0');
    const bare = { VulnerabilityID: 'CVE-2024-1' };
    expect(findings({ Target: 't', Vulnerabilities: [bare] })[0]).toMatchObject({
      purl: undefined,
      packageName: 't',
      location: 't',
    });
  });

  it('does not use vendor ids as aliases, and keeps two CVEs separate', () => {
    const VendorIDs = ['RHSA-2024:1', 'cve-2024-2', 'GHSA-AAAA-bbbb-cccc'];
    expect(vulnerability({ VendorIDs })).toMatchObject({ rule: 'CVE-2024-1', aliases: [] });
    expect(vulnerability({ VendorIDs: [VendorIDs[2]] })?.aliases).toEqual(['GHSA-aaaa-bbbb-cccc']);
  });

  it.each([
    ['fixed', '1.1', '1.1', false],
    ['fixed', '', 'a later version', false],
    ['affected', '', undefined, true],
    ['will_not_fix', null, undefined, true],
    ['fix_deferred', undefined, undefined, true],
    ['end_of_life', '', undefined, true],
    ['affected', '1.1', '1.1', false],
    ['under_investigation', '', undefined, false],
    ['unknown', '', undefined, false],
    [undefined, '', undefined, false],
    [3, '', undefined, false],
  ])('fix with status %s and version %s', (Status, FixedVersion, fixedVersion, unfixable) => {
    expect(vulnerability({ Status, FixedVersion })).toMatchObject({ fixedVersion, unfixable });
  });

  it('accepts only http and https links', () => {
    expect(vulnerability({ PrimaryURL: 'javascript:alert(1)' })?.url).toBeUndefined();
  });
});

describe('Trivy: fingerprints', () => {
  it('stay the same if version, place, line, severity and order change', () => {
    const later = { InstalledVersion: '2.0.0', PkgPath: 'x', Severity: 'LOW', FixedVersion: '3' };
    const one = vulnerability()?.fingerprint;
    expect(vulnerability(later)?.fingerprint).toBe(one);
    const PkgIdentifier = { PURL: 'pkg:npm/left-pad@1.0.0?x=y' };
    expect(vulnerability({ PkgIdentifier })?.fingerprint).toBe(one);
    const of = (document: { Results: unknown[] }) =>
      parse(document)
        .findings?.map(({ fingerprint }) => fingerprint)
        .sort();
    expect(of({ ...image(), Results: image().Results.reverse() })).toEqual(of(image()));
  });

  it('differ for other ids, packages, targets and secrets', () => {
    const secret = (Match: string, Target = 'a', RuleID = 'r') =>
      findings({ Target, Secrets: [{ RuleID, Match }] })[0]?.fingerprint;
    const misconfiguration = (ID: string, Target: string, fields: object = {}) =>
      findings({ Target, Misconfigurations: [{ ID, ...fields }] })[0]?.fingerprint;
    const all = [
      vulnerability()?.fingerprint,
      vulnerability({ VulnerabilityID: 'CVE-2024-2' })?.fingerprint,
      vulnerability({ PkgName: 'right-pad' })?.fingerprint,
      vulnerability({}, 'pip')?.fingerprint,
      secret('one'),
      secret('two'),
      secret('one', 'b'),
      secret('one', 'a', 's'),
      misconfiguration('DS002', 'a'),
      misconfiguration('DS002', 'b'),
      misconfiguration('DS003', 'a'),
      misconfiguration('DS003', 'a', { CauseMetadata: { Resource: 'b1' } }),
      misconfiguration('DS003', 'a', { CauseMetadata: { Resource: 'b2' } }),
      misconfiguration('DS003', 'a', { Message: 'Container x' }),
    ];
    expect(new Set(all).size).toBe(all.length);
    const other = parser.parse(report({ Target: 'a', Secrets: [{ RuleID: 'r', Match: 'one' }] }), {
      secretKey: new Uint8Array(32),
    });
    expect(all).not.toContain(other.findings?.[0]?.fingerprint);
  });

  const at = (StartLine: number, Resource?: string) => ({
    ID: 'AWS-0086',
    CauseMetadata: { StartLine, Resource },
  });
  const fingerprints = (...Misconfigurations: object[]) =>
    findings({ Target: 'main.tf', Misconfigurations }).map(({ fingerprint }) => fingerprint);

  it('tell the resources of one file apart, wherever they stand', () => {
    const [b1, b2] = fingerprints(at(1, 'b1'), at(20, 'b2'));
    expect(b1).not.toBe(b2);
    expect(fingerprints(at(2, 'b2'), at(30, 'b1'))).toEqual([b2, b1]);
  });

  it.each([[undefined], ['b1']])('count each place of one check on %s once', (resource) => {
    const [one, two, again] = fingerprints(at(1, resource), at(20, resource), at(1, resource));
    expect(two).not.toBe(one);
    expect(again).toBe(one);
    expect(fingerprints(at(5, resource))).toEqual([one]);
  });
});

describe('Trivy: a severity and a score', () => {
  const nvd = { nvd: { V3Score: 9.8 } };
  const redhat = { redhat: { V3Score: 7.5 } };
  it.each<[string, object, string]>([
    ['of one source: the worse', { SeveritySource: 'nvd', CVSS: nvd }, 'critical'],
    ['of one source in another case', { SeveritySource: ' NVD', CVSS: nvd }, 'critical'],
    [
      'of one source in two cases',
      { SeveritySource: 'nvd', CVSS: { NVD: { V3Score: 2 }, ...nvd } },
      'critical',
    ],
    ['of an empty source: the worse', { SeveritySource: ' ', CVSS: nvd }, 'critical'],
    ['of a distribution and the NVD: the word', { SeveritySource: 'debian', CVSS: nvd }, 'low'],
    [
      'of Red Hat, which has its own scale: the word',
      { SeveritySource: 'redhat', CVSS: redhat },
      'low',
    ],
    ['without a source: the worse', { CVSS: nvd }, 'critical'],
    [
      'of version 2, which has no critical',
      {
        SeveritySource: 'nvd',
        CVSS: { nvd: { V2Score: 10, V2Vector: 'AV:N/AC:L/Au:N/C:C/I:C/A:C' } },
      },
      'high',
    ],
    ['of a source named as a method', { SeveritySource: 'constructor', CVSS: nvd }, 'low'],
  ])('%s', (_which, fields, severity) => {
    expect(vulnerability({ Severity: 'LOW', ...fields })?.severity).toBe(severity);
  });

  it('of which the score is lower: the word', () => {
    const fields = { Severity: 'CRITICAL', SeveritySource: 'nvd', CVSS: { nvd: { V3Score: 2 } } };
    expect(vulnerability(fields)?.severity).toBe('critical');
  });
});
