import { idsInDocument } from '../../../vocabulary/vulnerability-ids.js';
import { refuseTooMany } from '../../fault.js';
import type { Claim, DocumentParser, Finding, ParsedDocument } from '../../kind.js';
import { fieldOf } from '../common/fields.js';
import { codeFingerprints } from '../common/fingerprint.js';
import { withoutSecrets } from '../common/mask.js';
import { coverageOf, warningsOf } from './coverage.js';
import { codeFinding, idsOf, secretFinding, vulnerabilityFinding } from './findings.js';
import { maskReport } from './masking.js';
import { check, type Result } from './schema.js';
import { isOfSecrets, typeOf } from './types.js';

/** A result that a comment in the source ignores (`nosemgrep`). */
const isIgnored = ({ extra }: Result) => extra?.is_ignored === true;

/** The findings that are ignored everywhere: a vulnerability can be ignored in one file and open in another. */
function ignoredIn(findings: readonly Finding[], results: readonly Result[]): Finding[] {
  const open = new Set(
    findings
      .filter((_finding, i) => !isIgnored(results[i] as Result))
      .map(({ fingerprint }) => fingerprint),
  );
  return findings.filter(
    ({ fingerprint }, i) => isIgnored(results[i] as Result) && !open.has(fingerprint),
  );
}

const claimOf = ({ fingerprint }: Finding): Claim => ({
  fingerprint,
  status: 'suppressed',
  absolves: true,
  justification: 'nosemgrep',
});

/** The parts of the contents that may have texts of the document. */
function cleaned(parsed: ParsedDocument, secrets: readonly string[]): ParsedDocument {
  const { findings = [], coverage, warnings } = parsed;
  const texts = findings.map(({ message, location, url }) => [message, location, url]);
  const clean = withoutSecrets({ texts, notes: { coverage, warnings } }, secrets) as {
    texts: (string | undefined)[][];
    notes: Pick<ParsedDocument, 'coverage' | 'warnings'>;
  };
  return {
    ...parsed,
    ...clean.notes,
    findings: findings.map((finding, i) => {
      const [message, location, url] = clean.texts[i] ?? [];
      return { ...finding, message, location, url };
    }),
  };
}

export const parser: DocumentParser = {
  version: 8,

  recognizes(document) {
    const results = fieldOf(document, 'results');
    if (!Array.isArray(results) || !Array.isArray(fieldOf(document, 'errors'))) return false;
    if (Array.isArray(fieldOf(fieldOf(document, 'paths'), 'scanned'))) return true;
    // Early versions do not list the files.
    return typeof fieldOf(results[0], 'check_id') === 'string';
  },

  parse(document, context) {
    const report = check(document);
    const { results, version } = report;
    refuseTooMany(results.length, 'findings', '/results');
    const types = results.map(typeOf);
    const vulnerable = results.filter((_result, i) => types[i] === 'vulnerability');
    const canonical = idsInDocument(vulnerable.map(idsOf));
    const fingerprint = codeFingerprints();
    const findings = results.map((result, i) => {
      if (types[i] === 'vulnerability') return vulnerabilityFinding(result, canonical);
      return types[i] === 'secret'
        ? secretFinding(result, context)
        : codeFinding(result, fingerprint);
    });
    const parsed = {
      tool: 'Semgrep',
      toolVersion: version || undefined,
      coverage: coverageOf(report, new Set(types), results.some(isOfSecrets)),
      warnings: warningsOf(report),
      findings,
      claims: ignoredIn(findings, results).map(claimOf),
    };
    const secretResults = new Set(results.filter((_result, i) => types[i] === 'secret'));
    if (secretResults.size === 0) return parsed;
    const { masked, secrets } = maskReport(report, secretResults);
    return { ...cleaned(parsed, secrets), masked };
  },
};
