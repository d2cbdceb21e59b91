import { DocumentFault, refuseTooMany } from '../../fault.js';
import type { Component, DocumentParser, Note, ParsedDocument } from '../../kind.js';
import { covered, uncovered } from '../common/coverage.js';
import { timed } from '../common/instants.js';
import { inventoried, ONLY_FILES } from '../common/inventory.js';
import { Notes } from '../common/notes.js';
import { withReportedError } from '../common/reported-error.js';
import { isObject, textOf } from '../common/texts.js';
import { readPackages } from './packages.js';
import { check, type SpdxDocument } from './schema.js';

const VERSIONS: ReadonlySet<string> = new Set(['SPDX-2.2', 'SPDX-2.3']);

function spdxVersionOf(document: unknown): string | undefined {
  if (!isObject(document)) return undefined;
  const { spdxVersion } = document;
  return typeof spdxVersion === 'string' && spdxVersion.startsWith('SPDX-')
    ? spdxVersion
    : undefined;
}

/** The answer of GitHub's API has the document in a member, and is often stored as it is. */
const MEMBER = 'sbom';
const inner = (document: unknown) => (isObject(document) ? document[MEMBER] : undefined);
const isWrapped = (document: unknown) =>
  spdxVersionOf(document) === undefined && spdxVersionOf(inner(document)) !== undefined;

/** "Tool: npm/cli-10.9.0": the tool's name, then a hyphen and the version (clause 6.8). Many tools omit the version. */
function toolOf({ creationInfo }: SpdxDocument) {
  const prefix = 'Tool: ';
  const creators: unknown[] = [creationInfo?.creators].flat();
  const creator = creators.map(textOf).find((text) => text?.startsWith(prefix));
  const text = creator?.slice(prefix.length, 300).trim();
  const [, name, version] = /^(.+?)-(v?\d+(?:\.\d.*)?)$/.exec(text ?? '') ?? [];
  return { tool: name ?? (text || undefined), toolVersion: version };
}

const NOTHING = [
  'it lists no package besides the one that it describes.',
  'Create it where the dependencies are: after they are installed, or from the image',
].join(' ');

const isOfFiles = (components: readonly Component[]) =>
  components.some(({ type }) => type !== SYSTEM);

/** The operating system itself, which tools list also if they found none of its packages. */
const SYSTEM = 'operating-system';

function read(document: unknown): ParsedDocument {
  const version = spdxVersionOf(document) ?? '';
  if (!VERSIONS.has(version)) {
    throw new DocumentFault('must be SPDX-2.2 or SPDX-2.3', '/spdxVersion');
  }
  const content = check(document);
  refuseTooMany(content.packages?.length ?? 0, 'packages', '/packages');
  const notes = new Notes();
  const { components, subjects, of } = readPackages(content, notes);
  const about = {
    ...(of.length > 0 && { of }),
    lookedAt: inventoried(components.filter(({ type }) => type !== SYSTEM)),
    ...timed(content.creationInfo?.created),
  };
  return {
    ...toolOf(content),
    specVersion: version.slice('SPDX-'.length),
    coverage: withReportedError(
      [
        about.lookedAt > 0
          ? covered('components', about)
          : uncovered('components', isOfFiles(components) ? ONLY_FILES : NOTHING, about),
      ],
      document,
    ),
    components,
    ...(subjects.length > 0 && { subjects }),
    ...(notes.list.length > 0 && { warnings: notes.list }),
  };
}

/** Reads the document in the member of the answer, whose places begin there. */
function readWrapped(document: unknown): ParsedDocument {
  const place = (pointer = '') => `/${MEMBER}${pointer}`;
  try {
    const parsed = read(inner(document));
    const warnings = parsed.warnings?.map(
      ({ message, pointer }): Note => ({ message, pointer: place(pointer) }),
    );
    return { ...parsed, ...(warnings && { warnings }) };
  } catch (error) {
    if (!(error instanceof DocumentFault)) throw error;
    throw new DocumentFault(error.fault, place(error.pointer), undefined, error.reason);
  }
}

/** Parses the packages of SPDX 2.2 (ISO/IEC 5962:2021) and 2.3. */
export const parser: DocumentParser = {
  version: 12,
  recognizes: (document) => spdxVersionOf(document) !== undefined || isWrapped(document),
  parse(document) {
    return isWrapped(document) ? readWrapped(document) : read(document);
  },
};
