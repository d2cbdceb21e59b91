import { isOfPackages } from './classes.js';
import type { Scan } from './scan.js';

/** What a report says about the operating system of an image. */
export function systemOf(document: unknown): Record<string, unknown> {
  const { Metadata }: Record<string, unknown> = Object(document);
  const { OS }: Record<string, unknown> = Object(Metadata);
  return Object(OS);
}

/** Families that Trivy writes without packages of the operating system. */
const WITHOUT_PACKAGES = new Set<unknown>(['none', 'activestate', undefined, '']);

/** Whether packages were scanned, and not those of the operating system: `--pkg-types library`. */
export function isSystemMissing({ document, parts }: Scan): boolean {
  return (
    !WITHOUT_PACKAGES.has(systemOf(document).Family) &&
    parts.some(({ result }) => isOfPackages(result)) &&
    !parts.some(({ result }) => result.Class === 'os-pkgs')
  );
}
