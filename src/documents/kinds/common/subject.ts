import type { Target } from '../../../vocabulary/coverage.js';
import { type Purl, readPurl } from '../../../vocabulary/purl.js';

/** What an SBOM says of the thing that it lists the components of. */
export interface Subject {
  /** A component type of CycloneDX. */
  readonly type: string | undefined;
  /** With its group, and without its version: the name is the same in the next release. */
  readonly name: string | undefined;
  readonly purl: string | undefined;
  readonly version: string | undefined;
  /** `sha256:…` */
  readonly hashes: readonly string[];
  /** Digests by which a registry knows the image, and other digests of it. */
  readonly digests?: readonly string[];
  readonly otherDigests?: readonly string[];
}

const DIGEST = /sha256:[0-9a-f]{64}$/i;

/** The digest at the end of a text, such as `shop@sha256:…`. */
export const digestIn = (text: string | undefined): string[] =>
  DIGEST.exec(text ?? '')?.slice(0, 1) ?? [];

/** The digest for an algorithm and a value, as CycloneDX and SPDX have them. */
export function sha256Of(algorithm: string | undefined, value: string | undefined): string[] {
  if (!/^sha-?256$/i.test(algorithm ?? '')) return [];
  return /^[0-9a-f]{64}$/i.test(value ?? '') ? [`sha256:${value}`] : [];
}

function typeOf({ type, purl = '', hashes }: Subject, name: string): Target['type'] {
  if (type === 'container' || /^pkg:(?:oci|docker)\//i.test(purl)) return 'image';
  if (type === 'platform' && /k8s|kubernetes/i.test(`${name} ${purl}`)) return 'cluster';
  if (type === 'file' || hashes.length > 0) return 'files';
  if (/^(?:https?|git|ssh):\/\//i.test(name)) return 'repository';
  if (/^[./\\]|^[a-z]:\\/i.test(name)) return 'files';
  return type === 'operating-system' || type === 'device' ? 'other' : 'package';
}

/** Two packages of different ecosystems can have one name. */
function distinctName(
  type: Target['type'],
  name: string | undefined,
  purl: Purl | undefined,
): string | undefined {
  if (type !== 'package' || purl === undefined || name === undefined) return name;
  return `${name} (${purl.key})`;
}

/**
 * The subject as a target. The digest in an image's purl is that of the registry. Syft writes the digest of one
 * platform, or of a local copy, as the version: it differs from the digest by which a registry knows the image.
 */
export function targetOf(subject: Subject): Target {
  const { digests = [], otherDigests = [], hashes, version } = subject;
  const purl = readPurl(subject.purl);
  const name = subject.name ?? purl?.name;
  const type = typeOf(subject, name ?? '');
  if (type !== 'image')
    return {
      type,
      name: distinctName(type, name, purl),
      ...(purl && { package: purl.key }),
      ...(type === 'files' && { digests: hashes }),
    };
  const ofPurl = purl?.key.startsWith('pkg:oci/') ? digestIn(purl.version) : [];
  return {
    type,
    name,
    ...(purl && { package: purl.key }),
    digests: [...ofPurl, ...digests],
    otherDigests: [...digestIn(version), ...otherDigests, ...hashes],
  };
}
