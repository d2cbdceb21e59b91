import type { Target } from '../../../vocabulary/coverage.js';
import { digestsIn, imageName } from '../common/images.js';
import { stringOf, textsOf } from '../common/texts.js';

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

/** Trivy's types of artifacts that are read from a file or a folder. */
const FILES = new Set<unknown>(['filesystem', 'cyclonedx', 'spdx']);

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
  return [{ type: FILES.has(ArtifactType) ? 'files' : 'other', name }];
}

/** The cluster of a report of `trivy k8s`. It may have the images of an artifact, but is about more than one. */
export function clusterTargets(
  name: string | null | undefined,
  metadata: readonly unknown[],
): Target[] {
  const images = metadata.flat().map((image): Record<string, unknown> => Object(image));
  const digests = digestsIn(images.flatMap(({ RepoDigests }) => textsOf(RepoDigests)));
  const ids = images.flatMap(({ ImageID }) => textsOf([ImageID]));
  return [{ type: 'cluster', name: name || undefined, otherDigests: [...digests, ...ids] }];
}
