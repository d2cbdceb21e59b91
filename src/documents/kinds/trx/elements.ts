import type { XmlElement } from '../../xml-element.js';

const NAMESPACE = 'http://microsoft.com/schemas/VisualStudio/TeamTest/';

/** Only an element from `readXml` has a map. A JSON document does not. */
export function isElement(document: unknown): document is XmlElement {
  return (
    typeof document === 'object' &&
    document !== null &&
    'attributes' in document &&
    document.attributes instanceof Map
  );
}

/** The name without its prefix. */
export const nameOf = ({ name }: XmlElement) => name.slice(name.indexOf(':') + 1);

/** The root of CppUnit has the same name, and no namespace. */
export function isTrx(document: unknown): document is XmlElement {
  if (!isElement(document) || nameOf(document) !== 'TestRun') return false;
  const { name, attributes, children } = document;
  const prefix = name.includes(':') ? `:${name.split(':', 1)[0]}` : '';
  const namespace = attributes.get(`xmlns${prefix}`);
  if (namespace !== undefined) return namespace.startsWith(NAMESPACE);
  return children.some((child) => nameOf(child) === 'ResultSummary');
}

/** The elements at the end of a path of names. */
export function find(element: XmlElement, ...[name, ...rest]: string[]): XmlElement[] {
  const found = element.children.filter((child) => nameOf(child) === name);
  return rest.length === 0 ? found : found.flatMap((child) => find(child, ...rest));
}

/** A number in an attribute, or 0. */
export function countOf(element: XmlElement | undefined, name: string): number {
  const text = element?.attributes.get(name) ?? '';
  return /^\d{1,9}$/.test(text) ? Number(text) : 0;
}
