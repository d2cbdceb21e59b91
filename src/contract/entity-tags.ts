import { AppError } from '../shared/app-error.js';

/** The entity tag (RFC 9110, section 8.8.3) of a version: `"3"` for the third. */
export function entityTag(version: number): string {
  return `"${version}"`;
}

const TAG = /(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"/g;

/** True if `If-None-Match` names this version. Section 13.1.2 requires weak comparison. */
export function namesVersion(ifNoneMatch: string, version: number): boolean {
  if (ifNoneMatch.trim() === '*') return true;
  return [...ifNoneMatch.matchAll(TAG)].some(([, , opaque]) => opaque === String(version));
}

/**
 * The versions that `If-Match` accepts; undefined for `*`, which accepts any version. Weak tags and unknown tags
 * accept none (strong comparison, section 13.1.1).
 */
export function acceptedVersions(ifMatch: string): number[] | undefined {
  if (ifMatch.trim() === '*') return undefined;
  return [...ifMatch.matchAll(TAG)]
    .filter(([, weak, opaque = '']) => weak === undefined && /^[1-9]\d{0,9}$/.test(opaque))
    .map(([, , opaque]) => Number(opaque))
    .filter((version) => version <= 2_147_483_647);
}

/** Returns the error for a change of a version that is no longer current. */
export function changed(current: number): AppError {
  return new AppError(
    'precondition-failed',
    'The resource has changed since you read it. Get it again and use its new ETag',
    {
      headers: { etag: entityTag(current) },
    },
  );
}

/**
 * @param expected undefined: any version
 * @throws {AppError} `precondition-failed` unless the current version is one of those expected
 */
export function requireVersion(current: number, expected: readonly number[] | undefined): void {
  if (expected && !expected.includes(current)) throw changed(current);
}
