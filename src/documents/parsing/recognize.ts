import { DocumentFault } from '../fault.js';
import { JsonLines } from '../json-lines.js';
import type { DocumentParser, EvidenceKind } from '../kind.js';
import { kinds } from '../kinds/index.js';
import type { XmlElement } from '../xml-element.js';
import { lookalikeOf, lookalikeOfXml } from './lookalikes.js';
import type { DocumentRequest } from './read-document.js';

interface Recognized {
  readonly kind: EvidenceKind;
  readonly parser: DocumentParser;
}

/** JSON Lines are sent with media types of JSON, and one line is JSON. */
const mediaOf = ({ format }: EvidenceKind) => (format === 'xml' ? 'xml' : 'json');

/** Gitleaks writes `[]` or `null` if it finds nothing, and no content shows that. */
function exampleFor(document: unknown): string {
  const isEmpty = document === null || (Array.isArray(document) && document.length === 0);
  return isEmpty ? ', such as ?kind=gitleaks' : '';
}

/** @throws {DocumentFault} `unrecognized` if no parser recognizes the document */
export async function recognize(
  document: unknown,
  { format, kind }: DocumentRequest,
): Promise<Recognized> {
  const candidates = kinds.filter((candidate) => mediaOf(candidate) === format);
  const named = kinds.find(({ name }) => name === kind);
  if (named && mediaOf(named) !== format) {
    throw new DocumentFault(
      `is ${format.toUpperCase()}, but ${named.name} documents are ${mediaOf(named).toUpperCase()}`,
    );
  }
  const namedParser = await named?.load();
  if (named && namedParser?.recognizes(document)) return { kind: named, parser: namedParser };
  for (const candidate of candidates) {
    const parser = await candidate.load();
    if (!parser.recognizes(document)) continue;
    if (!named) return { kind: candidate, parser };
    throw new DocumentFault(`is of the kind ${candidate.name}, not ${named.name}`);
  }
  // A kind of one document cannot read several.
  if (document instanceof JsonLines && named?.format !== 'jsonl') throw document.fault();
  const isXml = format === 'xml';
  const looks = isXml ? lookalikeOfXml(document as XmlElement) : lookalikeOf(document);
  if (looks) throw new DocumentFault(looks, '', undefined, named ? 'invalid' : 'unrecognized');
  if (named && namedParser) return { kind: named, parser: namedParser };
  const names = candidates.map(({ name }) => name).join(', ');
  throw new DocumentFault(
    `is not recognised by its content as ${names}. Name its kind with ?kind=${exampleFor(document)}`,
    '',
    undefined,
    'unrecognized',
  );
}
