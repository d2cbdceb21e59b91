import type { Coverage } from '../../../vocabulary/coverage.js';
import { type About, covered, uncovered } from '../common/coverage.js';
import { ONLY_FILES } from '../common/inventory.js';
import { isObject, objectsOf, textOf } from '../common/texts.js';
import type { BomDocument, BomVulnerability } from './schema.js';

/**
 * Tools that list vulnerabilities because they looked for them. Generators of SBOMs, such as cdxgen and Syft, write
 * lists that they were given.
 */
const SCANNERS = [
  'trivy',
  'grype',
  'osv-scanner',
  'osv-scalibr',
  'dependency-track',
  'depscan',
  'dep-scan',
  'snyk',
  'xray',
  'pip-audit',
  'cve-bin-tool',
  'inspector',
  'jake',
  'nexus iq',
  'bomber',
  'black duck',
  'docker scout',
  'docker-scout',
  'clair',
  'anchore enterprise',
  'kubeclarity',
  'vulert',
];

const isWordBefore = (text: string, at: number) => at > 0 && /[a-z0-9]/.test(text[at - 1] ?? '');

function isScanner(name: string): boolean {
  const text = name.slice(0, 200).toLowerCase();
  return SCANNERS.some((scanner) => {
    const at = text.indexOf(scanner);
    return at >= 0 && !isWordBefore(text, at);
  });
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

const OWN_REPORT =
  'Upload the own report of the scanner (trivy --format json, grype -o json), or scan with Trivy, Grype or OSV-Scanner';

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
    return 'all of its vulnerabilities have an analysis, as in a statement about a scan (VEX)';
  }
  if (toolsOf(bom).some(({ name }) => isScanner(name))) return undefined;
  return 'none of its tools (metadata.tools) is a vulnerability scanner that the server knows';
}

/** Whether the document is a vulnerability scan. Without a list of vulnerabilities, it does not try to be one. */
export function scanOf(bom: BomDocument, components: number, about: About): Coverage[] {
  const { vulnerabilities } = bom;
  if (!vulnerabilities) return [];
  const doubt = doubtOf(bom, vulnerabilities, components);
  return [
    doubt === undefined
      ? covered('vulnerability', about)
      : uncovered('vulnerability', `${doubt}. ${OWN_REPORT}`, about),
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
