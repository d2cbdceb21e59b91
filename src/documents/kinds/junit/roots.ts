import { DocumentFault } from '../../fault.js';
import type { XmlElement } from '../../xml-element.js';
import { isSuite } from './elements.js';

/** JUnit has no standard for the root. Tools also wrap suites into their own element. */
export function hasSuites(root: XmlElement): boolean {
  return isSuite(root) || root.children.some(isSuite);
}

/** @throws {DocumentFault} unless the document has suites of JUnit */
export function requireSuites(root: XmlElement): void {
  if (hasSuites(root)) return;
  const found = root.name.slice(0, 100);
  throw new DocumentFault(`must have the root element testsuites or testsuite, not ${found}`);
}
