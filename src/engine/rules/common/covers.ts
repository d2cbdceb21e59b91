import type { Target } from '../../../vocabulary/coverage.js';
import type { Shown } from '../../../vocabulary/finding-types.js';
import { isNamedBy, otherDigest } from '../../../vocabulary/subject.js';
import type { ArtifactInput, EvidenceInput } from '../rule.js';
import { joined, shown } from './text.js';

const targetsOf = (evidence: EvidenceInput): Target[] =>
  evidence.coverage.flatMap(({ of = [] }) => of);

/** The digest of something that is not the artifact of the evidence, or not an artifact of the release. */
export const digestOfOther = (
  evidence: EvidenceInput,
  artifacts: readonly ArtifactInput[],
): string | undefined =>
  otherDigest(
    targetsOf(evidence),
    artifacts.filter(({ sha256 }) => evidence.artifact === null || sha256 === evidence.artifact),
  );

/**
 * Whether evidence covers an artifact: it was uploaded for it, or the document names its digest. Evidence about the
 * whole release covers every artifact, unless it names an image and the release has several artifacts.
 */
export function coversArtifact(
  evidence: EvidenceInput,
  artifact: ArtifactInput,
  artifacts: readonly ArtifactInput[],
): boolean {
  if (evidence.artifact !== null) return evidence.artifact === artifact.sha256;
  const targets = targetsOf(evidence);
  if (targets.some((target) => isNamedBy(target, artifact))) return true;
  const namesOne = targets.some(
    (target) => target.type === 'image' || artifacts.some((other) => isNamedBy(target, other)),
  );
  return !namesOne || artifacts.length === 1;
}

/** `trivy (image)`: the kind and label of evidence. */
export const evidenceName = ({ kind, label }: EvidenceInput) =>
  label === null ? kind : `${kind} (${shown(label)})`;

/** Why evidence that was uploaded for this does not count, as sentences. */
export function whyUncounted(
  evidence: readonly EvidenceInput[],
  what: Shown,
  artifacts: readonly ArtifactInput[],
): string[] {
  const reasons = evidence.flatMap((one): string[] => {
    const unclean = one.coverage.find(
      (entry) => entry.what === what && (entry.ran !== 'yes' || entry.lookedAt === 0),
    );
    if (unclean) {
      const reason = unclean.reason ?? 'the tool looked at nothing';
      return [`${evidenceName(one)} does not count: ${shown(reason, 300)}`];
    }
    const other = one.shows.includes(what) ? digestOfOther(one, artifacts) : undefined;
    if (other === undefined) return [];
    const whose = one.artifact === null ? 'an artifact of this release' : 'its artifact';
    return [`${evidenceName(one)} does not count: it is about ${other}, which is not ${whose}`];
  });
  return [...new Set(reasons)];
}

/** `. The uploader says that …`, for what only the uploader's word shows. */
export function declaredNote(evidence: readonly EvidenceInput[], types: readonly Shown[]): string {
  const declared = evidence.filter(({ coverage }) =>
    coverage.some((entry) => entry.declared && types.includes(entry.what)),
  );
  if (declared.length === 0) return '';
  return `. That ${joined(declared.map(evidenceName))} looked for it is the word of the uploader`;
}
