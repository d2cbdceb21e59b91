import { idsInDocument } from '../../../vocabulary/vulnerability-ids.js';
import { DocumentFault, refuseTooMany } from '../../fault.js';
import type { DocumentParser, Finding } from '../../kind.js';
import { coverageOf, warningsOf } from './coverage.js';
import { detectedIn } from './detectors.js';
import { findingsOf } from './findings.js';
import { contradictionsOf, idGroups } from './groups.js';
import { check, packagesOf, type Report } from './schema.js';

const NOT_A_REPORT =
  'is not a report of OSV-Scanner: its results have no `source` and no `packages`. ' +
  'Upload the output of osv-scanner scan --format json unchanged';

/** Other tools also have `results`. */
function isReport(document: unknown): boolean {
  const { results, experimental_config }: Record<string, unknown> = Object(document);
  if (results !== null && !Array.isArray(results)) return false;
  if (typeof Object(experimental_config).licenses === 'object') return true;
  const [first]: unknown[] = results ?? [];
  const { source, packages }: Record<string, unknown> = Object(first);
  return typeof Object(source).path === 'string' && Array.isArray(packages);
}

/** Version 1.3 and earlier write nothing else if no package is vulnerable. */
const isBare = (document: unknown) =>
  Object.keys(Object(document)).join() === 'results' && Object(document).results?.length === 0;

function readFindings(report: Report, secretKey: Uint8Array): Finding[] {
  const idsOf = idsInDocument(idGroups(report));
  const findings = detectedIn(report, secretKey);
  for (const found of packagesOf(report)) {
    for (const finding of findingsOf(found, idsOf)) findings.push(finding);
    refuseTooMany(findings.length, 'findings', found.pointer);
  }
  return findings;
}

export const parser: DocumentParser = {
  version: 7,

  recognizes: isReport,

  parse(document, { secretKey }) {
    if (!isReport(document) && !isBare(document)) throw new DocumentFault(NOT_A_REPORT);
    const report = check(document);
    const contradictions = contradictionsOf(report);
    const coverage = coverageOf(report, contradictions);
    return {
      tool: 'osv-scanner',
      coverage,
      findings: readFindings(report, secretKey),
      warnings: warningsOf(report, coverage),
      contradictions,
    };
  },
};
