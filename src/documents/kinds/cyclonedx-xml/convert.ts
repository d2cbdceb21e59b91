import { DocumentFault } from '../../fault.js';
import type { XmlElement } from '../../xml-element.js';

/** A value of the document in CycloneDX JSON. */
export type Converted = Readonly<Record<string, unknown>>;

/** Whether two elements say the same: without elements in them, and with equal texts and attributes. */
const isSame = (a: XmlElement, b: XmlElement) =>
  a.children.length + b.children.length === 0 &&
  a.text.trim() === b.text.trim() &&
  a.attributes.size === b.attributes.size &&
  [...a.attributes].every(([name, value]) => b.attributes.get(name) === value);

/** Finds children by name. Elements of other namespaces, which have another prefix, are extensions. */
export class Converter {
  constructor(private readonly prefix: string) {}

  all(parent: XmlElement | undefined, name: string): XmlElement[] {
    const wanted = this.prefix + name;
    return parent?.children.filter((child) => child.name === wanted) ?? [];
  }

  /**
   * The element that the schema allows once. Two are refused, as JSON is if a name repeats with another value.
   * @throws {DocumentFault} if there are several with different contents
   */
  one(parent: XmlElement | undefined, name: string): XmlElement | undefined {
    const [first, ...others] = this.all(parent, name);
    if (first !== undefined && others.some((other) => !isSame(first, other)))
      throw new DocumentFault(
        `has the element ${this.prefix}${name} more than once in ${parent?.name.slice(0, 100)}, with different contents. Upload the output of the tool unchanged`,
      );
    return first;
  }

  /** The items of a list, such as `<components><component/></components>`. Undefined if there is no list. */
  items(
    parent: XmlElement | undefined,
    list: string,
    item: string,
    convert: (element: XmlElement) => unknown,
  ): unknown[] | undefined {
    const lists = this.all(parent, list);
    if (lists.length === 0) return undefined;
    return lists.flatMap((element) => this.all(element, item)).map(convert);
  }

  text(parent: XmlElement | undefined, name: string): string | undefined {
    return this.one(parent, name)?.text.trim();
  }

  texts(parent: XmlElement | undefined, ...names: readonly string[]): Converted {
    return Object.fromEntries(names.map((name) => [name, this.text(parent, name)]));
  }

  #licence(element: XmlElement): Converted {
    const name = element.name.slice(this.prefix.length);
    if (name === 'expression') return { expression: element.text.trim() };
    if (name === 'expression-detailed') {
      const expressionDetails = this.all(element, 'details').map((details) => ({
        licenseIdentifier: details.attributes.get('license-identifier'),
        url: this.text(details, 'url'),
        text: { content: this.one(details, 'text')?.text },
      }));
      return { expression: element.attributes.get('expression'), expressionDetails };
    }
    if (name !== 'license') return {};
    const text = this.one(element, 'text');
    const attached = text && { content: text.text, encoding: text.attributes.get('encoding') };
    return { license: { ...this.texts(element, 'id', 'name', 'url'), text: attached } };
  }

  #licences(parent: XmlElement | undefined): Converted[] | undefined {
    const lists = this.all(parent, 'licenses');
    if (lists.length === 0) return undefined;
    return lists.flatMap(({ children }) => children.map((child) => this.#licence(child)));
  }

  component(element: XmlElement): Converted {
    return {
      type: element.attributes.get('type'),
      'bom-ref': element.attributes.get('bom-ref'),
      ...this.texts(element, 'group', 'name', 'version', 'purl'),
      licenses: this.#licences(element),
      evidence: { licenses: this.#licences(this.one(element, 'evidence')) },
      hashes: this.items(element, 'hashes', 'hash', ({ attributes, text }) => ({
        alg: attributes.get('alg'),
        content: text.trim(),
      })),
      properties: this.items(element, 'properties', 'property', ({ attributes, text }) => ({
        name: attributes.get('name'),
        value: text.trim(),
      })),
      components: this.components(element),
    };
  }

  components(parent: XmlElement | undefined): unknown[] | undefined {
    return this.items(parent, 'components', 'component', (element) => this.component(element));
  }

  metadata(root: XmlElement): Converted | undefined {
    const metadata = this.one(root, 'metadata');
    if (!metadata) return undefined;
    const tools = this.one(metadata, 'tools');
    const named = (element: XmlElement) => this.texts(element, 'name', 'version');
    const component = this.one(metadata, 'component');
    return {
      timestamp: this.text(metadata, 'timestamp'),
      tools: [
        ...this.all(tools, 'tool').map(named),
        ...(this.items(tools, 'components', 'component', named) ?? []),
        ...(this.items(tools, 'services', 'service', named) ?? []),
      ],
      component: component && this.component(component),
    };
  }
}
