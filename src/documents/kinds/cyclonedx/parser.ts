import { readPurl } from '../../../vocabulary/purl.js';
import { DocumentFault } from '../../fault.js';
import type { Component, DocumentParser, Note, ParsedDocument } from '../../kind.js';
import { timed } from '../common/instants.js';
import { inventoried } from '../common/inventory.js';
import { Notes } from '../common/notes.js';
import { withReportedError } from '../common/reported-error.js';
import { textOf } from '../common/texts.js';
import { readComponents } from './components.js';
import { noteCompositions } from './compositions.js';
import { officialNotes, specVersionOf } from './official.js';
import { declarableBy, inventoryOf, obstacleTo, scanOf, toolsOf } from './scan.js';
import { type BomDocument, check } from './schema.js';
import { commitsOf, targetsOf } from './subject.js';
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

/**
 * Makes a function that tells whether a component is the subject itself, which some tools list once more, or the
 * operating system without its packages. Neither shows that the tool looked at what is in the subject.
 */
function subjectTest({ metadata }: BomDocument): (component: Component) => boolean {
  const subject = metadata?.component;
  const [group, own] = [textOf(subject?.group), textOf(subject?.name)];
  const fullName = group ? `${group}/${own}` : own;
  const ownVersion = textOf(subject?.version);
  const ownPurl = readPurl(textOf(subject?.purl))?.purl;
  return ({ type, name, version, purl }) =>
    type === 'operating-system' ||
    (own !== undefined && name === fullName && version === ownVersion && purl === ownPurl);
}

/** @param given what is known to differ from the specification */
export function readBom(
  document: unknown,
  specVersion: string,
  given: readonly Note[],
): ParsedDocument {
  const bom = check(document);
  const notes = new Notes();
  const [tool] = toolsOf(bom);
  const inventory = readComponents(bom, notes);
  const { components, subject } = inventory;
  noteCompositions(bom, notes);
  const findings = bom.vulnerabilities && readVulnerabilities(bom, inventory, notes);
  const of = targetsOf(bom.metadata?.component);
  const isSubject = subjectTest(bom);
  const parts = components.filter((one) => !isSubject(one));
  const lookedAt = inventoried(parts);
  const about = {
    ...(of.length > 0 && { of }),
    lookedAt,
    ...timed(bom.metadata?.timestamp),
  };
  const commits = commitsOf(bom.metadata?.component);
  const warnings = [...notes.list, ...given];
  return {
    tool: tool?.name,
    toolVersion: tool?.version,
    specVersion,
    coverage: withReportedError(
      [...inventoryOf(bom, parts.length, about), ...scanOf(bom, lookedAt, about)],
      document,
    ),
    able: declarableBy(bom),
    obstacle: obstacleTo(bom, lookedAt),
    ...(commits.length > 0 && { commits }),
    ...((bom.components || components.length > 0) && { components }),
    ...(subject && { subjects: [subject] }),
    ...findings,
    ...(warnings.length > 0 && { warnings }),
  };
}

/** Parses CycloneDX 1.2–1.7 (ECMA-424): components, vulnerabilities and their analysis. */
export const parser: DocumentParser = {
  version: 12,
  recognizes,
  parse(document) {
    if (!isObject(document)) throw new DocumentFault('must be an object');
    const specVersion = specVersionOf(document);
    return readBom(document, specVersion, officialNotes(document, specVersion));
  },
};
