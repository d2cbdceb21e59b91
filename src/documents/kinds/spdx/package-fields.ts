import { type Purl, readPurl } from '../../../vocabulary/purl.js';
import { DocumentFault } from '../../fault.js';
import { objectsOf, textOf } from '../common/texts.js';
import type { SpdxPackage } from './schema.js';

/** Values of `primaryPackagePurpose` (clause 7.24), in the spelling of CycloneDX. */
const TYPES: ReadonlySet<string> = new Set([
  'application',
  'framework',
  'library',
  'container',
  'operating-system',
  'device',
  'firmware',
  'file',
  'source',
  'archive',
  'install',
  'other',
]);

/** The id of the operating system in SPDX of Trivy, early versions of which wrote no purpose. */
const SYSTEM_ID = /^SPDXRef-OperatingSystem-/;

export function typeOf({ primaryPackagePurpose, SPDXID }: SpdxPackage): string {
  const type = textOf(primaryPackagePurpose)?.toLowerCase().replaceAll('_', '-') ?? '';
  if (TYPES.has(type)) return type;
  return SYSTEM_ID.test(textOf(SPDXID) ?? '') ? 'operating-system' : 'library';
}

/** The text, or undefined for an empty text, NOASSERTION and NONE. */
export function asserted(value: unknown): string | undefined {
  const text = textOf(value)?.trim();
  return text && !/^(?:NOASSERTION|NONE)$/i.test(text) ? text : undefined;
}

/** Texts that a package gives as its purl. The reference category is ignored, because tools often write a wrong one. */
const purlTexts = ({ externalRefs }: SpdxPackage): string[] =>
  objectsOf(externalRefs).flatMap(({ referenceType, referenceLocator }) =>
    textOf(referenceType)?.trim().toLowerCase() === 'purl'
      ? (textOf(referenceLocator)?.trim() ?? [])
      : [],
  );

/** The first valid purl, or else the first one, which is not a purl. */
export function purlTextOf(pack: SpdxPackage): string | undefined {
  const texts = purlTexts(pack);
  return texts.find((text) => readPurl(text) !== undefined) ?? texts[0];
}

/** Maximum number of purls of a package. A document with more is refused: rules must see each of them. */
const MAX_PURLS = 1000;

/** The purls of a package, those of each package in an ecosystem once. */
export function purlsOf(pack: SpdxPackage): Purl[] {
  const byKey = new Map<string, Purl>();
  for (const text of purlTexts(pack)) {
    const purl = readPurl(text);
    if (purl && !byKey.has(purl.key)) byKey.set(purl.key, purl);
    if (byKey.size > MAX_PURLS)
      throw new DocumentFault(
        `has a package with more than ${MAX_PURLS} package URLs`,
        '/packages',
        undefined,
        'limit',
      );
  }
  return [...byKey.values()];
}
