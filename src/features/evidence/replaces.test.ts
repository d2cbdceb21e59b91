import { describe, expect, it } from 'vitest';
import { testNamesOf } from '../../documents/parsing/test-names.js';
import type { Coverage } from '../../vocabulary/coverage.js';
import { FINDING_TYPES, type FindingType } from '../../vocabulary/finding-types.js';
import { SEVERITIES } from '../../vocabulary/severity.js';
import { indexed, type Subject } from '../../vocabulary/subject.js';
import { mustKeep, type Replacing, whyBeside as whyBesideOf } from './replaces.js';

const whyBeside = (by: Replacing, older: Replacing, artifacts: readonly Subject[] = []) =>
  whyBesideOf(by, older, indexed(artifacts));

const zeros = <K extends string>(keys: readonly K[]) =>
  Object.fromEntries(keys.map((key) => [key, 0])) as Record<K, number>;

function summary(shows: Replacing['shows'], found: readonly FindingType[] = []): Replacing {
  const none = zeros(SEVERITIES);
  return {
    shows,
    coverage: shows.map((what) => ({ what, ran: 'yes' })),
    targets: ['Trivy image shop'],
    findings: {
      total: found.length,
      distinct: found.length,
      reportedBySeverity: none,
      bySeverity: none,
      fixableBySeverity: none,
      byType: { ...zeros(FINDING_TYPES), ...Object.fromEntries(found.map((type) => [type, 1])) },
    },
  };
}
const at = (what: Coverage['what'], time: string): Replacing => ({
  ...summary([what]),
  coverage: [{ what, ran: 'yes', at: time }],
});
const looked = (
  what: Coverage['what'],
  lookedAt: number | undefined,
  targets = ['suite shop'],
): Replacing => ({
  ...{ ...summary([]), targets },
  coverage: [
    { what, ran: 'yes', lookedAt, of: targets.map((name) => ({ type: 'package', name })) },
  ],
});
/** Findings of an image, or of a folder. */
const found = (
  about: Omit<Coverage, 'what' | 'ran'>,
  types: readonly FindingType[] = ['vulnerability'],
): Replacing => ({
  ...summary(['vulnerability'], types),
  coverage: [{ what: 'vulnerability', ran: 'yes', ...about }],
});

describe('what new evidence replaces', () => {
  it('is what is about the same, and of what it looked for the same', () => {
    const older = summary(['vulnerability'], ['vulnerability']);
    expect(whyBeside(summary(['vulnerability']), older)).toBeUndefined();
    expect(whyBeside(summary(['vulnerability', 'secret']), older)).toBeUndefined();
  });

  it('is not a report of another target', () => {
    const other = { ...summary(['vulnerability']), targets: ['Trivy image worker'] };
    expect(whyBeside(other, summary(['vulnerability']))).toContain('it is about Trivy image shop');
    const nameless = { ...summary(['vulnerability']), targets: [] };
    expect(whyBeside(other, nameless)).toContain('it is about nothing that it names');
    expect(whyBeside(nameless, other)).toContain('this document is about nothing that it names');
    expect(whyBeside(nameless, nameless)).toBeUndefined();
    const { coverage: _unread, ...unread } = nameless;
    expect(whyBeside(other, unread)).toBeUndefined();
  });

  it('is not a report of another artifact of the same name', () => {
    const [a = '', b = '', c = ''] = ['a', 'b', 'c'].map((digit) => digit.repeat(64));
    const artifacts = [a, b].map((sha256) => ({
      ...{ name: `shop-${sha256[0]}`, kind: 'container', sha256, digests: [] },
    }));
    const about = (...digests: string[]): Replacing => {
      const of = digests.map((digest) => ({
        type: 'image' as const,
        digests: [`sha256:${digest}`],
      }));
      return {
        ...summary(['vulnerability']),
        coverage: [{ what: 'vulnerability', ran: 'yes', of }],
      };
    };
    expect(whyBeside(about(b), about(a), artifacts)).toBe(
      `it is about shop-a (sha256:${a}), and this document does not name that artifact`,
    );
    expect(whyBeside(about(b), about(a, b), artifacts)).toContain('it is about shop-a');
    expect(whyBeside(about(a, b), about(a), artifacts)).toBeUndefined();
    expect(whyBeside(about(c), about(a), artifacts)).toContain('it is about shop-a');
    expect(whyBeside(about(), about(a), artifacts)).toContain('it is about shop-a');
    // A rebuilt image, of which the release has only the new digest. Or another one, which is not registered.
    expect(whyBeside(about(b), about(c), artifacts)).toContain('another digest');
    expect(whyBeside(about(a), about(), artifacts)).toBeUndefined();
    const [d, e] = ['d', 'e'].map((digit) => digit.repeat(64));
    expect(whyBeside(about(`${d}`), about(`${e}`), artifacts)).toContain('another digest');
    expect(whyBeside(about(`${d}`, `${e}`), about(`${e}`), artifacts)).toBeUndefined();
  });

  it.each([
    ['a scan that failed', summary([])],
    ['a scan for something else', summary(['secret'])],
    ['an SBOM without its vulnerabilities', summary(['components'])],
  ])('is not what has findings, by %s', (_name, by) => {
    const reason = 'it has findings of the type vulnerability';
    expect(whyBeside(by, summary(['vulnerability'], ['vulnerability']))).toContain(reason);
    expect(whyBeside(by, summary([], ['vulnerability']))).toContain(reason);
  });

  it('is a clean scan, by one that failed: then the release has no scan', () => {
    expect(whyBeside(summary([]), summary(['vulnerability']))).toBeUndefined();
  });

  it('is not an SBOM, by one that lists nothing', () => {
    const full = { ...summary(['components']), components: { total: 3, withoutPurl: 0 } };
    expect(whyBeside(summary([]), full)).toContain('it has components');
    expect(whyBeside(full, full)).toBeUndefined();
  });

  it('is what an analysis of code found by the way, but not what it looked for', () => {
    const found = summary(['code'], ['secret', 'code']);
    const secret = 'it has findings of the type secret';
    const entries = (ran: Coverage['ran']): Replacing => ({
      ...found,
      coverage: [
        { what: 'code', ran: 'yes' },
        { what: 'secret', ran },
      ],
    });
    expect(whyBeside(found, entries('unknown'))).toBeUndefined();
    // Another ruleset of the same tool. A secret does not leave a commit.
    expect(whyBeside(summary(['code']), entries('unknown'))).toContain(secret);
    expect(whyBeside(found, entries('failed'))).toContain(secret);
    const sought = summary(['code', 'secret'], ['secret']);
    expect(whyBeside(summary(['code']), sought)).toContain(secret);
  });

  it.each([
    ['tests', 100, 100, undefined],
    ['tests', 2, 100, '100 tests ran, and 2 in this document'],
    ['tests', 100, 2, undefined],
    ['tests', 0, 1, '1 test ran, and 0 in this document'],
    ['tests', 1, 0, undefined],
    ['vulnerability', 100, 100, undefined],
    ['vulnerability', 2, 100, 'it looked at 100 (vulnerability), and this document looked at 2'],
    ['components', 2, 100, 'it looked at 100 (components), and this document looked at 2'],
    [
      'vulnerability',
      120,
      100,
      'it looked at 100 (vulnerability), and this document looked at 120',
    ],
    ['vulnerability', 0, 100, undefined],
    ['vulnerability', 100, 0, undefined],
    ['vulnerability', 100, undefined, undefined],
    ['vulnerability', undefined, 100, undefined],
  ] as const)('is what looked at as many things: %s, %i after %i', (what, now, then, why) => {
    expect(whyBeside(looked(what, now, []), looked(what, then, []))).toBe(why);
    // Of a subject with a name, more is at least the same.
    const isMore = now !== undefined && then !== undefined && now > then;
    expect(whyBeside(looked(what, now), looked(what, then))).toBe(isMore ? undefined : why);
  });

  it('is not what has findings and says of how many things, by what does not say it', () => {
    const older = { ...summary(['vulnerability'], ['vulnerability']) };
    const counted = {
      coverage: [{ what: 'vulnerability' as const, ran: 'yes' as const, lookedAt: 9 }],
    };
    expect(whyBeside(summary(['vulnerability']), { ...older, ...counted })).toBe(
      'it looked at 9 (vulnerability), and this document does not say at how many',
    );
    expect(whyBeside({ ...older, ...counted }, older)).toBeUndefined();
  });

  it('is an SBOM of the same subject that lists less', () => {
    const [less, more] = [looked('components', 2), looked('components', 100)];
    expect(whyBeside(more, less)).toBeUndefined();
    const [few, many] = [looked('components', 2, []), looked('components', 100, [])];
    expect(whyBeside(many, few)).toContain('it looked at 2 (components)');
  });

  it('is not the report of another tool', () => {
    const of = (tool?: string): Replacing => ({ ...summary(['code']), targets: [], tool });
    expect(whyBeside(of('ESLint'), of('CodeQL'))).toBe(
      'it is a report of CodeQL, and this document of ESLint',
    );
    expect(whyBeside(of(), of('CodeQL'))).toContain('CodeQL');
    expect(whyBeside(of('CodeQL'), of('CodeQL'))).toBeUndefined();
    expect(whyBeside(of('Grype, ESLint'), of('ESLint, Grype'))).toBeUndefined();
  });

  const sha256 = (digit: string) => `sha256:${digit.repeat(64)}`;
  const image = (name: string, ...otherDigests: string[]) => ({
    type: 'image' as const,
    ...{ name, otherDigests },
  });

  it('has all findings of what it replaces, unless both scanned the same', () => {
    const all = ['vulnerability'];
    const folder = { type: 'files' as const, name: '/src' };
    const [x, y] = [image('shop', sha256('a')), image('reg/shop', sha256('a'), sha256('b'))];
    const tar = { ...folder, digests: [sha256('a')] };
    for (const [by, older, kept] of [
      [{}, {}, all],
      [{ lookedAt: 9 }, {}, all],
      [{ lookedAt: 9 }, { lookedAt: 8 }, all],
      [{ lookedAt: 9 }, { lookedAt: 9 }, []],
      [{ of: [x], lookedAt: 9 }, { of: [x], lookedAt: 8 }, all],
      [{ of: [folder] }, { of: [folder] }, all],
      [{ of: [{ ...folder, name: 'web' }] }, { of: [{ ...folder, name: 'web' }] }, []],
      [{ of: [x] }, { of: [x] }, []],
      [{ of: [x], extent: 'debian' }, { of: [x], extent: 'npm' }, all],
      [{ of: [y], extent: 'debian' }, { of: [x], extent: 'debian' }, []],
      [{ of: [tar], extent: 'debian' }, { of: [tar], extent: 'debian' }, []],
    ] as const) {
      expect(mustKeep(found(by), found(older)), JSON.stringify([by, older])).toEqual(kept);
      expect(mustKeep(found(by), found(older, []))).toEqual([]);
    }
  });

  it('is the report of the same image by another name', () => {
    const local = { ...found({ of: [image('shop', sha256('a'))] }), targets: ['image shop'] };
    const of = [image('registry/shop', sha256('a'), sha256('b'))];
    const registry = { ...found({ of }), targets: ['image registry/shop'] };
    expect(whyBeside(registry, local)).toBeUndefined();
    const worker = image('registry/worker', sha256('c'));
    const both = { ...found({ of: [...of, worker] }), targets: ['images'] };
    expect(whyBeside(registry, both)).toContain('it is about images');
    const cluster = { type: 'cluster' as const, name: 'prod', otherDigests: [sha256('a')] };
    expect(whyBeside(registry, { ...found({ of: [cluster] }), targets: ['prod'] })).toContain(
      'it is about prod',
    );
  });

  it('has the tests that failed, or those of the class or file that failed', () => {
    const failed = (...names: string[]): Replacing => {
      const tests = { tests: 2, passed: 0, failures: names.length, errors: 0, skipped: 0 };
      const failures = names.map((name) => ({ name, message: '' }));
      return { ...looked('tests', 2), tests: { ...tests, durationSeconds: 0, failed: failures } };
    };
    const ran = (count: number, ...names: string[]): Replacing => ({
      ...looked('tests', count),
      testNames: testNamesOf(new Set(names)),
    });
    expect(whyBeside(ran(2, 'a', 'b'), failed('b'))).toBeUndefined();
    expect(whyBeside(ran(9, 'a', 'b'), failed('b'))).toBeUndefined();
    expect(whyBeside(ran(1, 'b'), failed('b'))).toContain('2 tests ran, and 1');
    const why = 'its test "b" failed, and did not run in this document';
    expect(whyBeside(ran(2, 'c', 'd'), failed('b'))).toBe(why);
    expect(whyBeside(ran(9, 'c', 'd'), failed('b'))).toBe(why);
    expect(whyBeside(looked('tests', 2), failed('b'))).toBe(why);
    expect(whyBeside(ran(9, 'test_x > test_1', 'test_x'), failed('s > test_x'))).toBeUndefined();
    expect(whyBeside(ran(9, 'shop.A > a', 'shop.A'), failed('shop.A > '))).toBeUndefined();
    expect(whyBeside(ran(9, 'shop.A > a', 'shop.A'), failed('shop.B > '))).toContain('shop.B');
  });

  it('of several parts is compared by all of them, if each shows how much', () => {
    const parts = (...counts: (number | undefined)[]): Replacing => ({
      ...{ ...summary([]), targets: [] },
      coverage: counts.map((lookedAt) => ({ what: 'code', ran: 'yes', lookedAt })),
    });
    expect(whyBeside(parts(1, 2), parts(3))).toBeUndefined();
    expect(whyBeside(parts(1, 2), parts(2))).toContain('this document looked at 3');
    expect(whyBeside(parts(1, undefined), parts(2))).toBeUndefined();
  });

  it('is not the report of a later run', () => {
    const [before, after] = ['2026-11-01T08:00:00.000Z', '2026-11-02T08:00:00.000Z'];
    const [old, late] = [at('vulnerability', before), at('vulnerability', after)];
    expect(whyBeside(old, late)).toBe(
      `its tool ran at ${after}, and that of this document earlier, at ${before}`,
    );
    expect(whyBeside(late, old)).toBeUndefined();
    expect(whyBeside(summary(['vulnerability']), late)).toBeUndefined();
    expect(whyBeside(at('vulnerability', '2026-11-02T07:55:00.000Z'), late)).toBeUndefined();
    expect(whyBeside(at('tests', before), at('tests', after))).toBeUndefined(); // no time zone
    expect(whyBeside(at('tests', '2026-10-31T00:00:00.000Z'), at('tests', after))).toContain(
      'ran at',
    );
  });
});
