import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { DocumentFault } from '../fault.js';
import type { XmlElement } from '../xml-element.js';
import { checkedMarkup, decode, MAX_DEPTH } from './xml-markup.js';

/** Keeps all values as text, and their order. The prefix protects against attributes such as `__proto__`. */
const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  cdataPropName: '#cdata',
  parseTagValue: false,
  trimValues: false,
  // `decode` expands entities: only the predefined ones, without a limit on their number.
  processEntities: false,
  maxNestedTags: MAX_DEPTH,
  jPath: false,
  onDangerousProperty: (name) => name,
});

const NO_ATTRIBUTES: ReadonlyMap<string, string> = new Map();
const NO_CHILDREN: readonly XmlElement[] = [];

/** A node of fast-xml-parser with `preserveOrder`: its only key is its name, besides `:@` for attributes. */
type Node = Readonly<Record<string, unknown>>;

const nodesOf = (value: unknown): readonly Node[] => (Array.isArray(value) ? value : []);

function textOf(key: string, value: unknown): string | undefined {
  if (key === '#text') return decode(String(value));
  if (key !== '#cdata') return undefined;
  return nodesOf(value)
    .map((node) => String(node['#text'] ?? ''))
    .join('');
}

function elementOf(name: string, node: Node): XmlElement {
  const children: XmlElement[] = [];
  const texts: string[] = [];
  for (const child of nodesOf(node[name])) {
    const key = Object.keys(child).find((key) => key !== ':@') ?? '';
    const text = textOf(key, child[key]);
    if (text === undefined) children.push(elementOf(key, child));
    else texts.push(text);
  }
  const attributes = Object.entries(node[':@'] ?? {});
  return {
    name,
    attributes:
      attributes.length === 0
        ? NO_ATTRIBUTES
        : new Map(attributes.map(([key, value]) => [key.slice(1), decode(String(value))])),
    children: children.length === 0 ? NO_CHILDREN : children,
    text: texts.join(''),
  };
}

/**
 * Parses a well-formed XML document. Declarations in a DOCTYPE, and entities other than the predefined ones, are
 * refused. An external DTD is not read.
 * @param text may begin with a byte order mark
 * @throws {DocumentFault} with line and column. Its reason is `limit` for more than 1,000,000 elements, or a
 *   very long tag
 */
export function readXml(text: string): XmlElement {
  const { markup, document } = checkedMarkup(text.startsWith('\ufeff') ? text.slice(1) : text);
  const validity = XMLValidator.validate(document);
  if (validity !== true) {
    const { msg, line, col } = validity.err;
    throw new DocumentFault(`is not well-formed XML: ${msg}`, '', { line, column: col });
  }
  let nodes: readonly Node[];
  try {
    nodes = nodesOf(parser.parse(markup));
  } catch {
    // fast-xml-parser refuses elements named `__proto__`, `constructor` or `prototype`.
    throw new DocumentFault('has an element whose name is not allowed');
  }
  const [root] = nodes;
  const name = Object.keys(root ?? {}).find((key) => key !== ':@');
  if (root === undefined || name === undefined) throw new DocumentFault('has no element');
  return elementOf(name, root);
}
