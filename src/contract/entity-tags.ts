import { AppError } from '../shared/app-error.js';

/**
 * The entity tag (RFC 9110, section 8.8.3) of a version: `"3"` for the third.
 * @param rest digest of what the version does not count, in hexadecimal digits: `"3.9f86d081884c7d65"`
 */
export function entityTag(version: number, rest?: string): string {
  return rest === undefined ? `"${version}"` : `"${version}.${rest}"`;
}

const TAG = /(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"/g;

/** True if `If-None-Match` names this tag of `entityTag`. Section 13.1.2 requires weak comparison. */
export function namesTag(ifNoneMatch: string, tag: string): boolean {
  if (ifNoneMatch.trim() === '*') return true;
  return [...ifNoneMatch.matchAll(TAG)].some(([, , opaque]) => `"${opaque}"` === tag);
}

/**
 * The versions that `If-Match` accepts; undefined for `*`, which accepts any version. Weak tags and unknown tags
 * accept none (strong comparison, section 13.1.1). A change is about what the version counts, so the rest of a tag does
 * not matter.
 */
export function acceptedVersions(ifMatch: string): number[] | undefined {
  if (ifMatch.trim() === '*') return undefined;
  return [...ifMatch.matchAll(TAG)]
    .filter(([, weak]) => weak === undefined)
    .flatMap(([, , opaque = '']) => /^([1-9]\d{0,9})(?:\.[0-9a-f]{16})?$/.exec(opaque)?.[1] ?? [])
    .map(Number)
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
