import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { DocumentFault } from '../fault.js';
import type { XmlElement } from '../xml-element.js';
import { checkedMarkup, decode, MAX_DEPTH } from './xml-markup.js';

/** Everything as text, in its order. The prefix keeps attributes such as `__proto__` apart from what objects have. */
const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  cdataPropName: '#cdata',
  parseTagValue: false,
  trimValues: false,
  // Entities are expanded below: none but the predefined ones, and any number of these.
  processEntities: false,
  maxNestedTags: MAX_DEPTH,
  jPath: false,
  onDangerousProperty: (name) => name,
});

const NO_ATTRIBUTES: ReadonlyMap<string, string> = new Map();
const NO_CHILDREN: readonly XmlElement[] = [];

/** Text is UTF-8 when it comes here: a declaration that says otherwise is wrong, or the text is. */
function checkEncoding(text: string): void {
  const declaration = /^<\?xml\s[^?>]{0,500}\?>/.exec(text)?.[0] ?? '';
  const encoding = /\sencoding\s*=\s*["']([^"']*)["']/.exec(declaration)?.[1];
  if (encoding !== undefined && !/^(?:utf-?8|us-ascii|ascii)$/i.test(encoding))
    throw new DocumentFault('must be encoded in UTF-8', '', { line: 1, column: 1 });
}

/** What the library makes of the order: an object per node, with its name as the only key beside that of the attributes. */
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
  const given = Object.entries(node[':@'] ?? {});
  return {
    name,
    attributes:
      given.length === 0
        ? NO_ATTRIBUTES
        : new Map(given.map(([key, value]) => [key.slice(1), decode(String(value))])),
    children: children.length === 0 ? NO_CHILDREN : children,
    text: texts.join(''),
  };
}

/**
 * Reads an XML document: well-formed, without DOCTYPE, with the predefined entities only.
 * @param text a byte order mark at its beginning is ignored
 * @throws {DocumentFault} with line and column; its reason is `limit` for more than 1,000,000 elements, or a very long tag
 */
export function readXml(text: string): XmlElement {
  const document = text.startsWith('\ufeff') ? text.slice(1) : text;
  checkEncoding(document);
  const markup = checkedMarkup(document);
  const validity = XMLValidator.validate(document);
  if (validity !== true) {
    const { msg, line, col } = validity.err;
    throw new DocumentFault(`is not well-formed XML: ${msg}`, '', { line, column: col });
  }
  let nodes: readonly Node[];
  try {
    nodes = nodesOf(parser.parse(markup));
  } catch {
    // Elements that are called as the parts of JavaScript that attackers overwrite: `__proto__`, `constructor`, `prototype`.
    throw new DocumentFault('has an element with a name that is refused');
  }
  const [root] = nodes;
  const name = Object.keys(root ?? {}).find((key) => key !== ':@');
  if (root === undefined || name === undefined) throw new DocumentFault('has no element');
  return elementOf(name, root);
}
