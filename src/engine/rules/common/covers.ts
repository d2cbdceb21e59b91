import type { Shown } from '../../../vocabulary/finding-types.js';
import { isImage, namesIn } from '../../../vocabulary/subject.js';
import type { ArtifactInput, EvidenceInput } from '../rule.js';
import { type About, aboutOf, packageOfOther } from './about.js';

/**
 * What tools find in the sources. A release is one commit, so it is the same for each artifact. Vulnerabilities,
 * secrets and licences also come into an artifact when it is built.
 */
export const OF_COMMIT: readonly Shown[] = ['tests', 'code', 'misconfiguration', 'components'];

/**
 * Whether tests or an analysis of the sources cover an artifact: unless they name an image and the release has several
 * artifacts, are about a cluster in which other images run, or about a file that has the name of another artifact.
 */
function coversCommit(about: About, artifact: ArtifactInput, isOnly: boolean): boolean {
  const { named, asFiles, namesSome, namesImages } = about;
  if (named.has(artifact)) return true;
  if (asFiles.size > 0 && !asFiles.has(artifact)) return isOnly;
  if (namesImages && isImage(artifact)) return false;
  return !namesSome || isOnly;
}

/** How evidence covers an artifact. */
type Cover =
  /** The document has its digest, or the name of its file. */
  | 'named'
  /** It was uploaded for the artifact. */
  | 'uploaded'
  /** It names no artifact, and the release has only this one. */
  | 'only';

export function coverOf(
  evidence: EvidenceInput,
  artifact: ArtifactInput,
  artifacts: readonly ArtifactInput[],
): Cover | undefined {
  if (packageOfOther(evidence, artifact, artifacts) !== undefined) return undefined;
  const about = aboutOf(evidence, artifacts);
  const isNamed = about.named.has(artifact) || about.asFiles.has(artifact);
  if (evidence.artifact !== null) {
    if (evidence.artifact !== artifact.sha256) return undefined;
    if (isNamed) return 'named';
    if (about.otherArtifact !== undefined) return undefined;
    // Files that an image was built from are not what is in it.
    return isImage(artifact) && about.isOfFiles ? undefined : 'uploaded';
  }
  if (isNamed) return 'named';
  if (artifacts.length !== 1) return undefined;
  return !isImage(artifact) || about.isOfImage ? 'only' : undefined;
}

/**
 * Whether evidence covers an artifact for one type: it was uploaded for it, the document names its digest or its file,
 * or it is the only artifact. A document whose subject has another package URL does not cover it. An image is covered
 * only by a scan of an image: a document that says that it is about files does not cover it, also if it was uploaded
 * for it.
 */
export function coversArtifact(
  evidence: EvidenceInput,
  artifact: ArtifactInput,
  artifacts: readonly ArtifactInput[],
  what: Shown,
): boolean {
  if (!OF_COMMIT.includes(what)) return coverOf(evidence, artifact, artifacts) !== undefined;
  if (packageOfOther(evidence, artifact, artifacts) !== undefined) return false;
  const about = aboutOf(evidence, artifacts);
  if (evidence.artifact !== null)
    return evidence.artifact === artifact.sha256 && about.otherArtifact === undefined;
  return coversCommit(about, artifact, artifacts.length === 1);
}

/** The `sha256:…` digests that evidence names. */
const digestsIn = ({ coverage }: EvidenceInput): string[] =>
  coverage.flatMap(({ of = [] }) => of.flatMap(namesIn));

/**
 * The digest of an image that no report names, although they name others of its digests: one platform of an index is
 * not the other. Undefined if a report names the own digest of the artifact, or none of its digests.
 * @param evidence of which the reports that cover the artifact count
 */
export function unseenDigest(
  artifact: ArtifactInput,
  evidence: readonly EvidenceInput[],
  artifacts: readonly ArtifactInput[],
  what: Shown,
): string | undefined {
  if (artifact.digests.length < 2 || !isImage(artifact)) return undefined;
  const named = evidence
    .filter((one) => coversArtifact(one, artifact, artifacts, what))
    .map(digestsIn);
  const isWhole = (digests: readonly string[]) =>
    digests.includes(`sha256:${artifact.sha256}`) ||
    !artifact.digests.some((digest) => digests.includes(digest));
  if (named.some(isWhole)) return undefined;
  const all = new Set(named.flat());
  return artifact.digests.find((digest) => !all.has(digest));
}

/**
 * The id of the image of evidence for which other evidence was uploaded for another artifact: one image is not two
 * artifacts, and which of them it is cannot be known. Undefined: no such evidence exists.
 */
export function sharedImage(
  one: EvidenceInput,
  evidence: readonly EvidenceInput[],
  artifacts: readonly ArtifactInput[],
): string | undefined {
  return aboutOf(one, artifacts).imageIds.find(
    (id) => (artifactsByImage(evidence, artifacts).get(id)?.size ?? 0) > 1,
  );
}

const byImage = new WeakMap<readonly EvidenceInput[], ReadonlyMap<string, ReadonlySet<string>>>();

/** Digests of the artifacts that reports of an image were uploaded for, by the id of the image. */
function artifactsByImage(
  evidence: readonly EvidenceInput[],
  artifacts: readonly ArtifactInput[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const known = byImage.get(evidence);
  if (known) return known;
  const found = new Map<string, Set<string>>();
  for (const one of evidence) {
    for (const id of one.artifact === null ? [] : aboutOf(one, artifacts).imageIds)
      found.set(id, (found.get(id) ?? new Set()).add(one.artifact ?? ''));
  }
  byImage.set(evidence, found);
  return found;
}
