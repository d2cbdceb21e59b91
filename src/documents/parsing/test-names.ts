import { hash } from 'node:crypto';
import { clean } from './columns.js';

/**
 * The tests that ran, and the classes, suites and packages that they are in: the first 8 bytes of the SHA-256 of each
 * name. A report can have some 100,000, and the main thread asks for few of them.
 */
export type TestNames = BigUint64Array<ArrayBuffer>;

/** Maximum length of the name of a test. */
export const MAX_TEST_NAME = 1000;

const digestOf = (name: string) =>
  hash('sha256', (clean(name, MAX_TEST_NAME) ?? '').trim(), 'buffer').readBigUInt64LE();

export const testNamesOf = (names: ReadonlySet<string>): TestNames =>
  BigUint64Array.from(names, digestOf);

/**
 * Whether a test ran, or tests of the class or file that it names: a class that did not load is reported as one test,
 * and when it loads by its tests.
 * @param name as a summary stores it, `class > test`
 */
export function hasTest(names: TestNames | undefined, name: string): boolean {
  const last = name.split(' > ').findLast((part) => part.trim() !== '') ?? '';
  return [name, last].some((own) => names?.includes(digestOf(own)));
}
