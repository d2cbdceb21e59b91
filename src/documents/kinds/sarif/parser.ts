import { DocumentFault } from '../../fault.js';
import {
  type Claim,
  type DocumentParser,
  type Finding,
  MAX_ROWS,
  type ParseContext,
} from '../../kind.js';
import { covered } from '../common/coverage.js';
import { codeFingerprints } from '../common/fingerprint.js';
import { withoutSecrets } from '../common/mask.js';
import { claimOf } from './claims.js';
import { codeFinding, isFinding, secretFinding } from './findings.js';
import { maskDocument } from './masking.js';
import { type RuleOfResult, ruleFinder } from './rules.js';
import { check, type Result, type Run } from './schema.js';
import { secretFinder, secretsOf, shownBy } from './secrets.js';

/** Reads the runs of one document. */
class Reader {
  readonly findings: Finding[] = [];
  readonly claims: Claim[] = [];
  readonly secretResults = new Set<Result>();
  readonly secrets = new Set<string>();
  private readonly fingerprint = codeFingerprints();

  constructor(private readonly context: ParseContext) {}

  run(run: Run, pointer: string): void {
    const ruleOf = ruleFinder(run);
    const isSecret = secretFinder(run.tool.driver.name);
    for (const result of run.results ?? []) {
      const found = ruleOf(result);
      this.result(run, result, found, isSecret(result, found));
      if (this.findings.length > MAX_ROWS)
        throw new DocumentFault('has more than 200,000 findings', pointer, undefined, 'limit');
    }
  }

  private result(run: Run, result: Result, found: RuleOfResult, secret: boolean): void {
    if (secret) {
      // A result that is not a finding still has its secret in the document.
      this.secretResults.add(result);
      for (const text of secretsOf(result)) this.secrets.add(text);
    }
    if (!isFinding(result)) return;
    const finding = secret
      ? secretFinding(run, result, found, this.context)
      : codeFinding(run, result, found, this.fingerprint);
    this.findings.push(finding);
    const claim = claimOf(result.suppressions, finding.fingerprint);
    // The justification may contain the secret.
    if (claim) this.claims.push(secret ? { ...claim, justification: undefined } : claim);
  }

  /** The findings and claims, with every secret of the document masked. */
  cleaned(): { findings: Finding[]; claims: Claim[] } {
    const texts = withoutSecrets(
      {
        findings: this.findings.map(({ title, message, location, url }) => [
          title,
          message,
          location,
          url,
        ]),
        claims: this.claims.map(({ justification }) => justification),
      },
      this.secrets,
    ) as { findings: (string | undefined)[][]; claims: (string | undefined)[] };
    return {
      findings: this.findings.map((finding, i) => {
        const [title, message, location, url] = texts.findings[i] ?? [];
        return { ...finding, title, message, location, url };
      }),
      claims: this.claims.map((claim, i) => ({ ...claim, justification: texts.claims[i] })),
    };
  }
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
  version: 1,

  recognizes(document) {
    if (typeof document !== 'object' || document === null) return false;
    const own = (name: string): unknown => Object.getOwnPropertyDescriptor(document, name)?.value;
    return own('version') === '2.1.0' && Array.isArray(own('runs'));
  },

  parse(document, context) {
    const { runs, version } = check(document);
    const reader = new Reader(context);
    for (const [i, run] of runs.entries()) reader.run(run, `/runs/${i}/results`);
    const { findings, claims, secretResults, secrets } = reader;
    const shows = new Set(runs.map(({ tool }) => shownBy(tool.driver.name)));
    if (secretResults.size > 0) shows.add('secret');
    const coverage = [...shows].sort().map((what) => covered(what));
    const head = { ...toolsOf(runs), specVersion: version, coverage };
    if (secretResults.size === 0) return { ...head, findings, claims };
    const masked = maskDocument(document, secretResults, secrets);
    return { ...head, ...reader.cleaned(), masked };
  },
};
