import { isElement, localName, type XmlElement } from '../../xml-element.js';

const NAMESPACE = 'http://microsoft.com/schemas/VisualStudio/TeamTest/';

/** The root of CppUnit has the same name, and no namespace. */
export function isTrx(document: unknown): document is XmlElement {
  if (!isElement(document) || localName(document) !== 'TestRun') return false;
  const { name, attributes, children } = document;
  const prefix = name.includes(':') ? `:${name.split(':', 1)[0]}` : '';
  const namespace = attributes.get(`xmlns${prefix}`);
  if (namespace !== undefined) return namespace.startsWith(NAMESPACE);
  return children.some((child) => localName(child) === 'ResultSummary');
}

/** The name of the first child that is none of these. @param names in lower case */
export function otherThan({ children }: XmlElement, names: readonly string[]): string | undefined {
  const other = children.find((child) => !names.includes(localName(child).toLowerCase()));
  return other && localName(other).slice(0, 50);
}

/** The elements at the end of a path of names. Their case does not matter, so that none is left out. */
export function find(element: XmlElement, ...[name = '', ...rest]: string[]): XmlElement[] {
  const wanted = name.toLowerCase();
  const found = element.children.filter((child) => localName(child).toLowerCase() === wanted);
  return rest.length === 0 ? found : found.flatMap((child) => find(child, ...rest));
}
