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

/** Elements that are read. No other element of the specification differs from one of them only in case. */
const READ = new Set([
  ...['metadata', 'component', 'components', 'compositions', 'composition', 'aggregate'],
  ...['group', 'name', 'version', 'purl', 'licenses', 'license', 'expression', 'id', 'hashes'],
  ...['vulnerabilities', 'vulnerability', 'affects', 'target', 'ref', 'versions', 'status'],
  ...['ratings', 'rating', 'score', 'severity', 'vector', 'analysis', 'state', 'tools', 'tool'],
]);

/** @throws {DocumentFault} if an element would not be read because of its case */
function refuseMisspelled(element: XmlElement, prefix: string): void {
  for (const child of element.children) {
    const name = child.name.startsWith(prefix) ? child.name.slice(prefix.length) : '';
    const meant = name.toLowerCase();
    if (name !== meant && READ.has(meant)) {
      const fault = `has the element ${child.name.slice(0, 100)}, which is not read, because the name is`;
      throw new DocumentFault(
        `${fault} ${prefix}${meant}. Upload the output of the tool unchanged`,
      );
    }
    refuseMisspelled(child, prefix);
  }
}

/** Parses CycloneDX XML 1.2–1.7 as the same content in JSON. Places in it are those of JSON: `/components/0/name`. */
export const parser: DocumentParser = {
  version: 10,
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
    refuseMisspelled(root, prefix);
    const from = new Converter(prefix);
    const bom = {
      serialNumber: root.attributes.get('serialNumber'),
      version: root.attributes.get('version'),
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
