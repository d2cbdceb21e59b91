import type { DocumentParser, ParsedDocument } from '../../kind.js';
import { contradictionsOf, oldContradictionsOf } from './contradictions.js';
import { coverageOf, dependenciesOf, oldDependenciesOf } from './coverage.js';
import { findingsOf } from './findings.js';
import { oldFindingsOf } from './old-findings.js';
import { isOld, otherOutput, refuseOtherOutput } from './refused.js';
import { check, checkOld } from './schema.js';

function parseOld(document: unknown): ParsedDocument {
  const report = checkOld(document);
  const contradictions = oldContradictionsOf(report);
  return {
    tool: 'npm audit',
    specVersion: '1',
    coverage: [coverageOf(report, oldDependenciesOf(report.metadata), contradictions)],
    findings: oldFindingsOf(report),
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
  version: 9,

  recognizes(document) {
    if (typeof Object(document).auditReportVersion === 'number') return true;
    return isOld(document) || otherOutput(document) !== undefined;
  },

  parse(document) {
    refuseOtherOutput(document);
    return isOld(document) ? parseOld(document) : parseCurrent(document);
  },
};
