import type { Coverage } from '../../../vocabulary/coverage.js';
import type { FindingType } from '../../../vocabulary/finding-types.js';
import { type About, covered, uncovered } from '../common/coverage.js';
import { ONLY_FILES } from '../common/inventory.js';
import { isObject, objectsOf, textOf } from '../common/texts.js';
import type { BomDocument, BomVulnerability } from './schema.js';

/**
 * Tools that list vulnerabilities because they looked for them. Generators of SBOMs, such as cdxgen and Syft, write
 * lists that they were given.
 */
const SCANNERS: ReadonlySet<string> = new Set([
  'trivy',
  'grype',
  'osv-scanner',
  'osv-scalibr',
  'dependency-track',
  'depscan',
  'dep-scan',
  'owasp depscan',
  'owasp-depscan',
  'owasp dep-scan',
  'owasp dependency-track',
  'snyk',
  'snyk cli',
  'xray',
  'jfrog xray',
  'jfrog xray scan',
  'jfrog xray scanner',
  'pip-audit',
  'cve-bin-tool',
  'inspector',
  'amazon inspector',
  'amazon inspector sbom generator',
  'jake',
  'nexus iq',
  'nexus iq server',
  'bomber',
  'black duck',
  'blackduck',
  'docker scout',
  'docker-scout',
  'clair',
  'anchore enterprise',
  'kubeclarity',
  'vulert',
]);

/** Case, and `_` and space for `-`, do not matter. A vendor may come before a slash. */
const plain = (name: string) => name.slice(0, 200).trim().toLowerCase().replaceAll('_', '-');

function isScanner(name: string): boolean {
  const own = plain(name);
  return SCANNERS.has(own) || SCANNERS.has(own.split('/').at(-1) ?? '');
}

export interface BomTool {
  readonly name: string;
  readonly version: string | undefined;
}

/** The tools that made the document. Since 1.5, they are components and services. The older list is still allowed. */
export function toolsOf({ metadata }: BomDocument): BomTool[] {
  const tools: unknown = metadata?.tools;
  const entries = isObject(tools)
    ? [...objectsOf(tools.components), ...objectsOf(tools.services)]
    : objectsOf(tools);
  return entries.flatMap((tool) => {
    const name = textOf(tool.name);
    return name ? { name, version: textOf(tool.version) } : [];
  });
}

const isAnalysed = ({ analysis }: BomVulnerability) => textOf(analysis?.state) !== undefined;

const ALL_ANALYSED =
  'all of its vulnerabilities have an analysis, as in a statement about a scan (VEX)';

const OWN_REPORT =
  'Upload the own report of the scanner (trivy --format json, grype -o json), or scan with Trivy, Grype or OSV-Scanner';

/** Trivy writes the same if it only listed packages, and its own report shows that it scanned. */
const SHOWS_ITSELF = 'trivy';

/** pip-audit names only the library that wrote the document, and OSV-Scanner no tool. */
const LIBRARIES: ReadonlySet<string> = new Set(['cyclonedx-python-lib']);

/** What to do about a list of vulnerabilities that does not show a scan. */
const wayOut = (bom: BomDocument, components: number) =>
  obstacleTo(bom, components) === undefined && declarableBy(bom).length > 0
    ? `${OWN_REPORT}. If its tool looked for vulnerabilities, say so in the upload: ?scanners=vulnerability`
    : OWN_REPORT;

/** Of which scan the uploader may say that it ran: of a scanner, or of a tool that the document does not name. */
export function declarableBy(bom: BomDocument): FindingType[] {
  const names = toolsOf(bom).map(({ name }) => plain(name));
  const others = names.filter((name) => !LIBRARIES.has(name));
  const isAble = others.some((name) => isScanner(name) && !name.endsWith(SHOWS_ITSELF));
  return isAble || others.length === 0 ? ['vulnerability'] : [];
}

/** Why a list of vulnerabilities is not a scan. Its findings count nevertheless. Continues "does not count: ". */
function doubtOf(
  bom: BomDocument,
  vulnerabilities: readonly BomVulnerability[],
  components: number,
): string | undefined {
  if (vulnerabilities.length === 0) {
    return 'its list of vulnerabilities is empty, and tools write that into every SBOM, also without a scan';
  }
  if (components === 0) {
    return 'it has vulnerabilities, but no components, as a statement about a scan has (VEX)';
  }
  if (vulnerabilities.every(isAnalysed)) {
    return ALL_ANALYSED;
  }
  if (toolsOf(bom).some(({ name }) => isScanner(name))) return undefined;
  return 'none of its tools (metadata.tools) is a vulnerability scanner that the server knows';
}

/** Some scanners, such as pip-audit, leave out the list if they find nothing. So does every SBOM without a scan. */
const NO_LIST = 'it has no list `vulnerabilities`, not even an empty one, so it is an SBOM';

/** Why no word of the uploader makes the document a scan. Continues "does not count: ". */
export function obstacleTo({ vulnerabilities }: BomDocument, components: number) {
  if (components === 0) return 'it lists no component that a tool could have looked at';
  if (!vulnerabilities) return `${NO_LIST}. ${OWN_REPORT}`;
  if (vulnerabilities.length > 0 && vulnerabilities.every(isAnalysed)) return ALL_ANALYSED;
  return undefined;
}

/** Whether the document is a vulnerability scan. Without a list of vulnerabilities, it does not try to be one. */
export function scanOf(bom: BomDocument, components: number, about: About): Coverage[] {
  const { vulnerabilities } = bom;
  if (!vulnerabilities) return [];
  const doubt = doubtOf(bom, vulnerabilities, components);
  return [
    doubt === undefined
      ? covered('vulnerability', about)
      : uncovered('vulnerability', `${doubt}. ${wayOut(bom, components)}`, about),
  ];
}

const NOTHING = [
  'it lists no component.',
  'Create it where the dependencies are: after they are installed, or from the image',
].join(' ');

/** Whether the document is an SBOM. A statement about vulnerabilities does not try to be one. */
export function inventoryOf(bom: BomDocument, components: number, about: About): Coverage[] {
  if (about.lookedAt) return [covered('components', about)];
  if (components > 0) return [uncovered('components', ONLY_FILES, about)];
  if (!bom.components && bom.vulnerabilities?.length) return [];
  return [uncovered('components', NOTHING, about)];
}
