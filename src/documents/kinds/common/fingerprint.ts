import { createHmac, hash } from 'node:crypto';
import type { FindingType } from '../../../vocabulary/finding-types.js';
import { readPurl } from '../../../vocabulary/purl.js';

/**
 * Says when two findings are the same defect, across uploads, tools and releases: SHA-256 of what makes it this
 * one, as lower-case hexadecimal. Never of anything that changes while the defect stays, such as a line.
 */
function fingerprint(type: FindingType, parts: readonly string[]): string {
  return hash('sha256', JSON.stringify([type, ...parts]), 'hex');
}

/**
 * The same vulnerability in the same package, whatever its version.
 * @param id canonical; see `canonicalIds`
 * @param name for packages without a purl
 */
export function vulnerabilityFingerprint(id: string, purl: string | undefined, name = ''): string {
  return fingerprint('vulnerability', [id, readPurl(purl)?.key ?? name]);
}

/** The same rule on the same target. */
export function misconfigurationFingerprint(rule: string, target: string): string {
  return fingerprint('misconfiguration', [rule, target]);
}

/** The same licence of the same package. */
export function licenceFingerprint(licence: string, purl: string | undefined, name = ''): string {
  return fingerprint('licence', [licence, readPurl(purl)?.key ?? name]);
}

/** The same secret in the same file. Its digest is keyed (HMAC-SHA-256): nobody finds it by trying likely ones. */
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
 * Fingerprints of results of code analysis. Where one document has several with the same parts (the same line twice in a
 * file), they are told apart by their order, so that none hides another.
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
