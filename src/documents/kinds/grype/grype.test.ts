import { describe, expect, it } from 'vitest';
import { fault, fixture, match, parse, report, withIgnored } from './grype.support.js';
import { grype } from './index.js';
import { parser } from './parser.js';

describe('Grype: a report', () => {
  const result = parse(fixture());

  it('reads all matches', () => {
    expect(result).toMatchObject({ tool: 'grype', toolVersion: '0.92.2' });
    expect(result.findings).toMatchObject([
      {
        type: 'vulnerability',
        severity: 'high',
        rule: 'GHSA-35jh-r3h4-6jhm',
        aliases: ['CVE-2021-23337'],
        message: 'Command Injection in lodash',
        score: 7.2,
        vector: 'CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H',
        purl: 'pkg:npm/lodash@4.17.20',
        packageName: 'lodash',
        packageVersion: '4.17.20',
        fixedVersion: '4.17.21',
        location: '/app/package-lock.json',
        url: 'https://github.com/advisories/GHSA-35jh-r3h4-6jhm',
      },
      {
        severity: 'low',
        rule: 'CVE-2004-0971',
        aliases: [],
        message: 'The krb5-send-pr script',
        score: 2.1,
        purl: undefined,
        packageName: 'libkrb5',
        fixedVersion: undefined,
        location: undefined,
      },
      { severity: 'critical', rule: 'CVE-2023-4911', fixedVersion: 'a later version' },
    ]);
  });

  it('claims ignored matches', () => {
    expect(result.claims).toEqual([
      {
        fingerprint: result.findings?.[2]?.fingerprint,
        status: 'ignored',
        absolves: true,
        justification: 'No setuid programs; vulnerable_code_not_present',
      },
    ]);
  });
});

describe('Grype: ignored matches', () => {
  it('does not claim defects with other matches, and claims nothing twice', () => {
    const ignored = match({ id: 'CVE-2024-2' }, { appliedIgnoreRules: [{}] });
    const result = withIgnored([match()], [match(), ignored, ignored]);
    expect(result.findings).toHaveLength(4);
    expect(result.claims).toHaveLength(1);
    expect(result.claims?.[0]).toMatchObject({ justification: 'rule for the package' });
  });

  it.each([
    [[{ 'fix-state': 'not-fixed' }], 'fix-state: not-fixed'],
    [[{ 'match-type': 'exact-indirect-match' }], 'match-type: exact-indirect-match'],
    [[{ vulnerability: 'CVE-2024-1' }], 'rule for CVE-2024-1'],
    [[{ 'vex-status': 'fixed' }], 'fixed'],
    [null, undefined],
  ])('rules %j', (appliedIgnoreRules, justification) => {
    const { claims } = withIgnored([], [match({}, { appliedIgnoreRules })]);
    expect(claims).toMatchObject([{ status: 'ignored', justification }]);
  });

  it('none', () => {
    expect(parse(report(match())).claims).toEqual([]);
  });
});

describe('Grype: documents', () => {
  it('reads its own example, and a report without findings', () => {
    expect(parser.recognizes(grype.example)).toBe(true);
    expect(parse(grype.example).findings).toHaveLength(1);
    expect(parser.recognizes(report())).toBe(true);
    expect(parse(report()).findings).toEqual([]);
    expect(parser.recognizes({ matches: [match()] })).toBe(true);
  });

  it.each([
    [null],
    [0],
    [''],
    [[]],
    [{}],
    [Object.create(null)],
    [{ matches: [] }],
    [{ matches: [null] }],
    [{ matches: [1] }],
    [{ matches: {} }],
    [{ matches: [{}], descriptor: null }],
    [{ matches: [], descriptor: { name: 'syft' } }],
    [JSON.parse('{"__proto__": {"matches": []}}')],
  ])('not one of Grype: %j', (document) => {
    expect(parser.recognizes(document)).toBe(false);
  });

  it.each([
    [report(1), '/matches/0'],
    [report({}), '/matches/0/vulnerability'],
    [report(match({ id: 5 })), '/matches/0/vulnerability/id'],
    [report(match(), match({}, { artifact: {} })), '/matches/1/artifact/name'],
    [{ ...report(), ignoredMatches: 'x' }, '/ignoredMatches'],
  ])('fault %#', (document, pointer) => {
    expect(fault(document)).toMatchObject({ pointer, reason: 'invalid' });
  });

  it('refuses more than 200,000 findings', () => {
    const matches = Array.from({ length: 200_001 }, () => match());
    expect(fault({ matches })).toMatchObject({ reason: 'limit', pointer: '/matches' });
  });
});
