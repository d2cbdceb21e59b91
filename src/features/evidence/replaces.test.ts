import { describe, expect, it } from 'vitest';
import type { Coverage } from '../../vocabulary/coverage.js';
import { FINDING_TYPES, type FindingType } from '../../vocabulary/finding-types.js';
import { SEVERITIES } from '../../vocabulary/severity.js';
import { indexed, type Subject } from '../../vocabulary/subject.js';
import { type Replacing, whyBeside as whyBesideOf } from './replaces.js';

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
  coverage: [{ what, ran: 'yes', lookedAt }],
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
    // A rebuilt image, of which the release has only the new digest.
    expect(whyBeside(about(b), about(c), artifacts)).toBeUndefined();
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
    ['tests', 100, 2, '2 tests ran, and 100 in this document'],
    ['tests', 0, 1, '1 test ran, and 0 in this document'],
    ['tests', 1, 0, undefined],
    ['vulnerability', 100, 100, undefined],
    ['vulnerability', 2, 100, 'it looked at 100 (vulnerability), and this document looked at 2'],
    ['components', 2, 100, 'it looked at 100 (components), and this document looked at 2'],
    ['vulnerability', 0, 100, undefined],
    ['vulnerability', 100, 0, undefined],
    ['vulnerability', 100, undefined, undefined],
    ['vulnerability', undefined, 100, undefined],
  ] as const)('is what looked at as many things: %s, %i after %i', (what, now, then, why) => {
    expect(whyBeside(looked(what, now), looked(what, then))).toBe(why);
    expect(whyBeside(looked(what, now, []), looked(what, then, []))).toBe(why);
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

  it('is nothing that vanished, unless a name or a number shows that both are about the same', () => {
    const of = (found: readonly FindingType[], lookedAt?: number, targets: string[] = []) => ({
      ...{ ...summary(['secret'], found), targets },
      coverage: [{ what: 'secret' as const, ran: 'yes' as const, lookedAt }],
    });
    const why =
      'it has 1 (secret), and this document has 0. Nothing in them shows that both are about the same';
    expect(whyBeside(of([]), of(['secret']))).toBe(why);
    expect(whyBeside(of([], 500), of(['secret']))).toBe(why);
    expect(whyBeside(of(['secret']), of(['secret']))).toBeUndefined();
    expect(whyBeside(of([], 7), of(['secret'], 7))).toBeUndefined();
    expect(whyBeside(of([], undefined, ['a']), of(['secret'], undefined, ['a']))).toBeUndefined();
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
