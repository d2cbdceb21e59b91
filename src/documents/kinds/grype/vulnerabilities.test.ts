import { describe, expect, it } from 'vitest';
import { match, only, parse, report } from './grype.support.js';

describe('Grype: vulnerabilities', () => {
  it.each([
    ['Critical', 'critical'],
    ['High', 'high'],
    ['Medium', 'medium'],
    ['Low', 'low'],
    ['Negligible', 'low'],
    ['Unknown', 'unknown'],
    ['toString', 'unknown'],
    ['', 'unknown'],
    [null, 'unknown'],
  ])('severity %s is %s', (severity, expected) => {
    expect(only(match({ severity }))?.severity).toBe(expected);
  });

  const v2 = { version: '2.0', metrics: { baseScore: 9.5 } };
  const v3 = { version: '3.1', metrics: { baseScore: 5 } };
  const v4 = { version: '4.0', metrics: { baseScore: 8 } };

  it.each([
    ['the latest version', { cvss: [v2, v4, v3] }, [], 8],
    [
      'the primary one',
      { cvss: [v3, { ...v3, type: 'Primary', metrics: { baseScore: 4 } }] },
      [],
      4,
    ],
    ['the higher one', { cvss: [v3, { ...v3, metrics: { baseScore: 6 } }] }, [], 6],
    ['a vector', { cvss: [{ vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:L/A:N' }] }, [], 6.5],
    [
      'the highest related one',
      { cvss: null },
      [
        { id: 'A', cvss: [v3] },
        { id: 'B', cvss: [v4] },
      ],
      8,
    ],
    ['none', { cvss: [{ vector: 'nonsense', metrics: { baseScore: -1 } }] }, null, undefined],
  ])('score: %s', (_, vulnerability, relatedVulnerabilities, score) => {
    expect(only(match(vulnerability, { relatedVulnerabilities }))?.score).toBe(score);
  });

  it('takes an unknown severity from the score, else from related vulnerabilities', () => {
    expect(only(match({ severity: 'Unknown', cvss: [v4] }))?.severity).toBe('high');
    const relatedVulnerabilities = [
      { id: 'A', severity: 'Low' },
      { id: 'B', severity: 'Medium' },
    ];
    const unknown = match({ severity: null }, { relatedVulnerabilities });
    expect(only(unknown)).toMatchObject({ severity: 'medium', score: undefined });
  });

  it('takes the worse of a distribution that disputes a vulnerability, and others that rate it', () => {
    const zero = { version: '3.1', vector: 'CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:N/A:N' };
    const severityWith = (severity: string, relatedVulnerabilities: object[]) =>
      only(match({ severity, cvss: [zero] }, { relatedVulnerabilities }))?.severity;
    expect(severityWith('Unknown', [{ id: 'A', cvss: [v4] }])).toBe('high');
    expect(severityWith('Unknown', [{ id: 'A', severity: 'Critical' }])).toBe('critical');
    expect(severityWith('Unknown', [{ id: 'A', severity: 'Unknown' }])).toBe('none');
    expect(severityWith('Low', [{ id: 'A', severity: 'Critical', cvss: [v4] }])).toBe('low');
  });

  it.each([
    ['GHSA-aaaa-bbbb-cccc', ['cve-2024-9'], 'GHSA-aaaa-bbbb-cccc', ['CVE-2024-9']],
    ['BIT-redis-2024-9', ['CVE-2024-9'], 'BIT-redis-2024-9', ['CVE-2024-9']],
    ['ELSA-2024-1', ['CVE-2024-9'], 'ELSA-2024-1', []],
    ['CVE-2024-1', ['CVE-2024-1'], 'CVE-2024-1', []],
    ['CVE-2024-1', ['CVE-2024-2'], 'CVE-2024-1', []],
    ['GHSA-aaaa-bbbb-cccc', ['CVE-2024-1', 'CVE-2024-2'], 'GHSA-aaaa-bbbb-cccc', []],
  ])('%s with %j is %s', (id, related, rule, aliases) => {
    const relatedVulnerabilities = related.map((id) => ({ id }));
    expect(only(match({ id }, { relatedVulnerabilities }))).toMatchObject({ rule, aliases });
  });

  it('reads fixed versions, and only http and https links', () => {
    const fix = { versions: ['1.1', '2.0'], state: 'wont-fix' };
    expect(only(match({ fix }))?.fixedVersion).toBe('1.1, 2.0');
    const urls = ['https://example.com/1'];
    expect(only(match({ dataSource: 'javascript:1', urls }))?.url).toBe('https://example.com/1');
  });

  it.each([
    [{ fix: { versions: ['1.1'], state: 'fixed' } }, '1.1', false],
    [{ fix: { versions: [], state: 'fixed' } }, 'a later version', false],
    [{ fix: { versions: [], state: 'not-fixed' } }, undefined, true],
    [{ fix: { versions: null, state: 'wont-fix' } }, undefined, true],
    [{ fix: { versions: [''], state: 'unknown' } }, undefined, false],
    [{ fixedInVersion: '2.15.0' }, '2.15.0', false],
    [{ fix: null }, undefined, false],
    [{ fix: { state: 'not-fixed', available: [{ version: '1.1' }] } }, '1.1', false],
  ])('fix of %j', (vulnerability, fixedVersion, unfixable) => {
    expect(only(match(vulnerability))).toMatchObject({ fixedVersion, unfixable });
  });

  it('has the fix that a match suggests', () => {
    const none = { fix: { versions: [], state: 'not-fixed' } };
    const matchDetails = [{ type: 'exact-direct-match', fix: { suggestedVersion: '1.1' } }];
    expect(only(match(none, { matchDetails }))).toMatchObject({
      fixedVersion: '1.1',
      unfixable: false,
    });
  });

  it('reads scores, links and places of early versions', () => {
    const cvssV2 = { baseScore: 9.3, vector: 'AV:N/AC:M/Au:N/C:C/I:C/A:C' };
    const cvssV3 = { baseScore: 10, vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H' };
    const artifact = { name: 'log4j-core', version: '2.14.1', locations: ['/a', { path: '/b' }] };
    const links = ['https://example.com/2'];
    const old = match({ severity: '', cvssV2, cvssV3, links }, { artifact });
    expect(only(old)).toMatchObject({
      severity: 'critical',
      score: 10,
      vector: cvssV3.vector,
      location: '/a',
      url: 'https://example.com/2',
    });
    expect(only(match({ cvssV2 }))?.score).toBe(9.3);
  });

  it('keeps fingerprints across versions and order, and gives ids and packages their own', () => {
    const fingerprints = (...matches: unknown[]) =>
      parse(report(...matches)).findings?.map(({ fingerprint }) => fingerprint) ?? [];
    const artifact = { name: 'left-pad', version: '2', purl: 'pkg:npm/left-pad@2' };
    const a = match();
    const b = match({ id: 'CVE-2024-2' });
    const c = match({}, { artifact: { name: 'x' } });
    expect(fingerprints(c, b, a)).toEqual(fingerprints(a, b, c).reverse());
    expect(new Set(fingerprints(a, b, c)).size).toBe(3);
    expect(fingerprints(match({}, { artifact }))).toEqual(fingerprints(a));
  });
});

describe('Grype: a severity and a score', () => {
  const score = (baseScore: number, type?: string) => ({
    version: '3.1',
    type,
    metrics: { baseScore },
  });
  const related = {
    relatedVulnerabilities: [{ id: 'A', severity: 'Critical', cvss: [score(9.8)] }],
  };
  it.each<[string, object, object, string]>([
    ['of the match: the worse', { cvss: [score(9.8)] }, {}, 'critical'],
    [
      'of GitHub, which Grype calls secondary: the worse',
      { namespace: 'github:language:go', cvss: [score(9.8, 'Secondary')] },
      {},
      'critical',
    ],
    [
      'of the NVD and of who assigned the CVE: the word',
      { namespace: 'nvd:cpe', cvss: [score(3, 'Primary'), score(9.8, 'Secondary')] },
      {},
      'low',
    ],
    [
      'of a distribution and the NVD: the word',
      { namespace: 'debian:distro:debian:12' },
      related,
      'low',
    ],
    [
      'of Red Hat, which has its own scale: the word',
      { namespace: 'redhat:distro:redhat:9', cvss: [score(7.5)] },
      {},
      'low',
    ],
    [
      'of version 2, which has no critical',
      {
        cvss: [
          { version: '2.0', vector: 'AV:N/AC:L/Au:N/C:C/I:C/A:C', metrics: { baseScore: 10 } },
        ],
      },
      {},
      'high',
    ],
  ])('%s', (_which, fields, rest, severity) => {
    expect(only(match({ severity: 'Low', ...fields }, rest))?.severity).toBe(severity);
  });
});
