import type { XmlElement } from '../xml-element.js';
import type { Lookalike } from './lookalike.js';
import { CODE } from './lookalike-analysers.js';
import { SBOMS, XML } from './lookalike-documents.js';
import { IMAGES } from './lookalike-images.js';
import { OTHERS } from './lookalike-others.js';
import { PACKAGES, SECRETS } from './lookalike-scanners.js';
import { COVERAGE, TESTS, TEXTS } from './lookalike-tests.js';

const ALL = [
  ...SECRETS,
  ...PACKAGES,
  ...IMAGES,
  ...OTHERS,
  ...CODE,
  ...SBOMS,
  ...TESTS,
  ...COVERAGE,
];

const told = ({ name, advice }: Pick<Lookalike, 'name' | 'advice'>) =>
  `looks like ${name}, which is not read. ${advice}`;

/** @returns a message that continues "the document …" if it looks like one of a well-known tool */
export function lookalikeOf(document: unknown): string | undefined {
  const listed = Array.isArray(document);
  const object: unknown = listed ? document[0] : document;
  if (typeof object !== 'object' || object === null) return undefined;
  const found = ALL.find(
    ({ fields, list, and }) =>
      (list === undefined || list === listed) &&
      fields.every((name) => Object.hasOwn(object, name)) &&
      (and === undefined || and(object)),
  );
  return found && told(found);
}

/** Reports in lines of JSON, or in several objects, which are not JSON as a whole. */
const MAX_LINE = 100_000;

function firstLineOf(text: string): unknown {
  const line = text.trimStart().slice(0, MAX_LINE).split('\n', 1)[0] ?? '';
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}

/** As `lookalikeOf`, for a text that is not JSON. */
export function lookalikeOfText(text: string): string | undefined {
  const start = text.slice(0, 500);
  const known = TEXTS.find(({ form }) => form.test(start));
  if (known) return told(known);
  if (/^\s*\{\s*"config":\s*\{\s*"protocol_version"/.test(start))
    return lookalikeOf({ config: { protocol_version: '' } });
  return lookalikeOf(firstLineOf(text));
}

/** As `lookalikeOf`, for XML. */
export function lookalikeOfXml({ name, children }: XmlElement): string | undefined {
  const isCppcheck = name === 'results' && children.some((child) => child.name === 'cppcheck');
  const found = XML.get(isCppcheck ? 'cppcheck' : name);
  return found && told(found);
}

const BINARY: readonly [number[], Pick<Lookalike, 'name' | 'advice'>][] = [
  [
    [0x50, 0x4b, 0x03, 0x04],
    {
      name: 'a ZIP archive, such as a database of CodeQL',
      advice: 'Upload the report, such as SARIF',
    },
  ],
  [
    // The first field is the version, 1.x.
    [0x0a, 0x03, 0x31, 0x2e],
    { name: 'CycloneDX as Protocol Buffers', advice: 'Upload CycloneDX JSON' },
  ],
  [
    [0x25, 0x50, 0x44, 0x46],
    { name: 'a PDF', advice: 'Upload the report that is meant for programs' },
  ],
];

/** As `lookalikeOf`, for bytes that are not a text. */
export function lookalikeOfBytes(bytes: Uint8Array): string | undefined {
  const found = BINARY.find(([start]) => start.every((byte, i) => bytes[i] === byte));
  return found && told(found[1]);
}
