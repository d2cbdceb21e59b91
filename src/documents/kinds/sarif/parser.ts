import type { DocumentParser, ParsedDocument } from '../../kind.js';
import { fieldOf } from '../common/fields.js';
import { withoutSecrets } from '../common/mask.js';
import { withReportedError } from '../common/reported-error.js';
import { commitsOf } from './about.js';
import { NOTHING_RAN } from './coverage.js';
import { driverOf } from './drivers.js';
import { maskDocument } from './masking.js';
import { hasOtherResults } from './ran.js';
import { Reader } from './reader.js';
import { check, type Run } from './schema.js';
import { ableOf } from './tools.js';

/** The parts of the contents that may have texts of the document. Rules, packages and fingerprints stay unchanged. */
function cleaned(document: ParsedDocument, secrets: Iterable<string>): ParsedDocument {
  const { findings = [], claims = [], coverage, warnings, contradictions } = document;
  const texts = withoutSecrets(
    {
      findings: findings.map(({ title, message, location, url }) => [
        title,
        message,
        location,
        url,
      ]),
      claims: claims.map(({ justification }) => justification),
      notes: { coverage, warnings, contradictions },
    },
    secrets,
  ) as {
    findings: (string | undefined)[][];
    claims: (string | undefined)[];
    notes: Pick<ParsedDocument, 'coverage' | 'warnings' | 'contradictions'>;
  };
  return {
    ...document,
    findings: findings.map((finding, i) => {
      const [title, message, location, url] = texts.findings[i] ?? [];
      return { ...finding, title, message, location, url };
    }),
    claims: claims.map((claim, i) => ({ ...claim, justification: texts.claims[i] })),
    ...texts.notes,
  };
}

/** The names of all tools, each once, and the version if there is only one tool with one version. */
function toolsOf(runs: readonly Run[]) {
  const drivers = runs.map(({ tool }) => tool.driver);
  const names = new Set(drivers.map(({ name }) => name));
  const versions = new Set(
    drivers.map(({ semanticVersion, version }) => semanticVersion || version || undefined),
  );
  const [version] = versions;
  return {
    tool: names.size > 0 ? [...names].slice(0, 10).join(', ') : undefined,
    toolVersion: names.size === 1 && versions.size === 1 ? version : undefined,
  };
}

export const parser: DocumentParser = {
  version: 13,

  recognizes(document) {
    const runs = fieldOf(document, 'runs');
    return fieldOf(document, 'version') === '2.1.0' && (Array.isArray(runs) || runs === null);
  },

  parse(document, context) {
    const { runs, version, inlineExternalProperties } = check(document);
    const elsewhere = hasOtherResults(inlineExternalProperties);
    const reader = new Reader(context, elsewhere);
    for (const [i, run] of (runs ?? []).entries()) reader.run(run, `/runs/${i}`);
    const { obstacle, warnings, contradictions, secretResults, secrets } = reader;
    const coverage = withReportedError(reader.coverage, document);
    const parsed = {
      ...toolsOf(runs ?? []),
      able: ableOf((runs ?? []).map((run) => driverOf(run).means)),
      specVersion: version,
      coverage: coverage.length > 0 ? coverage : NOTHING_RAN,
      obstacle,
      commits: (runs ?? []).flatMap(commitsOf),
      warnings,
      contradictions,
      ...reader.rows(),
    };
    // Results outside the runs are not read, and may have secrets.
    if (secretResults.size === 0 && !elsewhere) return parsed;
    const masked = maskDocument(document, secretResults, secrets);
    return { ...cleaned(parsed, secrets), masked };
  },
};
