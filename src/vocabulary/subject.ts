import { type Target, withoutTag } from './coverage.js';

/** What identifies an artifact: the digest of its bytes or manifest, and other digests of the same artifact. */
export interface Subject {
  readonly name: string;
  readonly kind: string;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  /** Other digests of the same artifact, as `sha256:…`: the index and the platforms of an image. */
  readonly digests: readonly string[];
}

/** Whether an artifact is an image, whose digest is that of a manifest. The digest of others is that of a file. */
export const isImage = ({ kind }: Subject) => /container|image|oci|docker/.test(kind);

/** Whether a document names one of the digests of an artifact. */
export function isNamedBy(target: Target, { sha256, digests }: Subject): boolean {
  const own = new Set([`sha256:${sha256}`, ...digests]);
  return [...(target.digests ?? []), ...(target.otherDigests ?? [])].some((one) => own.has(one));
}

/** The artifacts whose digest is of the same sort as those that the target names. */
function comparable<S extends Subject>({ type }: Target, subjects: readonly S[]): S[] {
  if (type !== 'image' && type !== 'files') return [];
  return subjects.filter((subject) => isImage(subject) === (type === 'image'));
}

/**
 * The first digest of something that is none of the artifacts. Image ids, indexes and platforms contradict no artifact,
 * and neither do digests of another sort.
 */
export function otherDigest(
  targets: readonly Target[],
  subjects: readonly Subject[],
): string | undefined {
  for (const target of targets) {
    const some = comparable(target, subjects);
    const [digest] = target.digests ?? [];
    if (digest === undefined || some.length === 0) continue;
    if (!some.some((subject) => isNamedBy(target, subject))) return digest;
  }
  return undefined;
}

const lastSegment = (name: string) => name.split('/').at(-1)?.toLowerCase() ?? '';

/** The name of an image that is not that of the artifact. Registries, tags and digests are not compared. */
export function otherName(targets: readonly Target[], subject: Subject): string | undefined {
  if (!isImage(subject)) return undefined;
  const images = targets.filter(({ type, name }) => type === 'image' && name);
  if (images.length === 0 || images.some((target) => isNamedBy(target, subject))) return undefined;
  const own = lastSegment(withoutTag({ type: 'image', name: subject.name }));
  return images.every((target) => lastSegment(withoutTag(target)) !== own)
    ? images[0]?.name
    : undefined;
}
