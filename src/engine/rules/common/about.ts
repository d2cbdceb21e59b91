import {
  nameOfOther,
  otherPackageOf,
  strangeName,
  strangePackage,
} from '../../../vocabulary/artifact-names.js';
import type { Target } from '../../../vocabulary/coverage.js';
import {
  indexed,
  meantBy,
  namedBy,
  otherDigest,
  otherVersion,
  type Subjects,
} from '../../../vocabulary/subject.js';
import type { ArtifactInput, EvidenceInput } from '../rule.js';
import { artifactsNamed } from './artifact-files.js';
import { shown } from './text.js';

/** What a document is about, compared with the artifacts of the release. */
export interface About {
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
  /** Package URLs of its subject, without versions. */
  readonly packages: readonly string[];
  /** Ids of images that no artifact has as a digest, if it was uploaded for an artifact that it does not name. */
  readonly imageIds: readonly string[];
}

/** What is never an image. A single package, as Grype looks it up, is a part of one at most. */
const NO_IMAGES: readonly Target['type'][] = ['files', 'repository', 'package'];

/** Whether all places that a document names are no images. The category of a SARIF run is not a place. */
function isOfFiles(targets: readonly Target[]): boolean {
  const ofFiles = targets.filter(({ type }) => NO_IMAGES.includes(type));
  const others = targets.filter(({ type }) => type === 'other');
  return ofFiles.length > 0 && ofFiles.length + others.length === targets.length;
}

/** OSV-Scanner does not name the image, and its id is that of a layer, which images of several platforms share. */
const imageIdsOf = (targets: readonly Target[], { byDigest }: Subjects<ArtifactInput>) =>
  targets
    .filter(({ type, name }) => type === 'image' && name)
    .flatMap(({ otherDigests = [] }) => otherDigests.filter((id) => !byDigest.has(id)));

/** Of a document that has the own digests of others, and none that is of this artifact alone, the name of another. */
const onlyOther = (named: ReadonlySet<ArtifactInput>, artifact: ArtifactInput) =>
  named.has(artifact) ? undefined : [...named][0]?.name;

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
    otherArtifact:
      artifact && (nameOfOther(targets, artifact, subjects) ?? onlyOther(named, artifact)),
    strange: strangeName(targets, own),
    packages: targets.flatMap((target) => target.package ?? []),
    imageIds: artifact && !isOfOwn ? imageIdsOf(targets, subjects) : [],
    asFiles: artifactsNamed(targets, subjects.all),
    namesSome: namesShared || targets.some(({ type }) => type === 'image'),
    namesImages: targets.some(
      ({ type, otherDigests = [] }) => type === 'cluster' && otherDigests.length > 0,
    ),
    isOfImage: targets.some(({ type }) => type === 'image'),
    isOfFiles: isOfFiles(targets),
    other: otherDigest(targets, own) ?? otherVersion(targets, own) ?? strangePackage(targets, own),
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

export function aboutOf(evidence: EvidenceInput, artifacts: readonly ArtifactInput[]): About {
  const known = comparedOf(artifacts);
  let about = known.about.get(evidence);
  if (!about) {
    about = compare(evidence, known.subjects);
    known.about.set(evidence, about);
  }
  return about;
}

/**
 * The digest, the file in another version, or the package URL of something that is not the artifact, or not one of the
 * release.
 */
export const digestOfOther = (evidence: EvidenceInput, artifacts: readonly ArtifactInput[]) =>
  aboutOf(evidence, artifacts).other;

/** The package URL that evidence has for its subject, if that of an artifact is another one. */
export function packageOfOther(
  evidence: EvidenceInput,
  artifact: ArtifactInput,
  artifacts: readonly ArtifactInput[],
): string | undefined {
  const { packages, named } = aboutOf(evidence, artifacts);
  return named.has(artifact) ? undefined : otherPackageOf(packages, artifact);
}

/** Whether evidence was uploaded for an artifact, and names another artifact of the release instead. */
export const isAboutOther = (evidence: EvidenceInput, artifacts: readonly ArtifactInput[]) =>
  aboutOf(evidence, artifacts).otherArtifact !== undefined;

/** The name of an artifact, with its digest if another artifact has the same name. */
export function artifactName(
  { name, sha256 }: ArtifactInput,
  artifacts: readonly ArtifactInput[],
): string {
  const { sharedNames } = comparedOf(artifacts);
  return sharedNames.has(name) ? `${shown(name)} (sha256:${sha256})` : shown(name);
}
