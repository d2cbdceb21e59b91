import { idsInDocument } from '../../../vocabulary/vulnerability-ids.js';
import { DocumentFault, refuseTooMany } from '../../fault.js';
import type { DocumentParser } from '../../kind.js';
import { alertsOf } from './alerts.js';
import { coverageOf, obstacleOf } from './coverage.js';
import { findingOf, sameIds } from './findings.js';
import { claimsOf } from './ignored.js';
import { check } from './schema.js';
import { commitsOf, isEarly } from './targets.js';

/** A match of Grype: other tools also have lists of this name. */
function isMatch(match: unknown): boolean {
  const { vulnerability, artifact }: Record<string, unknown> = Object(match);
  return typeof Object(vulnerability).id === 'string' && typeof Object(artifact).name === 'string';
}

function isReport(document: unknown): boolean {
  const { matches, descriptor }: Record<string, unknown> = Object(document);
  if (!Array.isArray(matches)) return false;
  return Object(descriptor).name === 'grype' || isMatch(matches[0]) || isEarly(document);
}

export const parser: DocumentParser = {
  version: 9,

  recognizes: isReport,

  parse(document) {
    const report = check(document);
    if (!isReport(document)) {
      throw new DocumentFault(
        'is not a report of Grype: `descriptor.name` is not `grype`, and it has no matches. Upload the output of grype -o json unchanged',
      );
    }
    const ignored = report.ignoredMatches ?? [];
    const all = [...report.matches, ...ignored];
    refuseTooMany(all.length, 'findings', '/matches');
    const idsOf = idsInDocument(all.map(sameIds));
    const findings = all.map((match) => findingOf(match, idsOf));
    const { coverage, warnings } = coverageOf(report);
    return {
      tool: report.descriptor?.name || 'grype',
      toolVersion: report.descriptor?.version || undefined,
      coverage: [coverage],
      commits: commitsOf(report),
      findings,
      claims: claimsOf(ignored, findings, report.matches.length),
      // What was left out is not made up for by the word of the uploader.
      obstacle: obstacleOf(report),
      warnings: [...warnings, ...alertsOf(report)],
    };
  },
};
