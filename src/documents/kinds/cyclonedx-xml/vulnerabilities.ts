import type { XmlElement } from '../../xml-element.js';
import type { Converted, Converter } from './convert.js';

function source(from: Converter, element: XmlElement): Converted | undefined {
  const found = from.one(element, 'source');
  return found && from.texts(found, 'name', 'url');
}

function rating(from: Converter, element: XmlElement): Converted {
  return {
    source: source(from, element),
    ...from.texts(element, 'score', 'severity', 'method', 'vector'),
  };
}

function analysis(from: Converter, element: XmlElement): Converted | undefined {
  const found = from.one(element, 'analysis');
  if (!found) return undefined;
  return from.texts(found, 'state', 'justification', 'detail', 'firstIssued', 'lastUpdated');
}

function affected(from: Converter, element: XmlElement): Converted {
  return {
    ref: from.text(element, 'ref'),
    versions: from.items(element, 'versions', 'version', (version) =>
      from.texts(version, 'version', 'range', 'status'),
    ),
  };
}

/** The vulnerabilities of CycloneDX 1.4 and later, as in JSON. */
export function vulnerabilitiesOf(from: Converter, root: XmlElement): unknown[] | undefined {
  return from.items(root, 'vulnerabilities', 'vulnerability', (element) => ({
    'bom-ref': element.attributes.get('bom-ref'),
    ...from.texts(element, 'id', 'description', 'detail', 'recommendation'),
    source: source(from, element),
    references: from.items(element, 'references', 'reference', (reference) =>
      from.texts(reference, 'id'),
    ),
    ratings: from.items(element, 'ratings', 'rating', (one) => rating(from, one)),
    advisories: from.items(element, 'advisories', 'advisory', (advisory) =>
      from.texts(advisory, 'url'),
    ),
    analysis: analysis(from, element),
    affects: from.items(element, 'affects', 'target', (target) => affected(from, target)),
  }));
}
