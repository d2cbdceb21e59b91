import { DocumentFault } from '../../fault.js';
import type { DocumentParser } from '../../kind.js';
import type { XmlElement } from '../../xml-element.js';
import { uncovered } from '../common/coverage.js';
import { SPEC_VERSIONS } from '../cyclonedx/official.js';
import { readBom } from '../cyclonedx/parser.js';
import { Converter } from './convert.js';
import { vulnerabilitiesOf } from './vulnerabilities.js';

const NAMESPACE = /^https?:\/\/cyclonedx\.org\/schema\/bom\/(\d+\.\d+)$/i;

/** The prefix of the root with its colon, and the version in the namespace. Undefined for other documents. */
function rootOf(element: XmlElement): { prefix: string; version: string } | undefined {
  const [, prefix = '', name] = /^(?:([^:]*):)?(.*)$/.exec(element.name) ?? [];
  const declared = element.attributes.get(prefix ? `xmlns:${prefix}` : 'xmlns') ?? '';
  const version = NAMESPACE.exec(declared.trim())?.[1];
  if (name !== 'bom' || version === undefined) return undefined;
  return { prefix: prefix && `${prefix}:`, version };
}

/** Versions before 1.4 have vulnerabilities in an extension, in the components or beside them. */
function hasExtension(element: XmlElement, prefix: string): boolean {
  return element.children.some(
    (child) =>
      (/(?:^|:)vulnerabilities$/.test(child.name) && child.name !== `${prefix}vulnerabilities`) ||
      hasExtension(child, prefix),
  );
}

const EXTENSION = [
  'it has vulnerabilities in the extension for CycloneDX 1.3 and earlier, which the server does not read.',
  'Create it as CycloneDX 1.4 or later',
].join(' ');

/** Parses CycloneDX XML 1.2–1.7 as the same content in JSON. Places in it are those of JSON: `/components/0/name`. */
export const parser: DocumentParser = {
  version: 2,
  recognizes: (document) => rootOf(document as XmlElement) !== undefined,
  parse(document) {
    const root = document as XmlElement;
    const found = rootOf(root);
    if (!found) {
      throw new DocumentFault(
        'must have the root element bom in a namespace of CycloneDX, such as http://cyclonedx.org/schema/bom/1.6',
      );
    }
    const { prefix, version } = found;
    if (!SPEC_VERSIONS.some((known) => known === version)) {
      throw new DocumentFault(`must be CycloneDX ${SPEC_VERSIONS.join(', ')}, and is ${version}`);
    }
    const from = new Converter(prefix);
    const bom = {
      metadata: from.metadata(root),
      components: from.components(root),
      compositions: from.items(root, 'compositions', 'composition', (element) =>
        from.texts(element, 'aggregate'),
      ),
      vulnerabilities: vulnerabilitiesOf(from, root),
    };
    const parsed = readBom(bom, version, []);
    if (!hasExtension(root, prefix)) return parsed;
    return {
      ...parsed,
      coverage: [...parsed.coverage, uncovered('vulnerability', EXTENSION)],
      warnings: [{ message: EXTENSION }, ...(parsed.warnings ?? [])],
    };
  },
};
