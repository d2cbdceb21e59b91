import { hash } from 'node:crypto';
import type { NamesOfTests, TestSummary } from '../kind.js';
import { isAfterTests, isAnywhere, isOutsideTests } from '../kinds/common/tests.js';

/** The first 8 bytes of the SHA-256 of each name: reports can have some 100,000, and threads exchange them. */
type Digests = BigUint64Array<ArrayBuffer>;

export interface TestNames {
  readonly tests: Digests;
  readonly groups: Digests;
}

/** Maximum number of names that are stored. */
const MAX_STORED = 50_000;
/** Stored instead of more names. */
const TOO_MANY = '-';

const digestOf = (name: string) => hash('sha256', name.trim(), 'buffer').readBigUInt64LE();

export const testNamesOf = ({ tests, groups }: NamesOfTests): TestNames => ({
  tests: BigUint64Array.from(tests, digestOf),
  groups: BigUint64Array.from(groups, digestOf),
});

export const NO_TESTS: TestNames = testNamesOf({ tests: new Set(), groups: new Set() });

/** The names of tests as base64, to store them in JSON. */
export function storedNames({ tests }: TestNames): string {
  return tests.length > MAX_STORED ? TOO_MANY : Buffer.from(tests.buffer).toString('base64');
}

/** How many tests ran, of those that `storedNames` wrote. 0 if there are too many to store. */
export const numberOfStored = (ran: string) =>
  ran === TOO_MANY ? 0 : Buffer.from(ran, 'base64').length / BigUint64Array.BYTES_PER_ELEMENT;

/** ` "before each" hook for "adds"` */
const HOOK = /\s*"(?:before|after) (?:each|all)" hook.*$/i;

/** A hook of Mocha for all files. The suite that it stands in has the same name in each report. */
const ROOT_HOOK = /hook in "\{root\}"/;

/** Whether tests ran of the class, file or package that an entry without a test is about. */
function hasGroup({ groups }: TestNames, entry: string): boolean {
  if (ROOT_HOOK.test(entry)) return false;
  const parts = entry.replace(HOOK, '').split(/ > ?/);
  const last = parts.at(-1) ?? '';
  const own = isOutsideTests(last) ? parts.slice(0, -1) : parts;
  return [own.join(' > '), own.at(-1) ?? ''].some((name) => groups.includes(digestOf(name)));
}

/**
 * A failed test, or a test that ran in an older report, which a new one does not have. A failure outside of tests needs
 * a test of the same class, file or package. If no report names its place, all tests that ran must be there, and
 * others that could not run.
 * @param ran the tests of the older report as `storedNames` wrote them. Undefined if they are not stored
 * @returns the subject of "did not run in this document", such as `its test "b"`
 */
export function lostTest(
  by: TestNames,
  ran: string | undefined,
  { failed, failures, errors, unnamed = 0 }: TestSummary,
): string | undefined {
  if (ran === TOO_MANY) return 'it has too many tests to compare, and perhaps one of them';
  const bytes = Uint8Array.from(Buffer.from(ran ?? '', 'base64'));
  const older = new Set(new BigUint64Array(bytes.buffer));
  const own = new Set(by.tests);
  const groups = new Set(by.groups);
  const before = older.size;
  const places = new Set<string>();
  let outside = 0;
  for (const { name } of failed) {
    const digest = digestOf(name);
    if (own.has(digest)) continue;
    const isTest = ran === undefined || older.has(digest);
    outside += isTest ? 0 : 1;
    // A hook of a group of tests is reported as a test with the name of the group.
    if (isTest ? groups.has(digest) : hasGroup(by, name)) continue;
    if (isTest || !isAnywhere(name)) return `its test ${JSON.stringify(name.slice(0, 200))}`;
    places.add(name);
  }
  // Only the first failures have names. Failed tests are among those that ran, and other failures are not.
  if (outside > 0 && failures + errors - unnamed > failed.length) return 'what else failed in it';
  const more = [...own].filter((digest) => !older.has(digest)).length;
  for (const digest of own) older.delete(digest);
  for (const digest of groups) older.delete(digest);
  if (older.size > 0) return `${older.size} of its tests`;
  const [place] = places;
  const needed = [...places].filter((name) => !isAfterTests(name)).length;
  return place !== undefined && (before === 0 || more < needed)
    ? `what failed in it outside of tests (${place.slice(0, 200)})`
    : undefined;
}
