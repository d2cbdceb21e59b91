import { describe, expect, it } from 'vitest';
import { lodash, only, parse, record, report, vulnerable } from './osv.support.js';

const V3 = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';
const V4 = 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N';
const rated = (fields: object, group: object = {}) =>
  only(vulnerable([record(fields)], { groups: [{ ids: [record().id], ...group }] }));

describe('OSV-Scanner: severities', () => {
  it.each<[string, object, object, string, number | undefined]>([
    ['a vector', { severity: [{ type: 'CVSS_V3', score: V3 }] }, {}, 'critical', 9.8],
    [
      'the higher of two vectors',
      {
        severity: [
          { type: 'CVSS_V4', score: V4 },
          { type: 'CVSS_V3', score: V3 },
        ],
      },
      {},
      'critical',
      9.8,
    ],
    [
      'a word that is worse than the vector',
      { severity: [{ type: 'CVSS_V4', score: V4 }], database_specific: { severity: 'CRITICAL' } },
      {},
      'critical',
      6.9,
    ],
    ['a word of GitHub', { database_specific: { severity: 'MODERATE' } }, {}, 'medium', undefined],
    ['a word of Ubuntu', { severity: [{ type: 'Ubuntu', score: 'high' }] }, {}, 'high', undefined],
    [
      'a word of Debian',
      { affected: [{ ecosystem_specific: { urgency: 'unimportant' } }] },
      {},
      'low',
      undefined,
    ],
    [
      'a vector of RustSec',
      { affected: [{ database_specific: { cvss: V3 } }] },
      {},
      'critical',
      9.8,
    ],
    ['the score of the group', {}, { max_severity: '7.5' }, 'high', 7.5],
    ['nothing', {}, { max_severity: '' }, 'unknown', undefined],
  ])('%s', (_case, fields, group, severity, score) => {
    expect(rated(fields, group)).toMatchObject({ severity });
    expect(rated(fields, group)?.score).toBe(score);
  });

  it('malicious packages are critical, although their records have no rating', () => {
    expect(only(vulnerable([{ id: 'MAL-2026-1234' }]))?.severity).toBe('critical');
  });
});

describe('OSV-Scanner: fixes', () => {
  const affected = (name: string, events: object[], type = 'SEMVER', ecosystem = 'npm') => ({
    package: { name, ecosystem },
    ranges: [{ type, events: [{ introduced: '0' }, ...events] }],
  });

  it.each<[string, object[], string | undefined]>([
    ['the version', [affected('lodash', [{ fixed: '4.17.21' }])], '4.17.21'],
    [
      'each version once',
      [
        affected('lodash', [{ fixed: '3.1' }, { fixed: '4.1' }]),
        affected('lodash', [{ fixed: '3.1' }]),
      ],
      '3.1, 4.1',
    ],
    [
      'only of this package',
      [affected('lodash-es', [{ fixed: '9.9' }]), affected('lodash', [{ fixed: '4.17.21' }])],
      '4.17.21',
    ],
    [
      'not of another ecosystem',
      [affected('lodash', [{ fixed: '9' }], 'ECOSYSTEM', 'PyPI'), affected('lodash', [])],
      undefined,
    ],
    ['no commit', [affected('lodash', [{ fixed: 'abcdef' }], 'GIT')], undefined],
    ['nothing, which is unknown', [affected('lodash', [{ last_affected: '4.17.20' }])], undefined],
  ])('%s', (_case, all, fixedVersion) => {
    const finding = only(vulnerable([record({ affected: all })]));
    expect(finding?.fixedVersion).toBe(fixedVersion);
    expect(finding?.unfixable).toBeUndefined();
  });

  it('of a distribution are those of its release', () => {
    const entry = vulnerable(
      [
        record({
          affected: [
            affected('zlib', [{ fixed: '1.2.11-r2' }], 'ECOSYSTEM', 'Alpine:v3.10'),
            affected('zlib', [{ fixed: '1.2.12-r0' }], 'ECOSYSTEM', 'Alpine:v3.15'),
          ],
        }),
      ],
      { package: { name: 'zlib', version: '1.2.11-r1', ecosystem: 'Alpine:v3.10' } },
    );
    expect(only(entry)?.fixedVersion).toBe('1.2.11-r2');
  });

  it('of a package that is known by its commit are commits', () => {
    const entry = vulnerable(
      [record({ affected: [affected('x', [{ fixed: 'abcdef' }], 'GIT', 'OSS-Fuzz')] })],
      { package: { commit: '1'.repeat(40) } },
    );
    expect(only(entry)).toMatchObject({ fixedVersion: 'abcdef', packageVersion: '1'.repeat(40) });
  });
});

describe('OSV-Scanner: ids', () => {
  const rules = (records: { id: string; aliases?: string[] }[], groups: object[]) =>
    parse(report([vulnerable(records, { groups })])).findings?.map(({ rule }) => rule);

  it('are those of the records, whatever aliases records and groups name', () => {
    expect(rules([{ id: 'PYSEC-2021-1', aliases: ['CVE-2021-1111'] }], [])).toEqual([
      'PYSEC-2021-1',
    ]);
    const groups = [{ ids: ['GO-2021-0053', 'GHSA-c3h9-896r-86jm'], aliases: ['CVE-2021-3121'] }];
    expect(rules([{ id: 'GO-2021-0053' }, { id: 'GHSA-c3h9-896r-86jm' }], groups)).toEqual([
      'GO-2021-0053',
      'GHSA-c3h9-896r-86jm',
    ]);
  });

  it('of a distribution are those of the vulnerability', () => {
    expect(rules([{ id: 'DEBIAN-CVE-2024-1111' }, { id: 'UBUNTU-CVE-2024-2222' }], [])).toEqual([
      'CVE-2024-1111',
      'CVE-2024-2222',
    ]);
  });

  it('of an advisory about several vulnerabilities stay apart', () => {
    const records = [
      { id: 'DSA-1234-1', aliases: ['CVE-2024-1111', 'CVE-2024-2222'] },
      { id: 'DEBIAN-CVE-2024-1111' },
      { id: 'CVE-2024-2222' },
    ];
    const ids = records.map(({ id }) => id);
    expect(rules(records, [{ ids, aliases: [...ids, 'CVE-2024-1111'] }])).toEqual([
      'DSA-1234-1',
      'CVE-2024-1111',
      'CVE-2024-2222',
    ]);
  });
});

describe('OSV-Scanner: packages', () => {
  it.each<[string, string, string, string | undefined, object?]>([
    ['npm', '@a/b', '1.0.0', 'pkg:npm/%40a/b@1.0.0'],
    ['Go', 'github.com/A/b', '1.3.1', 'pkg:golang/github.com/A/b@v1.3.1'],
    ['Go', 'stdlib', '1.20.99', 'pkg:golang/stdlib@1.20.99'],
    ['Maven', 'org.a:b', '2', 'pkg:maven/org.a/b@2'],
    ['Maven:https://repo.example.org', 'org.a:b', '2', 'pkg:maven/org.a/b@2'],
    ['PyPI', 'django', '4', 'pkg:pypi/django@4'],
    ['crates.io', 'regex', '1', 'pkg:cargo/regex@1'],
    ['Packagist', 'a/b', '1', 'pkg:composer/a/b@1'],
    ['RubyGems', 'rails', '7', 'pkg:gem/rails@7'],
    ['NuGet', 'A.B', '1', 'pkg:nuget/A.B@1'],
    [
      'SwiftURL',
      'https://github.com/apple/swift-nio',
      '2',
      'pkg:swift/github.com/apple/swift-nio@2',
    ],
    ['Alpine:v3.18', 'zlib', '1.2-r0', 'pkg:apk/alpine/zlib@1.2-r0'],
    ['Debian:12', 'zlib', '1:1.2', 'pkg:deb/debian/zlib1g@1:1.2', { os_package_name: 'zlib1g' }],
    ['Red Hat:enterprise_linux:9', 'a', '1', 'pkg:rpm/redhat/a@1'],
    ['Android', 'a', '1', undefined],
    ['', 'https://example.org/a.git', '', undefined, { commit: 'abc' }],
  ])('%s %s', (ecosystem, name, version, purl, more = {}) => {
    const entry = vulnerable([record()], {
      package: { ...lodash, ecosystem, name, version, ...more },
    });
    const finding = only(entry);
    expect([finding?.purl, finding?.packageName]).toEqual([
      purl,
      'os_package_name' in more ? 'zlib1g' : name,
    ]);
  });

  it('uncalled and unimportant vulnerabilities are findings that say so', () => {
    const { id } = record();
    const analysed = (analysis: object, field = 'experimental_analysis') =>
      only(
        vulnerable([record({ details: 'More' })], {
          groups: [{ ids: [id], [field]: { [id]: analysis } }],
        }),
      )?.message;
    expect(analysed({ called: false })).toBe(
      'OSV-Scanner found no call of the vulnerable code. More',
    );
    expect(analysed({ called: false }, 'experimentalAnalysis')).toContain('no call');
    expect(analysed({ called: true, unimportant: true })).toContain('unimportant');
    expect(analysed({ called: true })).toBe('More');
  });
});
