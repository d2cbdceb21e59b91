import type { Target } from '../../../vocabulary/coverage.js';
import type { StatedCommit } from '../../kind.js';
import { commitOfLabel, REVISION } from '../common/commits.js';
import { fieldOf } from '../common/fields.js';
import { digestsIn, imageName } from '../common/images.js';
import { stringOf, textsOf } from '../common/texts.js';
import type { Report } from './schema.js';

function imageOf(target: Record<string, unknown>): Target {
  const tags = textsOf(target.tags);
  const input = stringOf(target.userInput);
  // `docker:shop:1`, `registry:shop:1` and others name a source before the image.
  const name = input?.replace(/^(?:docker|podman|containerd|registry|singularity):/, '');
  return {
    type: 'image',
    name: imageName(name, tags),
    digests: digestsIn([...textsOf(target.repoDigests), name]),
    // The digest of a manifest that Grype made of a local image is not the one of a registry.
    otherDigests: textsOf([target.manifestDigest, target.imageID, target.digest]),
  };
}

const TYPES: ReadonlyMap<unknown, Target['type']> = new Map([
  ['directory', 'files'],
  ['file', 'files'],
  // Of what the SBOM is, the report does not say.
  ['sbom-file', 'other'],
  ['purl', 'package'],
  ['cpe', 'package'],
  ['snap', 'package'],
]);

/** What the report is about, or undefined if it does not say it. */
export function targetOf({ source }: Report, document: unknown): Target | undefined {
  const { image, directory }: Record<string, unknown> = Object(document);
  if (typeof image === 'object' && image !== null) return imageOf(image as Record<string, unknown>);
  if (stringOf(directory)) return { type: 'files', name: stringOf(directory) };
  const { type, target }: Record<string, unknown> = Object(source);
  if (type === 'image' || type === 'oci-model') {
    return typeof target === 'object' && target !== null
      ? imageOf(target as Record<string, unknown>)
      : undefined;
  }
  const name = stringOf(target);
  if (name === undefined || type === 'unknown') return undefined;
  return { type: TYPES.get(type) ?? 'other', name };
}

/** The commit in the label of the image. */
export function commitsOf(report: Report): StatedCommit[] {
  const { target }: Record<string, unknown> = Object(report.source);
  const labels = Object(fieldOf(target, 'labels'));
  return commitOfLabel(labels[REVISION], targetOf(report, report));
}

/** Reports of Grype before 0.5 do not name the tool. They have the image, or the directory. */
export function isEarly(document: unknown): boolean {
  const top: Record<string, unknown> = Object(document);
  const names = Object.keys(top);
  if (!names.every((name) => ['matches', 'image', 'directory'].includes(name))) return false;
  const { layers, digest }: Record<string, unknown> = Object(top.image);
  return Array.isArray(layers) && typeof digest === 'string';
}
