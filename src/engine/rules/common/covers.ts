import type { Target } from '../../../vocabulary/coverage.js';
import type { Shown } from '../../../vocabulary/finding-types.js';
import type { ArtifactInput, EvidenceInput } from '../rule.js';
import { shown } from './text.js';

/** Kinds of artifacts that are images, whose digest is that of a manifest. The digest of others is that of a file. */
const isImage = ({ kind }: ArtifactInput) => /container|image|oci|docker/.test(kind);

const digestsOf = ({ sha256, digests }: ArtifactInput) => [`sha256:${sha256}`, ...digests];

const targetsOf = (evidence: EvidenceInput): Target[] =>
  evidence.coverage.flatMap(({ of = [] }) => of);

const isNamedBy = (target: Target, artifact: ArtifactInput) => {
  const own = new Set(digestsOf(artifact));
  return [...(target.digests ?? []), ...(target.otherDigests ?? [])].some((one) => own.has(one));
};

/** The artifacts whose digest is of the same sort as those that the target names. */
function comparable({ type }: Target, artifacts: readonly ArtifactInput[]): ArtifactInput[] {
  if (type !== 'image' && type !== 'files') return [];
  return artifacts.filter((artifact) => isImage(artifact) === (type === 'image'));
}

/**
 * The first digest of something that is not the artifact that the evidence is about, or not an artifact of the release.
 * Image ids, indexes and platforms never contradict an artifact, and neither does a release without artifacts.
 */
export function digestOfOther(
  evidence: EvidenceInput,
  artifacts: readonly ArtifactInput[],
): string | undefined {
  const about = artifacts.filter(
    ({ sha256 }) => evidence.artifact === null || sha256 === evidence.artifact,
  );
  for (const target of targetsOf(evidence)) {
    const some = comparable(target, about);
    const [digest] = target.digests ?? [];
    if (digest === undefined || some.length === 0) continue;
    if (!some.some((artifact) => isNamedBy(target, artifact))) return digest;
  }
  return undefined;
}

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
