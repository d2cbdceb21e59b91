import { DocumentFault } from '../../fault.js';
import type { DocumentParser } from '../../kind.js';
import { covered } from '../common/coverage.js';
import { readComponents } from './components.js';
import { validate } from './official.js';
import { type BomDocument, check } from './schema.js';
import { readVulnerabilities } from './vulnerabilities.js';

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** By `bomFormat`, or by `$schema`, so that a wrong `bomFormat` is reported with its place. */
function recognizes(document: unknown): boolean {
  if (!isObject(document)) return false;
  if ('bomFormat' in document && document.bomFormat === 'CycloneDX') return true;
  const schema = '$schema' in document ? document.$schema : undefined;
  return (
    typeof schema === 'string' &&
    schema.toLowerCase().includes('cyclonedx') &&
    'specVersion' in document
  );
}

function toolOf({ metadata }: BomDocument) {
  const { tools } = metadata ?? {};
  const list = Array.isArray(tools)
    ? tools
    : [tools?.components, tools?.services].flatMap((tool) => tool ?? []);
  return list.find(({ name }) => name);
}

/** Parses CycloneDX 1.2–1.7 (ECMA-424): components, vulnerabilities and their analysis. */
export const parser: DocumentParser = {
  version: 1,
  recognizes,
  parse(document) {
    if (!isObject(document)) throw new DocumentFault('must be an object');
    const specVersion = validate(document);
    const bom = check(document);
    const tool = toolOf(bom);
    const { components, partByRef } = readComponents(bom);
    const hasComponents = bom.components !== undefined || components.length > 0;
    return {
      tool: tool?.name,
      toolVersion: tool?.version || undefined,
      specVersion,
      // A document without `components` is not an SBOM, and one without `vulnerabilities` is not a scan.
      coverage: [
        ...(hasComponents ? [covered('components')] : []),
        ...(bom.vulnerabilities ? [covered('vulnerability')] : []),
      ],
      ...(hasComponents && { components }),
      ...(bom.vulnerabilities && readVulnerabilities(bom, partByRef)),
    };
  },
};
