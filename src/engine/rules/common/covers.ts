import type { Shown } from '../../../vocabulary/finding-types.js';
import { indexed, namedBy, otherDigest, type Subjects } from '../../../vocabulary/subject.js';
import type { ArtifactInput, EvidenceInput } from '../rule.js';
import { joined, shown } from './text.js';

/** What a document is about, compared with the artifacts of the release. */
interface About {
  readonly named: ReadonlySet<ArtifactInput>;
  /** Whether it is about one or some of the artifacts, and not about the whole release. */
  readonly namesSome: boolean;
  readonly other: string | undefined;
}

function compare(evidence: EvidenceInput, subjects: Subjects<ArtifactInput>): About {
  const targets = evidence.coverage.flatMap(({ of = [] }) => of);
  const named = new Set(targets.flatMap((target) => namedBy(target, subjects)));
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
    namesSome: named.size > 0 || targets.some(({ type }) => type === 'image'),
    other: otherDigest(targets, own),
  };
}

/** The subjects of each list of artifacts, and what each document is about: rules ask for all pairs of them. */
const compared = new WeakMap<
  readonly ArtifactInput[],
  { subjects: Subjects<ArtifactInput>; about: WeakMap<EvidenceInput, About> }
>();

function aboutOf(evidence: EvidenceInput, artifacts: readonly ArtifactInput[]): About {
  let known = compared.get(artifacts);
  if (!known) {
    known = { subjects: indexed(artifacts), about: new WeakMap() };
    compared.set(artifacts, known);
  }
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
 * whole release covers every artifact, unless it names an image and the release has several artifacts.
 */
export function coversArtifact(
  evidence: EvidenceInput,
  artifact: ArtifactInput,
  artifacts: readonly ArtifactInput[],
): boolean {
  if (evidence.artifact !== null) return evidence.artifact === artifact.sha256;
  const { named, namesSome } = aboutOf(evidence, artifacts);
  return named.has(artifact) || !namesSome || artifacts.length === 1;
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
