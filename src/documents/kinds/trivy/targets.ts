import type { Target } from '../../../vocabulary/coverage.js';
import type { StatedCommit } from '../../kind.js';
import { commitOfLabel, REVISION } from '../common/commits.js';
import { fieldOf } from '../common/fields.js';
import { digestsIn, imageName } from '../common/images.js';
import { isObject, stringOf, textsOf } from '../common/texts.js';
import { isBareSystem, isOfPackages, listsPackages } from './classes.js';
import type { Resource } from './schema.js';

function imageOf(name: string | undefined, metadata: Record<string, unknown>): Target {
  const reference = stringOf(metadata.Reference);
  const tags = [...textsOf(metadata.RepoTags), ...(reference ? [reference] : [])];
  return {
    type: 'image',
    name: imageName(name, tags),
    digests: digestsIn([...textsOf(metadata.RepoDigests), name, reference]),
    otherDigests: textsOf([metadata.ImageID]),
  };
}

/** A folder of a repository, because one pipeline may scan several with one label. */
function repositoryName(name: string | undefined, metadata: Record<string, unknown>) {
  const url = stringOf(metadata.RepoURL);
  if (!url || name === url || !name || /^[a-z][a-z0-9+.-]*:\/\//i.test(name)) return name ?? url;
  return name === '.' ? url : `${url} ${name}`;
}

/** Of what an SBOM is, the report does not say, and old reports say nothing. All other types are no container image. */
const UNTOLD = new Set<unknown>([undefined, null, '', 'cyclonedx', 'spdx']);

/** What a report is about. Pass the masked report: addresses of repositories may contain a token. */
export function targetsOf(report: unknown): Target[] {
  const { ArtifactName, ArtifactType, Metadata }: Record<string, unknown> = Object(report);
  const metadata: Record<string, unknown> = Object(Metadata);
  const name = stringOf(ArtifactName);
  const isImage = ArtifactType ? ArtifactType === 'container_image' : stringOf(metadata.ImageID);
  if (isImage) return [imageOf(name, metadata)];
  if (ArtifactType === 'repository')
    return [{ type: 'repository', name: repositoryName(name, metadata) }];
  if (name === undefined) return [];
  return [{ type: UNTOLD.has(ArtifactType) ? 'other' : 'files', name }];
}

/** The commit of a repository, or the label of an image. */
export function commitsOf(report: unknown): StatedCommit[] {
  const { Metadata }: Record<string, unknown> = Object(report);
  const { Commit, ImageConfig }: Record<string, unknown> = Object(Metadata);
  const labels = Object(fieldOf(fieldOf(ImageConfig, 'config'), 'Labels'));
  const own = stringOf(Commit);
  const [target] = targetsOf(report);
  return [
    ...(own === undefined ? [] : [{ ids: [own], isSure: true }]),
    ...commitOfLabel(labels[REVISION], target),
  ];
}

/** What Trivy writes if it found packages of an operating system, and not which one. */
const isUnidentified = (image: Record<string, unknown>) => fieldOf(image.OS, 'Family') === 'none';

/** Tells whether packages of a resource were scanned, and those of its system, as far as the report shows. */
function scanTest(resources: readonly Resource[]): (resource: Resource) => boolean {
  const isListing = resources.some(({ Results }) => Results?.some(listsPackages));
  return ({ Metadata, Results }) => {
    const results = Results ?? [];
    if (!results.some(isOfPackages)) return false;
    if (isListing && results.some(isBareSystem)) return false;
    return ![Metadata].flat().filter(isObject).some(isUnidentified);
  };
}

/**
 * The images whose packages were scanned. A resource of several images has one entry with results for each, or one for
 * all of them, which does not say of which image its results are.
 */
function scannedImages(resources: readonly Resource[]): Record<string, unknown>[] {
  const isScanned = scanTest(resources);
  return resources.flatMap((resource) => {
    const images = [resource.Metadata].flat().filter(isObject);
    return !resource.Error && isScanned(resource) && images.length === 1 ? images : [];
  });
}

/** The images of entries that have several: of which of them the results are is not known. */
const sharingImages = (resources: readonly Resource[]) =>
  resources.flatMap(({ Metadata }) => {
    const images = [Metadata].flat().filter(isObject);
    return images.length > 1 ? images : [];
  });

/** Manifests of images first, then their ids. */
const digestsOf = (images: readonly Record<string, unknown>[]): string[] => [
  ...digestsIn(images.flatMap(({ RepoDigests }) => textsOf(RepoDigests))),
  ...images.flatMap(({ ImageID }) => textsOf([ImageID])),
];

/**
 * Ids of the images of entries that have several. They name no artifact, and tell one cluster from another of its name.
 */
export const imagesTogether = (resources: readonly Resource[]): string[] =>
  sharingImages(resources).flatMap((image) => idOf(image) ?? []);

const idOf = (image: Record<string, unknown>): string | undefined =>
  stringOf(image.ImageID) ?? textsOf(image.RepoDigests)[0] ?? textsOf(image.RepoTags)[0];

const imagesOf = (resources: readonly Resource[]) =>
  resources.flatMap(({ Metadata }) => [Metadata].flat().filter(isObject));

/** The name of an image of a cluster of which no entry with results of packages tells. */
export function unseenImageIn(resources: readonly Resource[]): string | undefined {
  const seen = new Set(imagesOf(resources.filter(scanTest(resources))).map(idOf));
  const unseen = imagesOf(resources).find((image) => {
    const id = idOf(image);
    return id !== undefined && !seen.has(id);
  });
  return unseen && (textsOf(unseen.RepoTags)[0] ?? idOf(unseen));
}

/** The cluster of a report of `trivy k8s`. It may have the images of an artifact, but is about more than one. */
export function clusterTargets(
  name: string | null | undefined,
  resources: readonly Resource[],
): Target[] {
  const shared = digestsOf(sharingImages(resources));
  return [
    {
      type: 'cluster',
      name: name || undefined,
      otherDigests: digestsOf(scannedImages(resources)),
      ...(shared.length > 0 && { digests: shared }),
    },
  ];
}
