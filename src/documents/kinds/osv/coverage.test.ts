import { describe, expect, it } from 'vitest';
import { shownBy } from '../../../vocabulary/coverage.js';
import { config, lodash, parse, record, report, source, vulnerable } from './osv.support.js';

const clean = { package: { ...lodash, name: 'left-pad' } };
const reasonOf = (document: unknown) => parse(document).coverage[0]?.reason;

describe('OSV-Scanner: a clean scan', () => {
  it.each<[string, unknown, number | undefined]>([
    ['lists all packages', report([clean, clean]), 2],
    ['lists all packages and vulnerable ones', report([clean, vulnerable([record()])]), 2],
    ['lists packages by their commit', report([{ package: { commit: 'a'.repeat(40) } }]), 1],
    ['lists vulnerable packages only', report([vulnerable([record()])]), undefined],
  ])('%s', (_case, document, lookedAt) => {
    const { coverage } = parse(document);
    expect(coverage).toMatchObject([{ what: 'vulnerability', ran: 'yes' }]);
    expect(coverage[0]?.lookedAt).toBe(lookedAt);
    expect(shownBy(coverage)).toEqual(['vulnerability']);
  });

  it.each<[string, unknown, string]>([
    ['no results', { results: [], experimental_config: config }, '--all-packages'],
    ['results without packages', report([]), '--all-packages'],
    ['only a licence', report([{ ...clean, license_violations: ['MIT'] }]), '--all-packages'],
    [
      'only a deprecated package',
      report([{ package: { ...lodash, deprecated: true } }]),
      '--all-packages',
    ],
    ['no packages', { results: null, experimental_config: config }, 'found no packages'],
    [
      'packages that cannot be looked up',
      report([{ package: { name: 'a', version: '', ecosystem: 'npm' } }, { package: {} }]),
      'cannot look up',
    ],
  ])('is not shown by %s', (_case, document, reason) => {
    const { coverage } = parse(document);
    expect(shownBy(coverage)).not.toContain('vulnerability');
    expect(coverage[0]).toMatchObject({ ran: 'unknown' });
    expect(reasonOf(document)).toContain(reason);
  });

  it('has a warning, because a failed query looks the same', () => {
    const messages = (document: unknown) => parse(document).warnings?.map(({ message }) => message);
    expect(messages(report([clean]))).toEqual([expect.stringContaining('exit code is above 1')]);
    expect(messages(report([clean, vulnerable([record()])]))).toEqual([]);
    expect(messages(report([]))).toEqual([]);
  });

  it('has a warning about packages that were not looked up', () => {
    const local = { package: { name: 'local', version: '', ecosystem: '' } };
    const { warnings, coverage } = parse(report([local, vulnerable([record()]), clean]));
    expect(warnings).toMatchObject([
      { message: expect.stringMatching(/^1 package has no version/) },
    ]);
    expect(coverage[0]?.lookedAt).toBe(2);
    const blank = { package: { name: ' ', version: ' ', ecosystem: ' ' } };
    expect(parse(report([blank])).coverage).toMatchObject([{ ran: 'unknown', lookedAt: 0 }]);
  });
});

describe('OSV-Scanner: a report that someone has filtered', () => {
  const cut = report([
    clean,
    {
      package: lodash,
      vulnerabilities: [],
      groups: [{ ids: ['GHSA-35jh-r3h4-6jhm'], aliases: ['CVE-2021-23337'], max_severity: '9.1' }],
    },
  ]);

  it('contradicts itself, and the vulnerability counts', () => {
    const { findings, coverage, contradictions } = parse(cut);
    expect(coverage).toMatchObject([
      { ran: 'failed', reason: expect.stringContaining('contradicts itself') },
    ]);
    expect(contradictions).toMatchObject([{ pointer: '/results/0/packages/1/groups/0' }]);
    expect(findings).toMatchObject([
      { rule: 'GHSA-35jh-r3h4-6jhm', severity: 'critical', score: 9.1, packageName: 'lodash' },
    ]);
  });
});

describe('OSV-Scanner: what was scanned', () => {
  const targets = (document: unknown) => parse(document).coverage[0]?.of;

  it('is each source', () => {
    const results = [
      source([clean], '/src/a.lock'),
      source([clean], '/src', 'git'),
      { packages: [] },
    ];
    expect(targets({ results, experimental_config: config })).toEqual([
      { type: 'files', name: '/src/a.lock' },
      { type: 'repository', name: '/src' },
    ]);
  });

  it('is one target for many sources, and another one for others', () => {
    const many = (from: number) => ({
      results: Array.from({ length: 21 }, (_item, i) => source([clean], `/src/${from + i}.lock`)),
    });
    expect(targets(many(0))).toHaveLength(1);
    expect(targets(many(0))).toEqual(targets(many(0)));
    expect(targets(many(0))).not.toEqual(targets(many(1)));
  });

  it('is an image by its top layer, because all images have the same paths', () => {
    const image = (...diffs: string[]) => ({
      results: [source([clean], '/lib/apk/db/installed', 'os')],
      image_metadata: { layer_metadata: diffs.map((diff_id) => ({ diff_id })) },
    });
    expect(targets(image('sha256:a', 'sha256:b', ''))).toEqual([
      { type: 'image', otherDigests: ['sha256:b'] },
    ]);
    expect(targets(image('sha256:a'))).not.toEqual(targets(image('sha256:b')));
    expect(targets(image())).toEqual([{ type: 'image' }]);
  });
});

it.each(['error', 'Errors'])('OSV-Scanner: a source or a package with `%s` failed', (name) => {
  const failed = { ran: 'failed', reason: expect.stringContaining('no network') };
  const fault = { [name]: 'no network' };
  for (const document of [
    { results: [{ ...source([clean]), ...fault }] },
    { results: [source([clean, { ...clean, ...fault }])] },
  ])
    expect(parse(document).coverage).toMatchObject([failed]);
});

it('OSV-Scanner: warns that an empty list shows nothing', () => {
  expect(parse({ results: [] }).warnings).toMatchObject([
    { message: expect.stringContaining('only the word of the uploader'), pointer: '/results' },
  ]);
});
