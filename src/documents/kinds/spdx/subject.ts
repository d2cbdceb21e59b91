import type { Target } from '../../../vocabulary/coverage.js';
import { digestIn, sha256Of, targetOf } from '../common/subject.js';
import { objectsOf, textOf } from '../common/texts.js';
import { asserted, purlTextOf, typeOf } from './package-fields.js';
import type { SpdxDocument, SpdxPackage } from './schema.js';

const textsIn = (value: unknown): string[] =>
  Array.isArray(value) ? value.flatMap((text) => textOf(text) ?? []) : [];

/** Early versions of Trivy wrote `DESCRIBE`. */
const DESCRIBES = /^DESCRIBES?$/i;
const DESCRIBED_BY = /^DESCRIBED_BY$/i;

/** Ids of the packages that the document describes, from its list and its relationships (clause 11). */
export function describedIds(document: SpdxDocument): Set<string> {
  const own = textOf(document.SPDXID) ?? 'SPDXRef-DOCUMENT';
  const described = new Set(textsIn(document.documentDescribes));
  for (const relationship of objectsOf(document.relationships)) {
    const { spdxElementId: from, relatedSpdxElement: to } = relationship;
    const type = textOf(relationship.relationshipType)?.trim() ?? '';
    if (DESCRIBES.test(type) && from === own && typeof to === 'string') described.add(to);
    if (DESCRIBED_BY.test(type) && to === own && typeof from === 'string') described.add(from);
  }
  return described;
}

/** Trivy writes what SPDX has no field for as "RepoDigest: shop@sha256:…", in annotations or in attributions. */
function digestsOf({ annotations, attributionTexts }: SpdxPackage, word: string): string[] {
  const comments = objectsOf(annotations).flatMap(({ comment }) => textOf(comment) ?? []);
  return [...comments, ...textsIn(attributionTexts)].flatMap((text) =>
    text.startsWith(`${word}: `) ? digestIn(text) : [],
  );
}

/** A described package, as what the document is about. */
export function targetFor(pack: SpdxPackage): Target {
  return targetOf({
    type: typeOf(pack),
    name: pack.name || undefined,
    purl: purlTextOf(pack),
    version: asserted(pack.versionInfo),
    hashes: objectsOf(pack.checksums).flatMap(({ algorithm, checksumValue }) =>
      sha256Of(textOf(algorithm), textOf(checksumValue)),
    ),
    digests: digestsOf(pack, 'RepoDigest'),
    otherDigests: digestsOf(pack, 'ImageID'),
  });
}
