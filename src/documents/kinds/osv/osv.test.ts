import { describe, expect, it } from 'vitest';
import { vulnerabilityFingerprint } from '../common/fingerprint.js';
import { osv } from './index.js';
import { config, fault, lodash, only, parse, record, report, vulnerable } from './osv.support.js';
import { parser } from './parser.js';

describe('OSV-Scanner', () => {
  it('reads its example', () => {
    const { findings, coverage, warnings, contradictions } = parse(osv.example);
    expect(findings).toEqual([
      {
        type: 'vulnerability',
        severity: 'high',
        rule: 'GHSA-35jh-r3h4-6jhm',
        aliases: ['CVE-2021-23337'],
        title: 'Command Injection in lodash',
        message: undefined,
        score: 7.2,
        vector: 'CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H',
        purl: 'pkg:npm/lodash@4.17.20',
        packageName: 'lodash',
        packageVersion: '4.17.20',
        fixedVersion: '4.17.21',
        location: '/src/package-lock.json',
        url: 'https://nvd.nist.gov/vuln/detail/CVE-2021-23337',
        fingerprint: vulnerabilityFingerprint('GHSA-35jh-r3h4-6jhm', 'pkg:npm/lodash'),
      },
    ]);
    expect(coverage).toEqual([
      {
        what: 'vulnerability',
        ran: 'yes',
        of: [{ type: 'files', name: '/src/package-lock.json' }],
        lookedAt: 2,
      },
    ]);
    expect([warnings, contradictions]).toEqual([[], []]);
  });

  it.each<[unknown, boolean]>([
    [{ results: [], experimental_config: config }, true],
    [{ results: null, experimental_config: config }, true],
    [{ results: [{ source: { path: 'a', type: 'lockfile' }, packages: [] }] }, true],
    [{ results: [] }, false],
    [{ results: {}, experimental_config: config }, false],
    [{ results: [{ check_id: 'a' }], errors: [] }, false],
    [{ results: [{ source: {}, packages: [] }] }, false],
    [null, false],
    [[], false],
  ])('recognises %j: %s', (document, expected) => {
    expect(parser.recognizes(document)).toBe(expected);
  });

  it('reads a bare list of results if the caller names the kind', () => {
    expect(parse({ results: [] }).coverage).toMatchObject([{ ran: 'unknown' }]);
  });

  it.each([
    [{ results: [], errors: [], paths: {} }],
    [{ results: [{ check_id: 'a' }] }],
    [{}],
    ['x'],
  ])('refuses a document of another tool: %j', (document) => {
    expect(fault(document).message).toContain('is not a report of OSV-Scanner');
  });

  it.each<[unknown, string]>([
    [report([{ package: null }]), '/results/0/packages/0/package'],
    [report([{}]), '/results/0/packages/0/package'],
    [report([vulnerable([{ id: '' }])]), '/results/0/packages/0/vulnerabilities/0/id'],
    [report([vulnerable([record()], { groups: ['x'] })]), '/results/0/packages/0/groups/0'],
  ])('refuses what it cannot read: %j', (document, pointer) => {
    expect(fault(document).pointer).toBe(pointer);
  });

  it('reads nulls and unknown values of the database', () => {
    const odd = {
      ...record({ aliases: null, severity: [{ type: 'X', score: 7 }, null], affected: 'x' }),
      references: [{ url: 'javascript:alert(1)' }, null],
      database_specific: { severity: 7 },
    };
    const groups = [
      { ids: null, aliases: 7 },
      { ids: [odd.id], max_severity: null },
    ];
    expect(only(vulnerable([odd], { groups }))).toMatchObject({
      severity: 'unknown',
      url: undefined,
      fixedVersion: undefined,
    });
  });
});

describe('OSV-Scanner: other findings', () => {
  it('licences that are not allowed', () => {
    const allowed = { licenses: { summary: false, allowlist: ['MIT'] } };
    const packages = [
      { package: lodash, licenses: ['MIT', 'GPL-3.0'], license_violations: ['GPL-3.0'] },
      { package: { ...lodash, name: 'left-pad' }, licenses: ['MIT', 'non-standard', 'UNKNOWN'] },
    ];
    const { findings, coverage } = parse(report(packages, { experimental_config: allowed }));
    expect(findings).toMatchObject([
      { type: 'licence', rule: 'GPL-3.0', purl: 'pkg:npm/lodash@4.17.20', severity: 'unknown' },
      // Policies judge what is allowed for the tool.
      { type: 'licence', rule: 'MIT', purl: 'pkg:npm/lodash@4.17.20', severity: 'none' },
      { type: 'licence', rule: 'MIT', purl: 'pkg:npm/left-pad@4.17.20', severity: 'none' },
    ]);
    expect(findings).toHaveLength(3);
    expect(coverage).toMatchObject([
      { what: 'vulnerability', ran: 'yes', lookedAt: 2 },
      { what: 'licence', ran: 'yes', lookedAt: 2 },
    ]);
  });

  it('are not a licence scan if no licence is listed', () => {
    const allowed = { licenses: { summary: false, allowlist: ['MIT'] } };
    const { coverage } = parse(report([{ package: lodash }], { experimental_config: allowed }));
    expect(coverage[1]).toMatchObject({ what: 'licence', ran: 'unknown' });
  });

  it('of detectors are misconfigurations, and not a scan for them', () => {
    const weak = (Extra: string, Sev: unknown) => ({
      Adv: { ID: { Publisher: 'SCALIBR', Reference: 'weak' }, Title: 'Weak passwords', Sev },
      Target: { Extra },
      Plugins: ['weakcredentials/etcshadow'],
    });
    const experimental_generic_findings = [
      weak('/etc/shadow: weak passwords: root', 5),
      weak('/etc/shadow: weak passwords: www', 'HIGH'),
      { Adv: null, Plugins: null },
      null,
    ];
    const { findings, coverage } = parse(report([], { experimental_generic_findings }));
    expect(findings).toMatchObject([
      { severity: 'critical', rule: 'weak', title: 'Weak passwords', location: '/etc/shadow' },
      { severity: 'high', rule: 'weak' },
      { severity: 'unknown', rule: 'unknown' },
    ]);
    expect(new Set(findings?.map(({ fingerprint }) => fingerprint)).size).toBe(3);
    expect(coverage.map(({ what, ran }) => [what, ran])).toEqual([
      ['vulnerability', 'unknown'],
      ['misconfiguration', 'unknown'],
    ]);
  });
});
