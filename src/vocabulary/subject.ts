import type { Target } from './coverage.js';

/** What identifies an artifact: the digest of its bytes or manifest, and other digests of the same artifact. */
export interface Subject {
  readonly name: string;
  readonly kind: string;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  /** Other digests of the same artifact, as `sha256:…`: the index and the platforms of an image. */
  readonly digests: readonly string[];
  readonly purl?: string | null | undefined;
}

const IMAGE_KIND = /container|image|oci|docker|podman|(?<![a-z])img(?![a-z])/i;

/** What registries also hold, under names like those of images. */
const OTHER_KIND = /helm|chart|wasm|model/i;

/** A name with a registry and a tag or a digest, such as `registry.example.org/shop:1`. */
const REGISTRY_NAME =
  /^(?:localhost|[a-z0-9-]+(?:\.[a-z0-9-]+)+)(?::\d{1,5})?\/[a-z0-9._/-]+(?::\w[\w.-]*|@sha256:[0-9a-f]{64}|:\w[\w.-]*@sha256:[0-9a-f]{64})$/i;

/**
 * Whether an artifact is an image, whose digest is that of a manifest. The digest of others is that of a file. Its kind
 * is free text, so its purl and its name decide as well.
 */
export const isImage = ({ name, kind, purl }: Pick<Subject, 'name' | 'kind' | 'purl'>) =>
  IMAGE_KIND.test(kind) ||
  /^pkg:(?:oci|docker)\//i.test(purl ?? '') ||
  (!OTHER_KIND.test(kind) && REGISTRY_NAME.test(name));

/** Artifacts by their digests, so that a document is not compared with each of them. */
export interface Subjects<S extends Subject> {
  readonly all: readonly S[];
  readonly byDigest: ReadonlyMap<string, readonly S[]>;
}

/** The digests by which a target names an artifact. */
export const namesIn = ({ type, digests = [], otherDigests = [] }: Target): readonly string[] =>
  type === 'cluster' ? otherDigests : [...digests, ...otherDigests];

export function indexed<S extends Subject>(all: readonly S[]): Subjects<S> {
  const byDigest = new Map<string, S[]>();
  for (const subject of all) {
    for (const digest of new Set([`sha256:${subject.sha256}`, ...subject.digests])) {
      const same = byDigest.get(digest);
      if (same) same.push(subject);
      else byDigest.set(digest, [subject]);
    }
  }
  return { all, byDigest };
}

/** The artifacts of which a document names a digest. */
export const namedBy = <S extends Subject>(target: Target, { byDigest }: Subjects<S>): S[] =>
  namesIn(target).flatMap((digest) => byDigest.get(digest) ?? []);

/**
 * The artifacts that a document means by the digests that it names. A digest of several artifacts, such as that of an
 * index with a platform each, says of none that the tool looked at it; the own digest of one means that one.
 */
export const meantBy = <S extends Subject>(target: Target, { byDigest }: Subjects<S>): S[] =>
  namesIn(target).flatMap((digest) => {
    const owners = byDigest.get(digest) ?? [];
    const own = owners.filter(({ sha256 }) => digest === `sha256:${sha256}`);
    return own.length > 0 || owners.length > 1 ? own : owners;
  });

/**
 * The first digest of something that is none of the artifacts. Image ids, indexes and platforms contradict no artifact,
 * and neither do digests of another sort: the digest of an image is that of a manifest, of others that of a file. A
 * cluster is something else if none of its images is an artifact.
 */
export function otherDigest<S extends Subject>(
  targets: readonly Target[],
  subjects: Subjects<S>,
): string | undefined {
  const sorts = new Set(subjects.all.map(isImage));
  for (const target of targets) {
    const { type } = target;
    const { digests = [], otherDigests = [] } = target;
    const all = [...digests, ...otherDigests];
    const [digest] = type === 'cluster' ? [...otherDigests, ...digests] : digests;
    const asImage = type === 'image' || type === 'cluster';
    if (digest === undefined || (!asImage && type !== 'files') || !sorts.has(asImage)) continue;
    const named = all.flatMap((one) => subjects.byDigest.get(one) ?? []);
    if (!named.some((subject) => isImage(subject) === asImage)) return digest;
  }
  return undefined;
}

const fileOf = (name = '') => name.split(/[\\/]/).at(-1)?.toLowerCase() ?? '';

/** A version in the name of a file, with at least one dot. */
const VERSION = /\d+(?:\.\d+)+(?:[-+.]?(?:alpha|beta|rc|pre|dev|snapshot|m)[.\d]*)?/gi;

/** The name of a file without its versions. Undefined without one. */
function unversioned(file: string): string | undefined {
  const name = file.replace(VERSION, '#');
  return name === file || !/[a-z]/.test(name.replace(/\.[a-z0-9]{1,10}$/, '')) ? undefined : name;
}

/**
 * The name of a file that an artifact has in another version: `ledger-0.9.9.jar`, and the artifact `ledger-1.0.0.jar`.
 */
export function otherVersion<S extends Subject>(
  targets: readonly Target[],
  { all, byDigest }: Subjects<S>,
): string | undefined {
  const names = all.map(({ name }) => fileOf(name));
  for (const target of targets) {
    const { type, name } = target;
    if (type !== 'files' && type !== 'other') continue;
    const file = fileOf(name);
    const stem = unversioned(file);
    if (stem === undefined || names.includes(file)) continue;
    if (namedBy(target, { all, byDigest }).length > 0) continue;
    if (names.some((one) => unversioned(one) === stem)) return name;
  }
  return undefined;
}
