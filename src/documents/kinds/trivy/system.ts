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

const isOfSystem = ({ result }: Scan['parts'][number]) => result.Class === 'os-pkgs';
const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** Whether packages were scanned, and not those of the operating system: `--pkg-types library`. */
export function isSystemMissing({ document, parts }: Scan): boolean {
  return (
    !WITHOUT_PACKAGES.has(systemOf(document).Family) &&
    parts.some(({ result }) => isOfPackages(result)) &&
    !parts.some(isOfSystem)
  );
}

/** Why a scan of the packages of an old system shows little. Continues the name of the evidence. */
export function caveatOf({ document, parts }: Scan): string | undefined {
  if (systemOf(document).EOSL !== true || !parts.some(isOfSystem)) return undefined;
  const name = [systemOf(document).Family, systemOf(document).Name].filter(isText).join(' ');
  const system = name ? ` (${name.slice(0, 60)})` : '';
  return [
    `says that the operating system${system} is past its end of life, so newer vulnerabilities in its packages are not known`,
    'Use a newer base image',
  ].join('. ');
}
