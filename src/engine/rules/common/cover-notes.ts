import { counted } from '../../../shared/text.js';
import { isClean } from '../../../vocabulary/coverage.js';
import type { Shown } from '../../../vocabulary/finding-types.js';
import { isImage } from '../../../vocabulary/subject.js';
import type { ArtifactInput, EvidenceInput } from '../rule.js';
import { aboutOf, artifactName, digestOfOther, isAboutOther, packageOfOther } from './about.js';
import { coverOf, coversArtifact, OF_COMMIT, sharedImage } from './covers.js';
import { byText, firstOf, joined, shown } from './text.js';

/** The call that takes evidence out of what counts. */
export const RETRACT = 'POST /evidence/{id}/retract';

/** Maximum number of documents that a message names. */
const NAMED = 5;

/** `trivy (image)`: the kind and label of evidence. */
export const evidenceName = ({ kind, label }: EvidenceInput) =>
  label === null ? kind : `${kind} (${shown(label)})`;

/** Ends a sentence about a digest that no artifact has. */
const SAME_IMAGE =
  '. If it is the index or a platform of an artifact, register both digests in a new release';

/** Ends a sentence about a package URL that no artifact has. */
const SAME_PACKAGE =
  '. If it is the same package, register the artifact with this package URL in a new release';

function sameAs(other: string): string {
  if (other.startsWith('sha256:')) return SAME_IMAGE;
  return other.startsWith('pkg:') ? SAME_PACKAGE : '';
}

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
      `${evidenceName(one)} does not count: it is about ${shown(other)}, which is not ${whose}${sameAs(other)}`,
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
  const [other] = (own ? [own] : without).flatMap((artifact) => {
    const key = packageOfOther(one, artifact, artifacts);
    return key === undefined ? [] : [{ key, artifact }];
  });
  if (other)
    return [
      `${uploaded ? `${uploaded}, and ` : ''}is about ${shown(other.key)}`,
      `and ${artifactName(other.artifact, artifacts)} is ${shown(other.artifact.purl ?? '')}`,
    ].join(', ');
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
  const names =
    notes.length === 0 ? '' : `. Warning: ${firstOf([...new Set(notes)].sort(byText), NAMED)}`;
  return `${names}${sentBeforeNote(evidence)}`;
}

/** `. Warning: …`, for reports whose bytes were evidence of an earlier release. Their age counts from then. */
export function sentBeforeNote(evidence: readonly EvidenceInput[]): string {
  const names = evidence.filter(({ sentBefore }) => sentBefore).map(evidenceName);
  if (names.length === 0) return '';
  const which = firstOf([...new Set(names)].sort(byText), NAMED);
  return `. Warning: the project had the same document before this release was registered: ${which}`;
}

/**
 * Which reports count, if several do: one that has another label stays until it is retracted. Without their ids: a
 * message depends on nothing that `inputsHash` leaves out.
 */
export function countingNote(evidence: readonly EvidenceInput[]): string {
  if (evidence.length < 2) return '';
  const names = evidence.map(evidenceName).toSorted(byText);
  return [
    `. These reports count: ${firstOf(names, NAMED)}`,
    `Retract one that is out of date: ${RETRACT}`,
    'GET /releases/{id}/evidence has their ids',
  ].join('. ');
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
