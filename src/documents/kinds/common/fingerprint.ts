import { createHmac, hash } from 'node:crypto';
import type { FindingType } from '../../../vocabulary/finding-types.js';
import { readPurl } from '../../../vocabulary/purl.js';

/**
 * Identifies a defect across uploads, tools and releases: SHA-256 of its identity, in lower-case hexadecimal. The
 * identity has nothing that changes while the defect stays, such as a line number.
 */
function fingerprint(type: FindingType, parts: readonly string[]): string {
  return hash('sha256', JSON.stringify([type, ...parts]), 'hex');
}

/**
 * One vulnerability in one package, in any version.
 * @param id the id that the tool gave to the finding, see `idsInDocument`
 * @param name for packages without a purl
 */
export function vulnerabilityFingerprint(id: string, purl: string | undefined, name = ''): string {
  return fingerprint('vulnerability', [id, readPurl(purl)?.key ?? name]);
}

/**
 * Creates fingerprints for misconfigurations: one rule on one subject of a target. The subject is a resource, or else
 * the tool's message. It may quote a secret, so its digest is keyed. Results that are equal except for their place are
 * distinguished by their order, so that none hides another. The same result twice is one misconfiguration.
 */
export function misconfigurationFingerprints(key: Uint8Array) {
  const seen = new Map<string, Map<string, number>>();
  return (rule: string, target: string, subject: string, place: string): string => {
    const own = subject && createHmac('sha256', key).update(subject).digest('hex');
    const parts = own ? [rule, target, own] : [rule, target];
    const name = JSON.stringify(parts);
    const places = seen.get(name) ?? new Map<string, number>();
    seen.set(name, places);
    const nth = places.get(place) ?? places.size + 1;
    places.set(place, nth);
    return fingerprint('misconfiguration', nth > 1 ? [...parts, `#${nth}`] : parts);
  };
}

/** One licence of one package. */
export function licenceFingerprint(licence: string, purl: string | undefined, name = ''): string {
  return fingerprint('licence', [licence, readPurl(purl)?.key ?? name]);
}

/** One secret in one file. Its digest is keyed (HMAC-SHA-256), so that the secret cannot be guessed from it. */
export function secretFingerprint(
  rule: string,
  file: string,
  secret: string,
  key: Uint8Array,
): string {
  const digest = createHmac('sha256', key).update(secret).digest('hex');
  return fingerprint('secret', [rule, file, digest]);
}

/**
 * Creates fingerprints for results of code analysis. Results of one document with equal parts (the same code twice in a
 * file) are distinguished by their order, so that none hides another.
 */
export function codeFingerprints(): (...parts: string[]) => string {
  const seen = new Map<string, number>();
  return (...parts) => {
    const key = JSON.stringify(parts);
    const nth = (seen.get(key) ?? 0) + 1;
    seen.set(key, nth);
    return fingerprint('code', [...parts, ...(nth > 1 ? [String(nth)] : [])]);
  };
}
