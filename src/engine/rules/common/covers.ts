import { isClean } from '../../../vocabulary/coverage.js';
import type { Shown } from '../../../vocabulary/finding-types.js';
import {
  indexed,
  isImage,
  meantBy,
  namedBy,
  otherDigest,
  type Subjects,
} from '../../../vocabulary/subject.js';
import type { ArtifactInput, EvidenceInput } from '../rule.js';
import { artifactsNamed } from './artifact-files.js';
import { firstOf, joined, shown } from './text.js';

/** The call that takes evidence out of what counts. */
export const RETRACT = 'POST /evidence/{id}/retract';

/** Maximum number of documents that a message names. */
const NAMED = 5;

/** What a document is about, compared with the artifacts of the release. */
interface About {
  readonly named: ReadonlySet<ArtifactInput>;
  /** The artifacts whose names are those of all files that it is about. */
  readonly asFiles: ReadonlySet<ArtifactInput>;
  /** Whether it is about one or some of the artifacts, and not about the whole release. */
  readonly namesSome: boolean;
  /** Whether it is about a cluster, and names the images that run there. */
  readonly namesImages: boolean;
  readonly other: string | undefined;
}

function compare(evidence: EvidenceInput, subjects: Subjects<ArtifactInput>): About {
  const targets = evidence.coverage.flatMap(({ of = [] }) => of);
  const named = new Set(targets.flatMap((target) => meantBy(target, subjects)));
  const namesShared = targets.some((target) => namedBy(target, subjects).length > 0);
  const own =
    evidence.artifact === null
      ? subjects
      : indexed(
          (subjects.byDigest.get(`sha256:${evidence.artifact}`) ?? []).filter(
            ({ sha256 }) => sha256 === evidence.artifact,
          ),
        );
  return {
    named,
    asFiles: artifactsNamed(targets, subjects.all),
    namesSome: namesShared || targets.some(({ type }) => type === 'image'),
    namesImages: targets.some(
      ({ type, otherDigests = [] }) => type === 'cluster' && otherDigests.length > 0,
    ),
    other: otherDigest(targets, own),
  };
}

/** What is computed once for a list of artifacts, because rules ask for all pairs of artifacts and documents. */
interface Compared {
  readonly subjects: Subjects<ArtifactInput>;
  /** Names that several artifacts have. */
  readonly sharedNames: ReadonlySet<string>;
  readonly about: WeakMap<EvidenceInput, About>;
}

const compared = new WeakMap<readonly ArtifactInput[], Compared>();

function sharedNamesOf(artifacts: readonly ArtifactInput[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const shared = artifacts.filter(({ name }) => seen.size === seen.add(name).size);
  return new Set(shared.map(({ name }) => name));
}

function comparedOf(artifacts: readonly ArtifactInput[]): Compared {
  let known = compared.get(artifacts);
  if (!known) {
    const sharedNames = sharedNamesOf(artifacts);
    known = { subjects: indexed(artifacts), sharedNames, about: new WeakMap() };
    compared.set(artifacts, known);
  }
  return known;
}

function aboutOf(evidence: EvidenceInput, artifacts: readonly ArtifactInput[]): About {
  const known = comparedOf(artifacts);
  let about = known.about.get(evidence);
  if (!about) {
    about = compare(evidence, known.subjects);
    known.about.set(evidence, about);
  }
  return about;
}

/** The digest of something that is not the artifact of the evidence, or not an artifact of the release. */
export const digestOfOther = (evidence: EvidenceInput, artifacts: readonly ArtifactInput[]) =>
  aboutOf(evidence, artifacts).other;

/**
 * Whether evidence covers an artifact: it was uploaded for it, or the document names its digest. Evidence about the
 * whole release covers every artifact, unless it names an image and the release has several artifacts, is about a
 * cluster in which other images run, or is about a file that has the name of another artifact.
 */
export function coversArtifact(
  evidence: EvidenceInput,
  artifact: ArtifactInput,
  artifacts: readonly ArtifactInput[],
): boolean {
  if (evidence.artifact !== null) return evidence.artifact === artifact.sha256;
  const { named, asFiles, namesSome, namesImages } = aboutOf(evidence, artifacts);
  if (named.has(artifact)) return true;
  if (asFiles.size > 0 && !asFiles.has(artifact)) return artifacts.length === 1;
  if (namesImages && isImage(artifact)) return false;
  return !namesSome || artifacts.length === 1;
}

/** `trivy (image)`: the kind and label of evidence. */
export const evidenceName = ({ kind, label }: EvidenceInput) =>
  label === null ? kind : `${kind} (${shown(label)})`;

/** Ends a sentence about a digest that no artifact has. */
const SAME_IMAGE =
  '. If it is the index or a platform of an artifact, register both digests in a new release';

/** Why evidence that was uploaded for this does not count, as sentences. */
export function whyUncounted(
  evidence: readonly EvidenceInput[],
  what: Shown,
  artifacts: readonly ArtifactInput[],
): string[] {
  const reasons = evidence.flatMap((one): string[] => {
    const unclean = one.coverage.find((entry) => entry.what === what && !isClean(entry));
    if (unclean) {
      const reason = unclean.reason ?? 'the tool looked at nothing';
      return [`${evidenceName(one)} does not count: ${shown(reason, 300)}`];
    }
    const other = one.shows.includes(what) ? digestOfOther(one, artifacts) : undefined;
    if (other === undefined) return [];
    const whose = one.artifact === null ? 'an artifact of this release' : 'its artifact';
    return [
      `${evidenceName(one)} does not count: it is about ${other}, which is not ${whose}${SAME_IMAGE}`,
    ];
  });
  return [...new Set(reasons)];
}

/** Why evidence of the whole release covers none of its artifacts, as sentences. */
export function whyNoneCovered(
  evidence: readonly EvidenceInput[],
  artifacts: readonly ArtifactInput[],
): string[] {
  const reasons = evidence
    .filter((one) => !artifacts.some((artifact) => coversArtifact(one, artifact, artifacts)))
    .map(
      (one) =>
        `${evidenceName(one)} names an image without a digest of an artifact, and the release has ${artifacts.length} artifacts. Upload it for its artifact`,
    );
  return [...new Set(reasons)];
}

/** The name of an artifact, with its digest if another artifact has the same name. */
export function artifactName(
  { name, sha256 }: ArtifactInput,
  artifacts: readonly ArtifactInput[],
): string {
  const { sharedNames } = comparedOf(artifacts);
  return sharedNames.has(name) ? `${shown(name)} (sha256:${sha256})` : shown(name);
}

/** What a new report does not supersede, as sentences: reports without a label, and of something else. */
export function whyKept(
  evidence: readonly EvidenceInput[],
  artifacts: readonly ArtifactInput[],
): string {
  const unlabelled = evidence.filter(({ label }) => label === null);
  const names = joined([...new Set(unlabelled.map(evidenceName))]);
  const others = evidence.flatMap((one) => {
    const digest = digestOfOther(one, artifacts);
    return digest === undefined ? [] : [`${evidenceName(one)} is about ${digest}`];
  });
  return [
    ...(unlabelled.length === 0
      ? []
      : [`No upload supersedes ${names} without a label. Retract what is out of date: ${RETRACT}`]),
    ...(others.length === 0
      ? []
      : [`${firstOf(others, NAMED)}. Retract what is not about this release: ${RETRACT}`]),
  ]
    .map((sentence) => `. ${sentence}`)
    .join('');
}

/** `. The uploader says that …`, for what only the uploader's word shows. */
export function declaredNote(evidence: readonly EvidenceInput[], types: readonly Shown[]): string {
  const declared = evidence.filter(({ coverage }) =>
    coverage.some((entry) => entry.declared && types.includes(entry.what)),
  );
  if (declared.length === 0) return '';
  return `. That ${joined(declared.map(evidenceName))} looked for it is the word of the uploader`;
}
