import { describe, expect, it } from 'vitest';
import { componentsToKeep, mustKeep, type Replacing } from './replaces.js';
import { at, found, looked, summary, whyBeside } from './replaces.support.js';

describe('what new evidence replaces', () => {
  it('is what is about the same, and of what it looked for the same', () => {
    const older = summary(['vulnerability'], ['vulnerability']);
    expect(whyBeside(summary(['vulnerability']), older)).toBeUndefined();
    expect(whyBeside(summary(['vulnerability', 'secret']), older)).toBeUndefined();
  });

  it('is not a report of another target', () => {
    const other = { ...summary(['vulnerability']), targets: ['Trivy image worker'] };
    expect(whyBeside(other, summary(['vulnerability']))).toContain('it is about Trivy image shop');
    const suite = { ...summary(['vulnerability']), targets: [' suite unit'] };
    expect(whyBeside(other, suite)).toContain('it is about suite unit, and');
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
  ])('is not what has findings that it lacks, by %s', (_name, by) => {
    for (const shows of [['vulnerability'], []] as const)
      expect(mustKeep(by, summary([...shows], ['vulnerability']))).toEqual(['vulnerability']);
  });

  it('is a clean scan, by one that failed: then the release has no scan', () => {
    expect(whyBeside(summary([]), summary(['vulnerability']))).toBeUndefined();
  });

  it('is not an SBOM, by one that lists nothing', () => {
    const full = { ...summary(['components']), components: { total: 3, withoutPurl: 0 } };
    expect(whyBeside(summary([]), full)).toContain('it has components');
    expect(whyBeside(full, full)).toBeUndefined();
  });

  it.each([
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

  it('has all findings of what it replaces, unless both are the same scan of packages', () => {
    const all = ['vulnerability'];
    const files = (name: string) => ({ type: 'files' as const, name });
    const [x, y] = [image('shop', sha256('a')), image('reg/shop', sha256('a'), sha256('b'))];
    const index = { digests: [sha256('f')] };
    const amd = { ...image('shop', sha256('1')), ...index };
    const arm = { ...image('shop', sha256('2')), ...index };
    const tar = { ...files('/src'), digests: [sha256('a')] };
    const other = (name: string) => ({ type: 'other' as const, name });
    const repository = (name: string) => ({ type: 'repository' as const, name });
    const named = (name: string) => ({ type: 'package' as const, name });
    const url = 'https://github.com/example/shop';
    const cluster = (...ids: string[]) => ({
      ...{ type: 'cluster' as const, name: 'prod' },
      otherDigests: ids.map((id) => sha256(id)),
    });
    for (const [by, older, kept] of [
      [{}, {}, all],
      [{ lookedAt: 9 }, { lookedAt: 9 }, all],
      [{ of: [x], lookedAt: 9 }, { of: [x], lookedAt: 9 }, []],
      [{ of: [x], lookedAt: 9 }, { of: [x], lookedAt: 8 }, all],
      [{ of: [x], lookedAt: 9 }, { of: [x] }, all],
      [{ of: [x], lookedAt: 9, extent: 'npm' }, { of: [x], lookedAt: 9, extent: 'deb' }, all],
      [{ of: [files('/src')] }, { of: [files('/src')] }, all],
      [{ of: [files('.')] }, { of: [files('.')] }, all],
      [{ of: [other('./web')] }, { of: [other('./web')] }, all],
      [{ of: [files('web')] }, { of: [files('web')] }, []],
      [{ of: [files('bom.json')] }, { of: [files('bom.json')] }, all],
      [{ of: [other('package-lock.json')] }, { of: [other('package-lock.json')] }, all],
      [{ of: [files('web/bom.json')] }, { of: [files('web/bom.json')] }, []],
      [{ of: [cluster('a', 's')] }, { of: [cluster('a', 's')] }, []],
      [{ of: [cluster('a')] }, { of: [cluster('a', 's')] }, all],
      [{ of: [cluster('b', 's')] }, { of: [cluster('a', 's')] }, all],
      [{ of: [files('.github')] }, { of: [files('.github')] }, []],
      [{ of: [repository('.')] }, { of: [repository('.')] }, all],
      [{ of: [repository('/src')] }, { of: [repository('/src')] }, all],
      [{ of: [repository('file:///src')] }, { of: [repository('file:///src')] }, all],
      [{ of: [repository(url)] }, { of: [repository(url)] }, []],
      [{ of: [named('./web')] }, { of: [named('./web')] }, all],
      [{ of: [named('shop')] }, { of: [named('shop')] }, []],
      [{ of: [x] }, { of: [x] }, []],
      [{ of: [x], extent: 'deb' }, { of: [x], extent: 'npm' }, all],
      [{ of: [y], extent: 'deb' }, { of: [x], extent: 'deb' }, []],
      [{ of: [image('shop')] }, { of: [x] }, all],
      [{ of: [arm] }, { of: [amd] }, all],
      [{ of: [tar], extent: 'deb' }, { of: [tar], extent: 'deb' }, []],
      [{ of: [x], database: '2026-11-01' }, { of: [x], database: '2026-11-02' }, all],
      [{ of: [x], database: '2026-11-02' }, { of: [x], database: '2026-11-01' }, []],
      [{ of: [x] }, { of: [x], database: '2026-11-01' }, all],
    ] as const) {
      expect(mustKeep(found(by), found(older)), JSON.stringify([by, older])).toEqual(kept);
      expect(mustKeep(found(by), found(older, []))).toEqual([]);
    }
  });

  it('has all findings of any other type, and all that it did not look for', () => {
    const of = [image('shop', sha256('a'))];
    for (const type of ['secret', 'code', 'misconfiguration', 'licence'] as const) {
      const older: Replacing = {
        ...summary([type], [type]),
        coverage: [{ what: type, ran: 'yes', of }],
      };
      expect(mustKeep(older, older)).toEqual([type]);
    }
    const failed = { ...found({ of }), shows: [] };
    expect(mustKeep(failed, found({ of }))).toEqual(['vulnerability']);
  });

  it('has all components of an SBOM of another length, and their names of the others', () => {
    const sbom = (total: number) => ({
      ...summary(['components']),
      components: { total, withoutPurl: 0 },
    });
    expect(componentsToKeep(sbom(3), sbom(2))).toBe('all');
    expect(componentsToKeep(sbom(3), sbom(3))).toBe('names');
    expect(componentsToKeep(sbom(3), sbom(0))).toBeUndefined();
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
  });

  it('is not the report of a later run of tests, unless a time without its zone explains it', () => {
    const [older, near] = ['2026-11-01T08:00:00.000Z', '2026-11-02T07:59:59.000Z'];
    const late = at('tests', '2026-11-02T08:00:00.000Z');
    const local = (run: Replacing): Replacing => ({
      ...run,
      coverage: run.coverage?.map((entry) => ({ ...entry, isLocal: true })) ?? [],
    });
    const failed: Replacing = { ...late, testsRun: '' };
    expect(whyBeside(at('tests', older), late)).toContain('ran at');
    expect(whyBeside(at('tests', near), late)).toBeUndefined();
    // Not by a second: the failure is what came last.
    expect(whyBeside(at('tests', near), failed)).toContain('ran at');
    expect(whyBeside(summary(['tests']), failed)).toContain('this document does not');
    for (const [by, of] of [
      [local(at('tests', older)), failed],
      [at('tests', older), local(failed)],
    ] as const)
      expect(whyBeside(by, of)).toBeUndefined();
    expect(whyBeside(local(at('tests', '2026-10-31T00:00:00.000Z')), late)).toContain('ran at');
  });

  it('keeps the vulnerabilities of a later scan, and of one that alone says when it ran', () => {
    const of = [{ type: 'image' as const, name: 'shop' }];
    const scan = (time?: string) => found({ of, ...(time && { at: time }) });
    const [before, after] = [scan('2026-11-02T07:59:59.000Z'), scan('2026-11-02T08:00:00.000Z')];
    expect(mustKeep(before, after)).toEqual(['vulnerability']);
    expect(mustKeep(scan(), after)).toEqual(['vulnerability']);
    expect(mustKeep(after, before)).toEqual([]);
    expect(mustKeep(after, scan())).toEqual([]);
  });
});
