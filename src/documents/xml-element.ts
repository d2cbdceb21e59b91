/** An element of an XML document: what parsers of XML kinds get. */
export interface XmlElement {
  /** As it is written, with its prefix if it has one. */
  readonly name: string;
  /** A map, since names come from the document. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Its own text and CDATA, without that of its children. */
  readonly text: string;
}
