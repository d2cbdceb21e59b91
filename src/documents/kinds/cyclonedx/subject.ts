import type { Target } from '../../../vocabulary/coverage.js';
import { readPurl } from '../../../vocabulary/purl.js';
import { objectsOf, textOf } from '../common/texts.js';
import type { BomSubject } from './schema.js';

const SHA256 = /^[0-9a-f]{64}$/i;
const DIGEST = /sha256:[0-9a-f]{64}$/i;

const digestIn = (text: string | undefined): string[] => DIGEST.exec(text ?? '')?.slice(0, 1) ?? [];

/** The SHA-256 hashes of a component. */
function hashesOf({ hashes }: BomSubject): string[] {
  return objectsOf(hashes).flatMap(({ alg, content }) => {
    const isSha256 = /^sha-?256$/i.test(textOf(alg) ?? '');
    const hash = textOf(content) ?? '';
    return isSha256 && SHA256.test(hash) ? [`sha256:${hash}`] : [];
  });
}

function valuesOf({ properties }: BomSubject, wanted: string): string[] {
  return objectsOf(properties).flatMap(({ name, value }) =>
    name === wanted ? (textOf(value) ?? []) : [],
  );
}

/**
 * Digests of an image. Trivy's `RepoDigest`, which is also in its purl, is that of the registry. Syft writes the digest
 * of one platform as the version, or that of a local copy, which differ from the digest by which an image is known.
 */
function imageDigests(subject: BomSubject) {
  const purl = readPurl(textOf(subject.purl));
  const digests = [
    ...(purl?.key.startsWith('pkg:oci/') ? digestIn(purl.version) : []),
    ...valuesOf(subject, 'aquasecurity:trivy:RepoDigest').flatMap(digestIn),
  ];
  const otherDigests = [
    ...digestIn(textOf(subject.version)),
    ...valuesOf(subject, 'aquasecurity:trivy:ImageID').flatMap(digestIn),
    ...hashesOf(subject),
  ];
  return { digests, otherDigests };
}

function typeOf(subject: BomSubject, name: string): Target['type'] {
  const type = textOf(subject.type)?.toLowerCase();
  const purl = textOf(subject.purl) ?? '';
  if (type === 'container' || /^pkg:(?:oci|docker)\//i.test(purl)) return 'image';
  if (type === 'platform' && /k8s|kubernetes/i.test(`${name} ${purl}`)) return 'cluster';
  if (type === 'file' || hashesOf(subject).length > 0) return 'files';
  if (/^(?:https?|git|ssh):\/\//i.test(name)) return 'repository';
  if (/^[./\\]|^[a-z]:\\/i.test(name)) return 'files';
  return type === 'operating-system' || type === 'device' ? 'other' : 'package';
}

/** What the document is about (`metadata.component`). The name has no version: it is the same in the next release. */
export function targetsOf(subject: BomSubject | null | undefined): Target[] {
  if (!subject) return [];
  const [group, own] = [textOf(subject.group), textOf(subject.name)];
  const purl = readPurl(textOf(subject.purl));
  const name = own === undefined ? purl?.name : group ? `${group}/${own}` : own;
  const type = typeOf(subject, name ?? '');
  if (type === 'image') return [{ type, name, ...imageDigests(subject) }];
  return [{ type, name, ...(type === 'files' && { digests: hashesOf(subject) }) }];
}
