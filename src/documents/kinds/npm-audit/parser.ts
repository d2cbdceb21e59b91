import { counted } from '../../../shared/text.js';
import type { DocumentParser, Note, ParsedDocument } from '../../kind.js';
import { contradictionsOf, oldContradictionsOf } from './contradictions.js';
import { coverageOf, dependenciesOf, oldDependenciesOf } from './coverage.js';
import { findingsOf } from './findings.js';
import { oldFindingsOf } from './old-findings.js';
import { isOld, otherOutput, refuseOtherOutput } from './refused.js';
import { check, checkOld } from './schema.js';

/** Advisories that the user mutes are left out of the lists and the counts. */
function mutedIn(document: unknown): Note[] {
  const { muted }: Record<string, unknown> = Object(document);
  const count = Array.isArray(muted) ? muted.length : 0;
  if (count === 0) return [];
  return [
    {
      message: `${counted(count, 'advisory', 'advisories')} muted by the user, and not listed`,
      pointer: '/muted',
    },
  ];
}

function parseOld(document: unknown): ParsedDocument {
  const report = checkOld(document);
  const contradictions = oldContradictionsOf(report);
  return {
    tool: 'npm audit',
    specVersion: '1',
    coverage: [coverageOf(report, oldDependenciesOf(report.metadata), contradictions)],
    findings: oldFindingsOf(report),
    warnings: mutedIn(document),
    contradictions,
  };
}

function parseCurrent(document: unknown): ParsedDocument {
  const report = check(document);
  const { vulnerabilities, metadata } = report;
  const contradictions = contradictionsOf(vulnerabilities, metadata);
  return {
    tool: 'npm audit',
    specVersion: '2',
    coverage: [coverageOf(report, dependenciesOf(metadata), contradictions)],
    findings: findingsOf(vulnerabilities),
    contradictions,
  };
}

export const parser: DocumentParser = {
  version: 4,

  recognizes(document) {
    if (typeof Object(document).auditReportVersion === 'number') return true;
    return isOld(document) || otherOutput(document) !== undefined;
  },

  parse(document) {
    refuseOtherOutput(document);
    return isOld(document) ? parseOld(document) : parseCurrent(document);
  },
};
