/** An element of an XML document, as parsers of XML kinds receive it. */
export interface XmlElement {
  /** The name as written, including its prefix. */
  readonly name: string;
  /** A map, because the document chooses the names (`__proto__`). */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** The element's own text and CDATA, without the text of its children. */
  readonly text: string;
}

/** Only an element from the reader of XML has a map. A JSON document does not. */
export function isElement(document: unknown): document is XmlElement {
  return (
    typeof document === 'object' &&
    document !== null &&
    'attributes' in document &&
    document.attributes instanceof Map
  );
}

/** The name without its prefix. */
export const localName = ({ name }: XmlElement) => name.slice(name.indexOf(':') + 1);
