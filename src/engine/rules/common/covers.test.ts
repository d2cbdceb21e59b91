import { describe, expect, it } from 'vitest';
import type { Target } from '../../../vocabulary/coverage.js';
import type { Shown } from '../../../vocabulary/finding-types.js';
import { evidence } from '../input.support.js';
import type { ArtifactInput } from '../rule.js';
import { artifactName, digestOfOther } from './about.js';
import { countingNote, onlyNote, whyNoneCovered } from './cover-notes.js';
import { coversArtifact as covers } from './covers.js';
import { uncovered } from './evidence.js';

const hex = (n: number) => n.toString(16).padStart(64, '0');
const digest = (n: number) => `sha256:${hex(n)}`;
const artifact = (n: number, kind = 'container', digests: string[] = []): ArtifactInput => ({
  name: `a${n}`,
  kind,
  sha256: hex(n),
  digests,
});
const coversArtifact = (
  one: ReturnType<typeof evidence>,
  some: ArtifactInput,
  all: readonly ArtifactInput[],
  what: Shown = 'vulnerability',
) => covers(one, some, all, what);
const about = (...of: Target[]) =>
  evidence('1', ['vulnerability'], { coverage: [{ what: 'vulnerability', ran: 'yes', of }] });
const image = (...digests: string[]): Target => ({ type: 'image', name: 'shop:1', digests });

describe('evidence of the whole release', () => {
  const [one, two] = [artifact(1), artifact(2, 'container', [digest(22)])];
  const covered = (...of: Target[]) =>
    [one, two].filter((some) => coversArtifact(about(...of), some, [one, two]));

  it('covers the artifacts that it names by any digest, and none if it names none', () => {
    expect(covered()).toEqual([]);
    expect(covered({ type: 'repository', name: 'x' })).toEqual([]);
    expect(covered(image(digest(1)))).toEqual([one]);
    expect(covered(image(digest(22)))).toEqual([two]);
    expect(covered({ type: 'image', otherDigests: [digest(2)] })).toEqual([two]);
    expect(covered({ type: 'cluster', otherDigests: [digest(2)] })).toEqual([two]);
    expect(covered(image(digest(1)), image(digest(2)))).toEqual([one, two]);
    expect(covered(image())).toEqual([]);
    expect(covered({ type: 'cluster' })).toEqual([]);
    expect(covered({ type: 'cluster', otherDigests: [digest(9)] })).toEqual([]);
  });

  it.each(['tests', 'code', 'misconfiguration'] as const)(
    'covers all artifacts if it is about the commit: %s',
    (what) => {
      const named = (...of: Target[]) =>
        [one, two].filter((some) => coversArtifact(about(...of), some, [one, two], what));
      expect(named()).toEqual([one, two]);
      expect(named({ type: 'repository', name: 'x' })).toEqual([one, two]);
      expect(named(image(digest(1)))).toEqual([one]);
      expect(named(image())).toEqual([]);
    },
  );

  it('covers the only artifact, and an image only if it is about an image', () => {
    const only = (some: ArtifactInput, ...of: Target[]) =>
      coversArtifact(about(...of), some, [some]);
    const file = artifact(3, 'archive');
    for (const of of [[], [image()], [{ type: 'files', name: '.' } as const]])
      expect(only(file, ...of)).toBe(true);
    expect(only(one, image())).toBe(true);
    expect(only(one)).toBe(false);
    expect(only(one, { type: 'files' })).toBe(false);
    expect(only(one, { type: 'repository', name: 'x' })).toBe(false);
    expect(only(one, { type: 'other', name: 'sbom.json' })).toBe(false);
    expect(only({ ...file, purl: 'pkg:oci/shop@1' }, { type: 'files' })).toBe(false);
  });

  it('is told if it names no digest of the only artifact', () => {
    const note = (...all: ReturnType<typeof evidence>[]) => onlyNote(all, [one], ['vulnerability']);
    const told = '. Warning: trivy names no digest of a1, which is the only artifact';
    expect(note(about(image()))).toBe(told);
    expect(note(about(image()), about(image(digest(1))))).toBe('');
    expect(onlyNote([about(image())], [one, two], ['vulnerability'])).toBe('');
    expect(onlyNote([about()], [artifact(3, 'archive')], ['vulnerability'])).toContain('Warning');
  });

  it('says why it covers none', () => {
    const why = (all: ArtifactInput[], ...of: Target[]) =>
      whyNoneCovered([about(...of)], all, all, 'vulnerability').join();
    expect(why([one], { type: 'files' })).toMatch(/looked at files, and not at the image/);
    expect(why([one])).toMatch(/If it did, upload it for the artifact/);
    expect(why([one, two])).toMatch(/names no artifact, and the release has 2 artifacts/);
    expect(why([one, two], image())).toMatch(/names an image without a digest/);
  });

  it('covers none by a digest that several share, and the one whose own digest it is', () => {
    const shared = [artifact(1, 'container', [digest(9)]), artifact(2, 'container', [digest(9)])];
    const borrowed = [artifact(1), artifact(2, 'container', [digest(1)])];
    const named = (all: ArtifactInput[], n: number) =>
      all.filter((some) => coversArtifact(about(image(digest(n))), some, all));
    expect(named(shared, 9)).toEqual([]);
    expect(named(shared, 2)).toEqual([shared[1]]);
    expect(named(borrowed, 1)).toEqual([borrowed[0]]);
    expect(named(borrowed, 2)).toEqual([borrowed[1]]);
    expect(digestOfOther(about(image(digest(9))), shared)).toBeUndefined();
  });

  it('of a cluster with other images covers files, and no image', () => {
    const file = artifact(3, 'archive');
    const cluster = about({ type: 'cluster', otherDigests: [digest(9)] });
    expect(coversArtifact(cluster, one, [one])).toBe(false);
    expect(coversArtifact(cluster, file, [file])).toBe(true);
  });

  it('of a file with the name of an artifact covers that one', () => {
    const files = ['dist/app-linux.tgz', 'app-windows.zip'].map((name, n) => ({
      ...artifact(n, 'archive'),
      name,
    }));
    const named = (...of: Target[]) =>
      files
        .filter((some) => coversArtifact(about(...of), some, files))
        .map(({ sha256 }) => Number.parseInt(sha256, 16));
    const file = (name: string, type: Target['type'] = 'files'): Target => ({ type, name });
    expect(named(file('/build/APP-linux.tgz'))).toEqual([0]);
    expect(named(file('C:\\build\\app-windows.zip', 'other'))).toEqual([1]);
    expect(named(file('app-linux.tgz'), file('app-windows.zip'))).toEqual([0, 1]);
    expect(named(file('app-linux.tgz'), file('/src'))).toEqual([]);
    expect(named(file('package-lock.json'))).toEqual([]);
    expect(named(file('app-linux.tgz', 'suite'))).toEqual([]);
    const [one] = files as [ArtifactInput];
    expect(coversArtifact(about(file('app-linux.tgz')), one, [one])).toBe(true);
    expect(coversArtifact(about(file('other.tgz')), one, [one])).toBe(true);
  });

  it('is about something else if one of its targets has none of their digests', () => {
    const other = (...of: Target[]) => digestOfOther(about(...of), [one, artifact(3, 'archive')]);
    expect(other(image(digest(1)))).toBeUndefined();
    expect(other(image(digest(9)))).toBe(digest(9));
    expect(other(image(digest(1)), image(digest(9)))).toBe(digest(9));
    expect(other(image(digest(9), digest(1)))).toBeUndefined();
    expect(other({ ...image(digest(9)), otherDigests: [digest(1)] })).toBeUndefined();
    expect(other({ type: 'image', otherDigests: [digest(9)] })).toBeUndefined();
    expect(other({ type: 'files', digests: [digest(3)] })).toBeUndefined();
    expect(other(image(digest(3)))).toBe(digest(3)); // that of a file
    expect(other({ type: 'repository', digests: [digest(9)] })).toBeUndefined();
    expect(digestOfOther(about(image(digest(9))), [artifact(3, 'archive')])).toBeUndefined();
  });
});

describe('evidence that was uploaded for an artifact', () => {
  it('covers that one, and is compared with that one', () => {
    const all = [artifact(1), artifact(2), artifact(3, 'container', [digest(1)])];
    const own = { ...about(image(digest(2))), artifact: hex(1) };
    expect(all.map((some) => coversArtifact(own, some, all))).toEqual([false, false, false]);
    const shared = { ...own, coverage: about(image(digest(1))).coverage };
    expect(all.map((some) => coversArtifact(shared, some, all))).toEqual([true, false, false]);
    expect(digestOfOther(own, all)).toBe(digest(2));
    expect(digestOfOther({ ...own, artifact: hex(2) }, all)).toBeUndefined();
  });

  it('does not cover an image if it says that it is about files', () => {
    const [one] = [artifact(1)];
    const own = (...of: Target[]) =>
      coversArtifact({ ...about(...of), artifact: hex(1) }, one, [one]);
    expect(own({ type: 'files', name: '.' })).toBe(false);
    expect(own({ type: 'repository', name: 'x' })).toBe(false);
    expect(own({ type: 'other', name: 'sbom.json' })).toBe(true);
    expect(own()).toBe(true);
    const tests = { ...about({ type: 'files' }), artifact: hex(1) };
    expect(coversArtifact(tests, one, [one], 'tests')).toBe(true);
  });
});

describe('many artifacts and documents', () => {
  it('are not all compared with each other', () => {
    let reads = 0;
    const artifacts = Array.from({ length: 500 }, (_, n) => ({
      ...artifact(n),
      get digests() {
        reads += 1;
        return [];
      },
    }));
    const documents = Array.from({ length: 499 }, (_, n) => about(image(digest(n))));
    expect(uncovered(documents, { artifacts }, 'vulnerability').map(({ name }) => name)).toEqual([
      'a499',
    ]);
    expect(reads).toBeLessThan(2 * 500);
  });

  it('are named with their digest if they share a name, without comparing each with all', () => {
    let reads = 0;
    const artifacts = Array.from({ length: 500 }, (_, n) => ({
      ...artifact(n),
      get name() {
        reads += 1;
        return n < 2 ? 'twin' : `a${n}`;
      },
    }));
    const names = artifacts.map((one) => artifactName(one, artifacts));
    expect(names.slice(0, 3)).toEqual([`twin (${digest(0)})`, `twin (${digest(1)})`, 'a2']);
    expect(reads).toBeLessThanOrEqual(1501);
  });
});

it('the note about several reports is the same for the same reports with other ids', () => {
  const note = (one: string, two: string) =>
    countingNote([evidence(one, ['vulnerability']), evidence(two, ['vulnerability'])]);
  expect(note('1', '2')).toContain('These reports count: ');
  expect(note('3', '4')).toBe(note('1', '2'));
});
