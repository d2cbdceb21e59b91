import { DocumentFault } from '../../fault.js';
import type { XmlElement } from '../../xml-element.js';
import { isSuite } from './elements.js';

/** Boost.Test names its elements as JUnit does, and reports failures in elements that JUnit does not have. */
const BOOST = ['TestLog', 'TestResult'];

/** JUnit has no standard for the root. Tools also wrap suites into their own element. */
export function hasSuites(root: XmlElement): boolean {
  return isSuite(root) || (!BOOST.includes(root.name) && root.children.some(isSuite));
}

/** Its report has the same root, and other elements in it. */
const CHECK = 'http://check.sourceforge.net/ns';

/** @throws {DocumentFault} unless the document has suites of JUnit */
export function requireSuites(root: XmlElement): void {
  if (root.attributes.get('xmlns') === CHECK)
    throw new DocumentFault('looks like a report of Check, which is not read. Convert it to JUnit');
  if (hasSuites(root)) return;
  const found = root.name.slice(0, 100);
  throw new DocumentFault(`must have the root element testsuites or testsuite, not ${found}`);
}
