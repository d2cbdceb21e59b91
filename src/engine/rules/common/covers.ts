import { counted } from '../../../shared/text.js';
import { nameOfOther, strangeName } from '../../../vocabulary/artifact-names.js';
import { isClean, type Target } from '../../../vocabulary/coverage.js';
import type { Shown } from '../../../vocabulary/finding-types.js';
import {
  indexed,
  isImage,
  meantBy,
  namedBy,
  otherDigest,
  otherVersion,
  type Subjects,
} from '../../../vocabulary/subject.js';
import type { ArtifactInput, EvidenceInput } from '../rule.js';
import { artifactsNamed } from './artifact-files.js';
import { byText, firstOf, joined, shown } from './text.js';

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
  /** Whether it says that it is about an image. */
  readonly isOfImage: boolean;
  /** Whether it says that it is about files or a repository, and about nothing else. */
  readonly isOfFiles: boolean;
  readonly other: string | undefined;
  /** The name of another artifact of the release, if it was uploaded for one and is about that other one. */
  readonly otherArtifact: string | undefined;
  /** The name of an image or file that neither its artifact has, nor any artifact if it is about the release. */
  readonly strange: string | undefined;
  /** Ids of images that no artifact has as a digest, if it was uploaded for an artifact that it does not name. */
  readonly imageIds: readonly string[];
}

/** Whether all places that a document names are files or repositories. The category of a SARIF run is not a place. */
function isOfFiles(targets: readonly Target[]): boolean {
  const ofFiles = targets.filter(({ type }) => type === 'files' || type === 'repository');
  const others = targets.filter(({ type }) => type === 'other');
  return ofFiles.length > 0 && ofFiles.length + others.length === targets.length;
}

/** OSV-Scanner does not name the image, and its id is that of a layer, which images of several platforms share. */
const imageIdsOf = (targets: readonly Target[], { byDigest }: Subjects<ArtifactInput>) =>
  targets
    .filter(({ type, name }) => type === 'image' && name)
    .flatMap(({ otherDigests = [] }) => otherDigests.filter((id) => !byDigest.has(id)));

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
  const [artifact] = evidence.artifact === null ? [] : own.all;
  const isOfOwn = artifact !== undefined && named.has(artifact);
  return {
    named,
    otherArtifact: artifact && nameOfOther(targets, artifact, subjects),
    strange: strangeName(targets, own),
    imageIds: artifact && !isOfOwn ? imageIdsOf(targets, subjects) : [],
    asFiles: artifactsNamed(targets, subjects.all),
    namesSome: namesShared || targets.some(({ type }) => type === 'image'),
    namesImages: targets.some(
      ({ type, otherDigests = [] }) => type === 'cluster' && otherDigests.length > 0,
    ),
    isOfImage: targets.some(({ type }) => type === 'image'),
    isOfFiles: isOfFiles(targets),
    other: otherDigest(targets, own) ?? otherVersion(targets, own),
  };
}

/**
 * What tools find in the sources. A release is one commit, so it is the same for each artifact. Vulnerabilities,
 * secrets and licences also come into an artifact when it is built.
 */
export const OF_COMMIT: readonly Shown[] = ['tests', 'code', 'misconfiguration', 'components'];

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

/** The digest, or the file in another version, of something that is not the artifact, or not one of the release. */
export const digestOfOther = (evidence: EvidenceInput, artifacts: readonly ArtifactInput[]) =>
  aboutOf(evidence, artifacts).other;

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

function coverOf(
  evidence: EvidenceInput,
  artifact: ArtifactInput,
  artifacts: readonly ArtifactInput[],
): Cover | undefined {
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
 * or it is the only artifact. An image is covered only by a scan of an image: a document that says that it is about
 * files does not cover it, also if it was uploaded for it.
 */
export function coversArtifact(
  evidence: EvidenceInput,
  artifact: ArtifactInput,
  artifacts: readonly ArtifactInput[],
  what: Shown,
): boolean {
  if (!OF_COMMIT.includes(what)) return coverOf(evidence, artifact, artifacts) !== undefined;
  const about = aboutOf(evidence, artifacts);
  if (evidence.artifact !== null)
    return evidence.artifact === artifact.sha256 && about.otherArtifact === undefined;
  return coversCommit(about, artifact, artifacts.length === 1);
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

/** Whether evidence was uploaded for an artifact, and names another artifact of the release instead. */
export const isAboutOther = (evidence: EvidenceInput, artifacts: readonly ArtifactInput[]) =>
  aboutOf(evidence, artifacts).otherArtifact !== undefined;

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
      `${evidenceName(one)} does not count: it is about ${shown(other)}, which is not ${whose}${other.startsWith('sha256:') ? SAME_IMAGE : ''}`,
    ];
  });
  return [...new Set(reasons)];
}

/** Why evidence covers none of the artifacts that nothing covers. @param without those artifacts */
function whyNone(
  one: EvidenceInput,
  without: readonly ArtifactInput[],
  artifacts: readonly ArtifactInput[],
  image: string | undefined,
): string | undefined {
  const { isOfImage, isOfFiles, otherArtifact } = aboutOf(one, artifacts);
  const own = without.find(({ sha256 }) => sha256 === one.artifact);
  if (one.artifact !== null && !own) return undefined;
  const uploaded = own ? `was uploaded for ${artifactName(own, artifacts)}` : '';
  if (own && otherArtifact !== undefined)
    return `${uploaded}, and is about ${shown(otherArtifact)}, which is another artifact of this release`;
  if (own && image !== undefined)
    return [
      `${uploaded}, and a report of the same image (${image}) for another artifact. One image is not two artifacts`,
      `Upload each scan for the image that it looked at, and retract the wrong one: ${RETRACT}`,
      'If both artifacts are the same image, register one with both digests in a new release',
    ].join('. ');
  if (isOfFiles && without.some(isImage)) return 'looked at files, and not at the image';
  const several = `the release has ${counted(artifacts.length, 'artifact')}`;
  if (isOfImage)
    return `names an image without a digest of an artifact, and ${several}. Upload it for its artifact`;
  if (artifacts.length > 1)
    return `names no artifact, and ${several}. Upload it for each artifact that it looked at`;
  return 'does not say that it looked at the image. If it did, upload it for the artifact';
}

/**
 * Why evidence covers none of the artifacts that nothing covers, as sentences.
 * @param what undefined: only whether it is about another artifact matters
 */
export function whyNoneCovered(
  evidence: readonly EvidenceInput[],
  without: readonly ArtifactInput[],
  artifacts: readonly ArtifactInput[],
  what: Shown | undefined,
): string[] {
  const isCovering = (one: EvidenceInput) =>
    what === undefined
      ? !isAboutOther(one, artifacts)
      : artifacts.some((artifact) => coversArtifact(one, artifact, artifacts, what));
  const reasons = evidence
    .map((one) => ({ one, image: sharedImage(one, evidence, artifacts) }))
    .filter(({ one, image }) => image !== undefined || !isCovering(one))
    .flatMap(({ one, image }) => {
      const why = whyNone(one, without, artifacts, image);
      return why === undefined ? [] : [`${evidenceName(one)} ${why}`];
    });
  return [...new Set(reasons)];
}

/** `. Warning: …`, if a rule asks about each artifact and there are none. */
export const noArtifactsNote = (artifacts: readonly ArtifactInput[]): string =>
  artifacts.length > 0
    ? ''
    : '. Warning: the release has no artifacts, so none was looked at. Add them: POST /releases/{id}/artifacts';

/** `. Warning: …`, for scans that name no artifact and count for the only one. */
export function onlyNote(
  evidence: readonly EvidenceInput[],
  artifacts: readonly ArtifactInput[],
  types: readonly Shown[],
): string {
  const [artifact] = artifacts;
  if (artifact === undefined || artifacts.length > 1) return noArtifactsNote(artifacts);
  const assumed = types.flatMap((what) => {
    const shows = evidence.filter((one) => one.shows.includes(what));
    const covers = shows.map((one) => coverOf(one, artifact, artifacts));
    const isSure = OF_COMMIT.includes(what) || covers.some((cover) => cover && cover !== 'only');
    return isSure ? [] : shows.filter((_one, i) => covers[i] === 'only');
  });
  if (assumed.length === 0) return '';
  const names = joined([...new Set(assumed.map(evidenceName))]);
  const verb = assumed.length > 1 ? 'name' : 'names';
  const only = `${shown(artifact.name)}, which is the only artifact`;
  return `. Warning: ${names} ${verb} no digest of ${only}`;
}

/** `. Warning: …`, for evidence that names another image or file than the artifacts. */
export function namesNote(
  evidence: readonly EvidenceInput[],
  artifacts: readonly ArtifactInput[],
): string {
  const notes = evidence.flatMap((one) => {
    const { strange } = aboutOf(one, artifacts);
    if (strange === undefined) return [];
    const own = artifacts.find(({ sha256 }) => sha256 === one.artifact);
    const than = own
      ? `was uploaded for ${artifactName(own, artifacts)}`
      : 'no artifact of this release has this name';
    return [`${evidenceName(one)} names ${shown(strange)}, and ${than}`];
  });
  return notes.length === 0 ? '' : `. Warning: ${firstOf([...new Set(notes)].sort(byText), NAMED)}`;
}

/** The name of an artifact, with its digest if another artifact has the same name. */
export function artifactName(
  { name, sha256 }: ArtifactInput,
  artifacts: readonly ArtifactInput[],
): string {
  const { sharedNames } = comparedOf(artifacts);
  return sharedNames.has(name) ? `${shown(name)} (sha256:${sha256})` : shown(name);
}

/** Which reports count, if several do: one that has another label stays until it is retracted. */
export function countingNote(evidence: readonly EvidenceInput[]): string {
  if (evidence.length < 2) return '';
  const names = evidence.map((one) => `${evidenceName(one)}, id ${one.id}`).toSorted(byText);
  return `. These reports count: ${firstOf(names, NAMED)}. Retract one that is out of date: ${RETRACT}`;
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
