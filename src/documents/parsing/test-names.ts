import { hash } from 'node:crypto';
import type { NamesOfTests, TestSummary } from '../kind.js';
import { isOutsideTests } from '../kinds/common/tests.js';

/** The first 8 bytes of the SHA-256 of each name: reports can have some 100,000, and threads exchange them. */
type Digests = BigUint64Array<ArrayBuffer>;

export interface TestNames {
  readonly tests: Digests;
  readonly groups: Digests;
}

/** Maximum number of names that are stored. */
const MAX_STORED = 20_000;

const digestOf = (name: string) => hash('sha256', name.trim(), 'buffer').readBigUInt64LE();

export const testNamesOf = ({ tests, groups }: NamesOfTests): TestNames => ({
  tests: BigUint64Array.from(tests, digestOf),
  groups: BigUint64Array.from(groups, digestOf),
});

export const NO_TESTS: TestNames = testNamesOf({ tests: new Set(), groups: new Set() });

/** The names of tests as base64, to store them in JSON. Undefined if there are too many. */
export function storedNames({ tests }: TestNames): string | undefined {
  return tests.length > MAX_STORED ? undefined : Buffer.from(tests.buffer).toString('base64');
}

/** Whether tests ran of the class, file or package that an entry without a test is about. */
function hasGroup({ groups }: TestNames, entry: string): boolean {
  const parts = entry.split(/ > ?/);
  const last = parts.at(-1) ?? '';
  const own = isOutsideTests(last) ? parts.slice(0, -1) : parts;
  return [own.join(' > '), own.at(-1) ?? ''].some((name) => groups.includes(digestOf(name)));
}

/**
 * A failed test, or a test that ran in an older report, which a new one does not have. A failure outside of tests needs
 * a test of the same class, file or package.
 * @param ran the tests of the older report as `storedNames` wrote them. Undefined if they are not stored
 * @returns such as `its test "b"`
 */
export function lostTest(
  by: TestNames,
  ran: string | undefined,
  { failed }: TestSummary,
): string | undefined {
  const bytes = Uint8Array.from(Buffer.from(ran ?? '', 'base64'));
  const older = new Set(new BigUint64Array(bytes.buffer));
  const own = new Set(by.tests);
  for (const { name } of failed) {
    const digest = digestOf(name);
    if (own.has(digest)) continue;
    const isTest = ran === undefined || older.has(digest);
    if (isTest || !hasGroup(by, name)) return `its test ${JSON.stringify(name.slice(0, 200))}`;
  }
  for (const digest of own) older.delete(digest);
  return older.size === 0 ? undefined : `${older.size} of its tests`;
}
