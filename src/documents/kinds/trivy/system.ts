import { isBareSystem, isOfPackages, isOfSystem, listsPackages } from './classes.js';
import type { Scan } from './scan.js';
import type { Result } from './schema.js';

/** What a report says about the operating system of an image. */
export function systemOf(document: unknown): Record<string, unknown> {
  const { Metadata }: Record<string, unknown> = Object(document);
  const { OS }: Record<string, unknown> = Object(Metadata);
  return Object(OS);
}

/** Families that Trivy writes for something without packages of an operating system. */
const WITHOUT_PACKAGES = new Set<unknown>(['activestate', undefined, '']);

/** Trivy found packages of an operating system, and not which one. It does not look at them. */
const NOT_KNOWN = 'none';

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

const OTHERS = 'or upload a report of another scanner, such as Grype';

const UNSCANNED =
  'it has no result for the packages of the operating system (class os-pkgs), which is a part of the image. Scan ' +
  `without --pkg-types. If Trivy does not support the system, use another base image, ${OTHERS}`;
const UNIDENTIFIED =
  'Trivy found packages of an operating system and not which one it is (family none), so it did not look at them. ' +
  `Keep /etc/os-release in the image, ${OTHERS}`;
const NO_PACKAGE =
  'it lists no package of the operating system, so Trivy found none. Keep the database of packages in the image ' +
  `(/var/lib/dpkg, /lib/apk/db, /var/lib/rpm), scan with --list-all-pkgs, ${OTHERS}`;
const UNLISTED =
  'lists no packages, so it does not show that Trivy found those of the operating system. Scan with --list-all-pkgs';

/** Versions that name themselves list all packages by default. */
const isListing = ({ document }: Scan, results: readonly Result[]) =>
  isText(Object(Object(document).Trivy).Version) || results.some(listsPackages);

/**
 * Why the packages of the operating system were not looked at: `--pkg-types library`, a system that Trivy does not
 * know, or an image from which the database of its packages was removed.
 */
export function unscannedSystem(scan: Scan): string | undefined {
  // Of a cluster, each image is looked at for itself.
  if (scan.resources) return undefined;
  const results = scan.parts.map(({ result }) => result);
  const { Family } = systemOf(scan.document);
  if (Family === NOT_KNOWN) return UNIDENTIFIED;
  if (results.some(isBareSystem) && isListing(scan, results)) return NO_PACKAGE;
  const isMissing =
    !WITHOUT_PACKAGES.has(Family) && results.some(isOfPackages) && !results.some(isOfSystem);
  return isMissing ? UNSCANNED : undefined;
}

/** Why a scan of the packages of a system shows little. Continues the name of the evidence. */
export function caveatOf({ document, parts, resources }: Scan): string | undefined {
  const results = parts.map(({ result }) => result);
  if (systemOf(document).EOSL === true && results.some(isOfSystem)) {
    const name = [systemOf(document).Family, systemOf(document).Name].filter(isText).join(' ');
    const system = name ? ` (${name.slice(0, 60)})` : '';
    return [
      `says that the operating system${system} is past its end of life, so newer vulnerabilities in its packages are not known`,
      'Use a newer base image',
    ].join('. ');
  }
  return !resources && results.some(isBareSystem) ? UNLISTED : undefined;
}
