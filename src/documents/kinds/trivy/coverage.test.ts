import { describe, expect, it } from 'vitest';
import { shownBy } from '../../../vocabulary/coverage.js';
import { parse, report } from './trivy.support.js';

const SYSTEM = { Target: 'shop:1 (debian 12)', Class: 'os-pkgs', Type: 'debian' };
const packages = (length: number) => Array.from({ length }, () => ({ Name: 'p' }));
const covers = (...results: object[]) => parse(report(...results)).coverage;
const notes = (document: object) => parse(document).warnings?.map(({ pointer }) => pointer);

describe('Trivy: what a report shows', () => {
  it.each([
    [[SYSTEM], ['vulnerability']],
    [[{ Target: 'main.tf', Class: 'config', Type: 'terraform' }], []],
    [
      [{ Target: 'a', Class: 'config', MisconfSummary: { Successes: 3, Failures: 0 } }],
      ['misconfiguration'],
    ],
    [[{ Class: 'config', Misconfigurations: [{ ID: 'a', Status: 'PASS' }] }], ['misconfiguration']],
    [[{ Target: 'a', Class: 'secret' }], ['secret']],
    [[{ Target: 'OS Packages', Class: 'license' }], ['licence']],
    [[{ Target: 'Loose File License(s)', Class: 'license-file' }], ['licence']],
    [[{ Vulnerabilities: [{ VulnerabilityID: 'CVE-2024-1' }] }], ['vulnerability']],
    [
      [SYSTEM, { Target: 'a', Class: 'secret' }],
      ['secret', 'vulnerability'],
    ],
    [[{ Target: 'x', Class: 'custom' }], []],
    [[{ Target: 'x', Class: 'toString' }], []],
    [[{ Target: 'x' }], []],
    [[{}], []],
    [[], []],
  ])('%j', (results, shown) => {
    expect(shownBy(covers(...results)).sort()).toEqual(shown);
  });

  it('without a result it does not show that anything was scanned', () => {
    for (const document of [report(), { SchemaVersion: 2, ArtifactName: 'x' }]) {
      expect(parse(document).coverage).toMatchObject([
        {
          what: 'vulnerability',
          ran: 'unknown',
          reason: expect.stringMatching(/^it has no result/),
        },
      ]);
    }
  });

  it.each(['container_image', 'filesystem', 'repository'])(
    'without a result of a %s it looked at nothing, and says so',
    (ArtifactType) => {
      const { coverage, warnings } = parse({ ...report(), ArtifactType });
      expect(coverage).toMatchObject([{ ran: 'unknown', lookedAt: 0 }]);
      expect(warnings).toMatchObject([{ message: expect.stringContaining('has no result') }]);
    },
  );

  it.each([
    ['nothing', [], ['licence', 'misconfiguration', 'vulnerability']],
    ['secrets', [{ Class: 'secret' }], ['licence', 'misconfiguration', 'vulnerability']],
    ['packages', [SYSTEM], ['misconfiguration']],
    ['licences', [{ Class: 'license' }], ['misconfiguration', 'vulnerability']],
    ['configuration', [{ Class: 'config' }], ['licence', 'vulnerability']],
  ])('with results of %s it shows for what there was nothing', (_what, results, nothing) => {
    expect(Object.keys(parse(report(...results)).nothingFor ?? {}).sort()).toEqual(nothing);
  });

  it.each(['Error', 'error', 'Errors'])('a result with `%s` failed', (name) => {
    const { coverage } = parse(report(SYSTEM, { ...SYSTEM, [name]: 'no space left' }));
    expect(coverage).toMatchObject([
      { ran: 'failed', reason: expect.stringContaining('no space left') },
    ]);
  });

  it('fewer than no checks is not a clean scan', () => {
    const MisconfSummary = { Successes: -2, Failures: 0 };
    expect(covers({ Class: 'config', MisconfSummary })).toMatchObject([{ ran: 'unknown' }]);
  });

  it.each([
    [[SYSTEM], undefined],
    [
      [
        { ...SYSTEM, Packages: packages(3) },
        { ...SYSTEM, Packages: packages(2) },
      ],
      5,
    ],
    [
      [
        { ...SYSTEM, Packages: packages(3) },
        { ...SYSTEM, Class: 'lang-pkgs' },
      ],
      3,
    ],
    [[{ ...SYSTEM, Packages: null }], undefined],
    [[{ ...SYSTEM, Packages: [] }], 0],
    [[{ ...SYSTEM, Packages: [null, ''] }], 0],
    [[{ ...SYSTEM, Packages: [{}, { Name: '' }, { Name: ' ' }, { Name: 7 }] }], 0],
    [[{ ...SYSTEM, Packages: [{}, { ID: 'p@1' }] }], 1],
  ])('number of packages: %j', (results, lookedAt) => {
    const coverage = covers(...results);
    expect(coverage[0]?.lookedAt).toBe(lookedAt);
    expect(shownBy(coverage)).toEqual(lookedAt === 0 ? [] : ['vulnerability']);
  });

  it('a report with findings has looked at something', () => {
    const Vulnerabilities = [{ VulnerabilityID: 'CVE-2024-1' }];
    expect(covers({ ...SYSTEM, Vulnerabilities, Packages: packages(2) })[0]?.lookedAt).toBe(2);
    expect(covers({ ...SYSTEM, Vulnerabilities, Packages: [] })).toMatchObject([{ ran: 'yes' }]);
  });

  it('counts the checks of a configuration, and no check is not a clean scan', () => {
    const config = (Successes: number) => ({
      Class: 'config',
      MisconfSummary: { Successes, Failures: 0 },
    });
    expect(covers(config(3), config(2))).toMatchObject([{ ran: 'yes', lookedAt: 5 }]);
    expect(
      covers(config(3), { Class: 'config', Misconfigurations: [{ ID: 'a', Status: 'PASS' }] })[0],
    ).not.toHaveProperty('lookedAt');
    expect(covers(config(0))).toMatchObject([{ ran: 'unknown', lookedAt: 0 }]);
  });

  it.each([undefined, null, {}, { Successes: 3 }, { Failures: 0 }])(
    'a file without checks and with the summary %j does not show that any check ran',
    (MisconfSummary) => {
      const whole = { Class: 'config', MisconfSummary: { Successes: 3, Failures: 0 } };
      for (const results of [[], [whole], [SYSTEM]])
        expect(
          covers(...results, { Target: 'Dockerfile', Class: 'config', MisconfSummary })[0],
        ).toMatchObject({
          ...{ what: 'misconfiguration', ran: 'unknown' },
          reason: expect.stringContaining('"Dockerfile" has no checks'),
        });
    },
  );

  it('contradicts itself if it counts more failed checks than it lists', () => {
    const cut = { Target: 'a', Class: 'config', MisconfSummary: { Successes: 1, Failures: 2 } };
    const Misconfigurations = [
      { ID: 'DS002', Status: 'FAIL' },
      { ID: 'DS001', Status: 'PASS' },
    ];
    expect(parse(report(SYSTEM, { ...cut, Misconfigurations }))).toMatchObject({
      findings: [{ rule: 'DS002' }],
      coverage: [
        { what: 'misconfiguration', ran: 'failed' },
        { what: 'vulnerability', ran: 'yes' },
      ],
      contradictions: [
        {
          message: 'counts 2 failed checks, and 1 are listed',
          pointer: '/Results/1/MisconfSummary/Failures',
        },
      ],
    });
  });
});

describe('Trivy: when and what was scanned', () => {
  it.each([
    ['2025-10-01T02:00:00.123456789+02:00', '2025-10-01T00:00:00.123Z'],
    ['0001-01-01T00:00:00Z', undefined],
    [7, undefined],
  ])('CreatedAt %s', (CreatedAt, at) => {
    expect(parse({ ...report(SYSTEM), CreatedAt }).coverage[0]?.at).toBe(at);
  });

  const sha = (character: string) => `sha256:${character.repeat(64)}`;
  const of = (ArtifactType: string, ArtifactName: unknown, Metadata: unknown = null) =>
    parse({ ...report(SYSTEM), ArtifactName, ArtifactType, Metadata }).coverage[0]?.of?.[0];

  it('an image', () => {
    const Metadata = {
      ImageID: sha('b'),
      RepoTags: ['other/thing:9'],
      RepoDigests: [`other/thing@${sha('c')}`, 7],
    };
    expect(of('container_image', 'other/thing:9', Metadata)).toEqual({
      type: 'image',
      name: 'other/thing:9',
      digests: [sha('c')],
      otherDigests: [sha('b')],
    });
    expect(of('container_image', `other/thing@${sha('d')}`)?.digests).toEqual([sha('d')]);
    expect(of('', 'shop:1', { ImageID: sha('b') })?.type).toBe('image');
  });

  it.each(['/tmp/x1.tar', './out', 'image.tar.gz', '055936d39205', sha('e')])(
    'an image that was scanned as %s has the name of its tag',
    (name) => {
      expect(of('container_image', name, { RepoTags: ['shop:1'] })?.name).toBe('shop:1');
      expect(of('container_image', name, { Reference: 'shop:2' })?.name).toBe('shop:2');
      expect(of('container_image', name)?.name).toBe(name);
    },
  );

  const RepoURL = 'https://git.example/shop';

  it.each([
    ['filesystem', 'services/a', null, 'files', 'services/a'],
    ['cyclonedx', 'sbom.json', null, 'other', 'sbom.json'],
    ['spdx', 'sbom.json', null, 'other', 'sbom.json'],
    ['vm', 'disk.img', null, 'files', 'disk.img'],
    ['unikernel', 'disk.img', null, 'files', 'disk.img'],
    ['', 'disk.img', null, 'other', 'disk.img'],
    ['repository', 'services/a', { RepoURL }, 'repository', `${RepoURL} services/a`],
    ['repository', '.', { RepoURL }, 'repository', RepoURL],
    ['repository', RepoURL, { RepoURL }, 'repository', RepoURL],
    ['repository', '.', null, 'repository', '.'],
    ['repository', 7, { RepoURL }, 'repository', RepoURL],
  ])('%s %s %j', (type, name, metadata, target, expected) => {
    expect(of(type, name, metadata)).toEqual({ type: target, name: expected });
  });

  it('a target has no token of an address', () => {
    const { coverage } = parse({
      ...report({ Class: 'config' }),
      ArtifactName: 'https://ghp_hunt2@git.example/a',
      ArtifactType: 'repository',
    });
    expect(coverage[0]?.of).toEqual([{ type: 'repository', name: 'https://git.example/a' }]);
  });

  it('nothing that is named', () => {
    expect(of('filesystem', undefined)).toBeUndefined();
    expect(parse({ SchemaVersion: 2, Results: [SYSTEM] }).coverage[0]?.of).toEqual([]);
  });
});

describe('Trivy: warnings', () => {
  const image = (OS: object, ...results: object[]) => ({ ...report(...results), Metadata: { OS } });
  const LIBRARY = { Target: 'Node.js', Class: 'lang-pkgs', Type: 'node-pkg' };

  it.each([
    [report(SYSTEM), []],
    [report({ Target: 'x', Class: 'aws' }), ['/Results/0/Class']],
    [report(SYSTEM, { Target: 'x' }), ['/Results/1/Class']],
    [image({ Family: 'debian', EOSL: true }, SYSTEM), ['/Metadata/OS/EOSL']],
    [image({ Family: 'none' }, LIBRARY), []],
    [image({ Family: 'debian' }, { Class: 'secret' }), []],
    [report({ ...SYSTEM, Packages: packages(1) }), []],
  ])('%#', (document, pointers) => {
    expect(notes(document)).toEqual(pointers);
  });
});

describe('Trivy: whether vulnerabilities were looked for', () => {
  const listed = { ...SYSTEM, Packages: packages(1) };
  const assumed = (...results: object[]) => parse(report(...results)).assumed;

  it('is assumed if each result only lists packages', () => {
    expect(assumed(listed)).toMatchObject({
      what: 'vulnerability',
      warning: { pointer: '/Results/0', message: expect.stringContaining('--scanners') },
    });
    expect(assumed({ Class: 'secret' }, listed)?.warning.pointer).toBe('/Results/1');
  });

  it('is shown by a result without a list, and by a vulnerability', () => {
    expect(assumed(listed, SYSTEM)).toBeUndefined();
    const Vulnerabilities = [{ VulnerabilityID: 'CVE-2024-1' }];
    expect(assumed({ ...listed, Vulnerabilities })).toBeUndefined();
    expect(assumed({ Class: 'secret' })).toBeUndefined();
  });
});

describe('Trivy: an image whose system was not scanned', () => {
  const image = (OS: object, ...results: object[]) => ({ ...report(...results), Metadata: { OS } });
  const LIBRARY = { Target: 'Node.js', Class: 'lang-pkgs', Type: 'node-pkg' };
  const LISTED = { ...LIBRARY, Packages: packages(2) };
  const Vulnerabilities = [{ VulnerabilityID: 'CVE-2024-1' }];

  it('does not count as scanned for vulnerabilities', () => {
    expect(parse(image({ Family: 'debian' }, LIBRARY)).coverage).toMatchObject([
      { what: 'vulnerability', ran: 'failed', reason: expect.stringContaining('os-pkgs') },
    ]);
    for (const whole of [image({ Family: 'debian' }, LIBRARY, SYSTEM), image({}, LIBRARY)])
      expect(parse(whole).coverage).toMatchObject([{ what: 'vulnerability', ran: 'yes' }]);
  });

  // Trivy writes the family `none` only if it found packages, and looks at none of them.
  it('is one whose system Trivy does not know, though it has packages', () => {
    for (const document of [image({ Family: 'none' }, LIBRARY), image({ Family: 'none' }, LISTED)])
      expect(parse(document).coverage).toMatchObject([
        { ran: 'failed', reason: expect.stringContaining('/etc/os-release') },
      ]);
  });

  it.each([
    ['others are listed', report(SYSTEM, LISTED)],
    ['others are listed, and of it none', report({ ...SYSTEM, Packages: [] }, LISTED)],
    ['the version lists all', { ...report(SYSTEM), Trivy: { Version: '0.70.0' } }],
    ['others have findings', report(SYSTEM, { ...LISTED, Vulnerabilities })],
  ])('is one of which no package is listed, where %s', (_where, document) => {
    const [entry] = parse(document).coverage;
    expect(entry).toMatchObject({
      what: 'vulnerability',
      ran: 'failed',
      reason: expect.stringContaining('--list-all-pkgs'),
    });
    expect(entry?.reason?.length).toBeLessThanOrEqual(300);
  });

  it.each([
    ['packages', { Packages: packages(1) }],
    ['findings', { Vulnerabilities }],
    [
      'suppressed findings',
      {
        ExperimentalModifiedFindings: [
          { Type: 'vulnerability', Status: 'ignored', Finding: Vulnerabilities[0] },
        ],
      },
    ],
  ])('is not one with %s', (_what, fields) => {
    const { coverage } = parse({
      ...report({ ...SYSTEM, ...fields }, LISTED),
      Trivy: { Version: '0.70.0' },
    });
    expect(coverage).toMatchObject([{ ran: 'yes' }]);
    expect(coverage[0]?.caveat).toBeUndefined();
  });

  it('cannot be told by a report of an older version without lists, which the verdict tells', () => {
    expect(parse(report(SYSTEM)).coverage).toMatchObject([
      { ran: 'yes', caveat: expect.stringContaining('--list-all-pkgs') },
    ]);
  });
});

describe('Trivy: a scan of an SBOM', () => {
  it('can have looked for packages only', () => {
    const of = (ArtifactType: string) => parse({ ...report(SYSTEM), ArtifactType }).able;
    expect(of('cyclonedx')).toEqual(['vulnerability', 'licence']);
    expect(of('spdx')).toEqual(['vulnerability', 'licence']);
    expect(of('container_image')).toBeUndefined();
  });
});
