import { localName, type XmlElement } from '../../xml-element.js';

/** The name without its prefix, in lower case: some tools write `testSuite`, or put JUnit's elements in a namespace. */
export const nameOf = (element: XmlElement) => localName(element).toLowerCase();

export const isSuite = (element: XmlElement) => /^testsuites?$/.test(nameOf(element));

/** The first child that has the first of the names, else of the second, and so on. */
export function childOf(
  { children }: XmlElement,
  names: readonly string[],
): XmlElement | undefined {
  if (children.length === 0) return undefined;
  for (const name of names) {
    const found = children.find((child) => nameOf(child) === name);
    if (found) return found;
  }
  return undefined;
}
