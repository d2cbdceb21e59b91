import { canonicalIds } from '../../../vocabulary/vulnerability-ids.js';
import { DocumentFault } from '../../fault.js';
import { type DocumentParser, MAX_ROWS } from '../../kind.js';
import { alertsOf, coverageOf } from './coverage.js';
import { findingOf, sameIds } from './findings.js';
import { claimsOf } from './ignored.js';
import { check, type Report } from './schema.js';
import { isEarly } from './targets.js';

function refuseTooMany({ matches, ignoredMatches }: Report): void {
  if (matches.length + (ignoredMatches?.length ?? 0) <= MAX_ROWS) return;
  throw new DocumentFault('has more than 200,000 findings', '/matches', undefined, 'limit');
}

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
  version: 2,

  recognizes: isReport,

  parse(document) {
    const report = check(document);
    if (!isReport(document)) {
      throw new DocumentFault(
        'is not a report of Grype: `descriptor.name` is not `grype`, and it has no matches. Upload the output of grype -o json unchanged',
      );
    }
    refuseTooMany(report);
    const ignored = report.ignoredMatches ?? [];
    const all = [...report.matches, ...ignored];
    const idsOf = canonicalIds(all.map(sameIds));
    const findings = all.map((match) => findingOf(match, idsOf));
    const { coverage, warnings } = coverageOf(report);
    return {
      tool: report.descriptor?.name || 'grype',
      toolVersion: report.descriptor?.version || undefined,
      coverage: [coverage],
      findings,
      claims: claimsOf(ignored, findings, report.matches.length),
      warnings: [...warnings, ...alertsOf(report)],
    };
  },
};
