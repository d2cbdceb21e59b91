import { DocumentFault } from '../../fault.js';
import { type DocumentParser, MAX_ROWS } from '../../kind.js';
import { covered } from '../common/coverage.js';
import { readPackages } from './packages.js';
import { check, type SpdxDocument } from './schema.js';

const VERSIONS: ReadonlySet<string> = new Set(['SPDX-2.2', 'SPDX-2.3']);

function spdxVersionOf(document: unknown): string | undefined {
  if (typeof document !== 'object' || document === null) return undefined;
  const version = 'spdxVersion' in document ? document.spdxVersion : undefined;
  return typeof version === 'string' && version.startsWith('SPDX-') ? version : undefined;
}

/** "Tool: npm/cli-10.9.0": the tool's name, then a hyphen and the version (clause 6.8). Many tools omit the version. */
function toolOf({ creationInfo }: SpdxDocument) {
  const prefix = 'Tool: ';
  const creator = creationInfo?.creators?.find((text) => text.startsWith(prefix));
  const text = creator?.slice(prefix.length, 300).trim();
  const [, name, version] = /^(.+?)-(v?\d+(?:\.\d.*)?)$/.exec(text ?? '') ?? [];
  return { tool: name ?? (text || undefined), toolVersion: version };
}

/** Parses the packages of SPDX 2.2 (ISO/IEC 5962:2021) and 2.3. */
export const parser: DocumentParser = {
  version: 1,
  recognizes: (document) => spdxVersionOf(document) !== undefined,
  parse(document) {
    const version = spdxVersionOf(document) ?? '';
    if (!VERSIONS.has(version)) {
      throw new DocumentFault('must be SPDX-2.2 or SPDX-2.3', '/spdxVersion');
    }
    const content = check(document);
    if ((content.packages?.length ?? 0) > MAX_ROWS) {
      throw new DocumentFault('has more than 200,000 packages', '/packages', undefined, 'limit');
    }
    return {
      ...toolOf(content),
      specVersion: version.slice('SPDX-'.length),
      coverage: [covered('components')],
      components: readPackages(content),
    };
  },
};
