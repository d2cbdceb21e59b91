import { readPurl, tagOf } from '../../../vocabulary/purl.js';
import { isContradictory, withVersion } from '../common/products.js';
import { digestIn, sha256Of } from '../common/subject.js';
import { objectsOf, textOf } from '../common/texts.js';
import type { BomSubject } from './schema.js';
import { propertiesOf } from './subject.js';

/** The product that the claims of a document are about (`metadata.component`). */
export interface Product {
  /** Digests, or else the purl. Empty if no artifact can be recognised by them. */
  readonly names: readonly string[];
  /** Whether the names say which build or version of the product it is. */
  readonly isOneVersion: boolean;
  /** A name that no artifact can have. Undefined without a subject. */
  readonly label?: string | undefined;
  /** Why the names do not identify a product. Continues the name of the place. */
  readonly doubt?: string | undefined;
}

const NAMELESS =
  'has neither a package URL nor a SHA-256 digest, so its statements that a finding does not count apply to no release';
const DIFFERENT =
  'has names or digests of different products, so its statements that a finding does not count apply to no release';

/** Digests decide: a purl can be that of the next build. A purl without a version has that of the subject. */
export function productOf(subject: BomSubject | null | undefined): Product {
  if (!subject) return { names: [], isOneVersion: false };
  const purl = readPurl(textOf(subject.purl));
  const version = textOf(subject.version);
  const label = `subject ${textOf(subject.name) ?? ''}`;
  const places = [
    digestIn(purl?.version),
    propertiesOf(subject, 'aquasecurity:trivy:RepoDigest'),
    objectsOf(subject.hashes).flatMap(({ alg, content }) => sha256Of(textOf(alg), textOf(content))),
  ].map((place) => place.map((digest) => digest.toLowerCase()));
  const purls = purl ? [purl] : [];
  if (isContradictory({ purls, digests: places, version })) {
    return { names: [], isOneVersion: false, label, doubt: DIFFERENT };
  }
  // The image id, and the digest that Syft has for a version, differ from the digest of the registry.
  const digests = [
    ...places.flat(),
    ...[...digestIn(version), ...propertiesOf(subject, 'aquasecurity:trivy:ImageID')].map(
      (digest) => digest.toLowerCase(),
    ),
  ];
  if (digests.length > 0) return { names: [...new Set(digests)], isOneVersion: true, label };
  if (!purl) return { names: [], isOneVersion: false, label, doubt: NAMELESS };
  const isTagged = tagOf(purl) !== '';
  const name = isTagged ? purl.purl : withVersion(purl, version);
  return { names: [name], isOneVersion: isTagged || name.includes('@', 1), label };
}
