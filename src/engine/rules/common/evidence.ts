import type { Shown } from '../../../vocabulary/finding-types.js';
import { isImage } from '../../../vocabulary/subject.js';
import type { ArtifactInput, EvidenceInput, RuleInput } from '../rule.js';
import { artifactName, digestOfOther } from './about.js';
import { evidenceName, whyNoneCovered, whyUncounted } from './cover-notes.js';
import { coversArtifact, OF_COMMIT, sharedImage, unseenDigest } from './covers.js';
import { byText, firstOf, joined } from './text.js';

/** Names of evidence, and what to upload if it is missing. `from` lists the kinds of evidence. */
const NAMES: Readonly<Record<Shown, readonly [name: string, upload: (from: string) => string]>> = {
  components: ['SBOM', (from) => `an SBOM (${from})`],
  tests: ['test report', (from) => `a test report (${from})`],
  vulnerability: ['vulnerability scan', (from) => `a report of ${from}`],
  misconfiguration: ['misconfiguration scan', (from) => `a report of ${from}`],
  secret: ['secret scan', (from) => `a report of ${from}`],
  licence: ['licence scan', (from) => `a report of ${from}`],
  code: ['code analysis', (from) => `a code analysis report (${from})`],
};

/** Maximum number of artifacts, and of reasons, that a message names. */
const NAMED = 5;

/** `SBOM`, `secret scan`. */
export const nameOf = (shown: Shown) => NAMES[shown][0];

/** Tools that look at the files that an image is built from, and never at an image. */
const OF_FILES: readonly string[] = ['npm-audit'];

/**
 * `an SBOM (cyclonedx or spdx)`.
 * @param ofImage whether only a scan of an image is of use
 */
export function uploadOf(
  { uploads }: Pick<RuleInput, 'uploads'>,
  shown: Shown,
  ofImage = false,
): string {
  const [name, upload] = NAMES[shown];
  const from = (uploads[shown] ?? []).filter((tool) => !(ofImage && OF_FILES.includes(tool)));
  return from.length === 0 ? `the report of a ${name}` : upload(joined(from, 'or'));
}

/** The call that uploads evidence. */
export const UPLOAD = 'POST /releases/{id}/evidence';

/** `release`: evidence for the release is enough. `artifacts`: each artifact must be covered, if there are any. */
export const SCOPES = ['release', 'artifacts'] as const;

export type EvidenceScope = (typeof SCOPES)[number];

/** What a rule needs to know about evidence. */
type Asked = Pick<RuleInput, 'evidence' | 'uploads' | 'artifacts'>;

/** The evidence that shows one of `some`, and that is not about something else. */
export const showing = (
  { evidence, artifacts }: Pick<RuleInput, 'evidence' | 'artifacts'>,
  ...some: readonly Shown[]
): EvidenceInput[] =>
  evidence.filter(
    (one) =>
      some.some((what) => one.shows.includes(what)) && digestOfOther(one, artifacts) === undefined,
  );

/** The evidence that may report findings of one of `types`, whether its tool ran or not. */
export const reporting = ({ evidence }: Pick<RuleInput, 'evidence'>, types: readonly Shown[]) =>
  evidence.filter(({ coverage }) => coverage.some(({ what }) => types.includes(what)));

export const idsOf = (evidence: readonly EvidenceInput[]) => evidence.map(({ id }) => id);

/** The artifacts that none of the evidence covers for one type. */
export const uncovered = (
  evidence: readonly EvidenceInput[],
  { artifacts }: Pick<RuleInput, 'artifacts'>,
  what: Shown,
): ArtifactInput[] => {
  const sure = evidence.filter((one) => sharedImage(one, evidence, artifacts) === undefined);
  const ofImages = !OF_COMMIT.includes(what);
  return artifacts.filter(
    (artifact) =>
      !sure.some((one) => coversArtifact(one, artifact, artifacts, what)) ||
      (ofImages && unseenDigest(artifact, sure, artifacts, what) !== undefined),
  );
};

const namesOf = (some: readonly ArtifactInput[], all: readonly ArtifactInput[]) =>
  firstOf(
    some.map((one) => artifactName(one, all)),
    NAMED,
  );

/**
 * Which labels the asked report must not have, because it would replace a report of something else of the same tool.
 */
function ownLabels(input: Asked, some: readonly Shown[]): string[] {
  const tools = some
    .flatMap((one) => input.uploads[one] ?? [])
    .map((text) => text.split(' ', 1)[0]);
  const others = input.evidence.filter(
    ({ kind, label, shows }) => label !== null && shows.length > 0 && tools.includes(kind),
  );
  const labels = others.filter(({ shows }) => !some.some((one) => shows.includes(one)));
  if (labels.length === 0) return [];
  const names = joined([...new Set(labels.map(evidenceName))].toSorted(byText), 'or');
  return [`A report of another run needs another label: with the same one, it replaces ${names}`];
}

/** Which digests of images no report names, as sentences. */
const unseenDigests = (
  input: Asked,
  some: readonly Shown[],
  artifacts: readonly ArtifactInput[],
): string[] =>
  artifacts.flatMap((artifact) =>
    some.flatMap((what) => {
      const digest = unseenDigest(artifact, showing(input, what), input.artifacts, what);
      return digest === undefined
        ? []
        : [
            `No report names ${digest}, a digest of ${artifactName(artifact, input.artifacts)}`,
            'One names another of its digests',
            'Scan it by its own digest, or each of its digests',
          ].join('. ');
    }),
  );

/** The message when no evidence shows any of `some`, or none for some artifacts. */
export function unseen(
  input: Asked,
  some: readonly Shown[],
  artifacts: readonly ArtifactInput[] = [],
): string {
  const sorted = some.toSorted(byText);
  const ofImage = artifacts.some(isImage);
  const uploads = joined([...new Set(sorted.map((one) => uploadOf(input, one, ofImage)))]);
  const reasons = [
    ...sorted.flatMap((one) => whyUncounted(input.evidence, one, input.artifacts)),
    ...unseenDigests(input, sorted, artifacts),
    ...(artifacts.length > 0
      ? sorted.flatMap((one) =>
          whyNoneCovered(showing(input, one), artifacts, input.artifacts, one),
        )
      : []),
  ];
  reasons.push(...ownLabels(input, sorted));
  const whose = artifacts.length > 0 ? namesOf(artifacts, input.artifacts) : 'this release';
  const where = artifacts.length > 0 ? `${UPLOAD}?artifact={sha256}` : UPLOAD;
  return [
    `No ${joined(sorted.map(nameOf), 'or')} counts for ${whose}`,
    ...(reasons.length > 0 ? [firstOf(reasons, NAMED)] : []),
    `Upload ${uploads}: ${where}`,
  ].join('. ');
}

/** The message when evidence for one of `all` is missing; undefined if evidence shows each. */
export function missing(input: Asked, all: readonly Shown[], scope: EvidenceScope = 'release') {
  const lacking = all.filter((one) => showing(input, one).length === 0);
  if (lacking.length > 0) {
    const isOfCommit = lacking.every((one) => OF_COMMIT.includes(one));
    return unseen(input, lacking, scope === 'release' || isOfCommit ? [] : input.artifacts);
  }
  if (scope === 'release') return undefined;
  const without = all
    .map((what) => ({ what, artifacts: uncovered(showing(input, what), input, what) }))
    .find(({ artifacts }) => artifacts.length > 0);
  return without && unseen(input, [without.what], without.artifacts);
}
