import type { Coverage } from '../../../vocabulary/coverage.js';
import type { FindingType } from '../../../vocabulary/finding-types.js';
import { idsInDocument } from '../../../vocabulary/vulnerability-ids.js';
import { refuseTooMany } from '../../fault.js';
import type { Claim, Finding, Note, ParseContext } from '../../kind.js';
import { codeFingerprints } from '../common/fingerprint.js';
import { claimOf } from './claims.js';
import { configuredLevels } from './configuration.js';
import { coverageOfRun } from './coverage.js';
import { driverOf } from './drivers.js';
import {
  codeFinding,
  commonOf,
  contradictionOf,
  hasPassed,
  isFinding,
  isMisplaced,
  licenceFinding,
  secretFinding,
} from './findings.js';
import { stateOf } from './ran.js';
import { type RuleOfResult, ruleFinder } from './rules.js';
import type { Result, Run } from './schema.js';
import { secretsOf } from './secrets.js';
import { ratingOfResult, severityOfResult } from './severities.js';
import { typeFinder } from './types.js';
import { readVulnerability, type Vulnerability, vulnerabilityFindings } from './vulnerabilities.js';

/** The findings of a result: made, or still to be made when all ids of vulnerabilities are known. */
interface Read {
  readonly result: Result;
  readonly findings: Finding[] | undefined;
  readonly vulnerability: Vulnerability | undefined;
}

/** A result with what is known about it. */
interface Typed {
  readonly result: Result;
  readonly found: RuleOfResult;
  readonly type: FindingType;
  readonly configured: string | undefined;
}

/** Reads the runs of one document. */
export class Reader {
  readonly coverage: Coverage[] = [];
  readonly warnings: Note[] = [];
  readonly contradictions: Note[] = [];
  /** Why it is unknown whether one of the tools ran. */
  obstacle: string | undefined;
  readonly secretResults = new Set<Result>();
  readonly secrets = new Set<string>();
  private readonly reads: Read[] = [];
  private readonly fingerprint = codeFingerprints();

  /** @param elsewhere whether the document has results outside its runs */
  constructor(
    private readonly context: ParseContext,
    private readonly elsewhere: boolean,
  ) {}

  run(run: Run, pointer: string): void {
    const ruleOf = ruleFinder(run);
    const levelOf = configuredLevels(run, ruleOf);
    const { means } = driverOf(run);
    const typeOf = typeFinder(means);
    const types = new Set<FindingType>();
    for (const [i, result] of (run.results ?? []).entries()) {
      const found = ruleOf(result);
      const type = typeOf(result, found);
      if (isFinding(result) || hasPassed(result)) types.add(type);
      this.warn(run, result, found, `${pointer}/results/${i}`);
      this.result(run, { result, found, type, configured: levelOf(result, found) });
      refuseTooMany(this.reads.length, 'findings', `${pointer}/results`);
    }
    const state = stateOf(run, pointer, this.elsewhere);
    if (state.ran === 'unknown') this.obstacle ??= state.reason;
    this.coverage.push(...coverageOfRun(run, state, types));
    for (const note of state.warnings) this.warnings.push(note);
    for (const note of state.contradictions) this.contradictions.push(note);
  }

  private warn(run: Run, result: Result, found: RuleOfResult, pointer: string): void {
    const note = (message: string) => this.warnings.push({ message, pointer });
    const contradiction = contradictionOf(result);
    if (contradiction && isFinding(result))
      this.contradictions.push({ message: `${contradiction}. It counts`, pointer });
    if (found.misplaced) note('The index of its rule leads to another rule, or to none');
    if (isMisplaced(run, result)) note('The index of its file leads to none');
    if (ratingOfResult(result, found.rule).odd)
      note('security-severity is not a number from 0 to 10');
  }

  private result(run: Run, { result, found, type, configured }: Typed): void {
    if (type === 'secret') {
      // A result that is not a finding still has its secret in the document.
      this.secretResults.add(result);
      for (const text of secretsOf(result)) this.secrets.add(text);
    }
    if (!isFinding(result)) return;
    if (type === 'vulnerability') {
      const common = commonOf(run, result, found);
      const vulnerability = readVulnerability(run.tool.driver.name, result, found, common);
      this.reads.push({ result, findings: undefined, vulnerability });
      return;
    }
    const severity = severityOfResult(result, found.rule, configured);
    const finding =
      type === 'secret'
        ? secretFinding(run, result, found, severity, this.context)
        : type === 'licence'
          ? licenceFinding(run, result, found, severity)
          : codeFinding(type, run, result, found, severity, this.fingerprint);
    this.reads.push({ result, findings: [finding], vulnerability: undefined });
  }

  /** The findings and claims of all runs. */
  rows(): { findings: Finding[]; claims: Claim[] } {
    const idsOf = idsInDocument(
      this.reads.flatMap(({ vulnerability }) => (vulnerability ? [vulnerability.ids] : [])),
    );
    const findings: Finding[] = [];
    const claims: Claim[] = [];
    // A vulnerability can be suppressed in one file and open in another. Then it counts.
    const open = new Set<string>();
    for (const { result, findings: made = [], vulnerability } of this.reads) {
      const own = vulnerability ? vulnerabilityFindings(vulnerability, idsOf) : made;
      for (const finding of own) {
        findings.push(finding);
        const claim = claimOf(result.suppressions, finding.fingerprint);
        if (!claim?.absolves) open.add(finding.fingerprint);
        if (!claim) continue;
        // The justification may contain the secret.
        const isSecret = finding.type === 'secret';
        claims.push(isSecret ? { ...claim, justification: undefined } : claim);
      }
    }
    refuseTooMany(findings.length, 'findings', '/runs');
    return { findings, claims: claims.filter((one) => !isOpen(one, open)) };
  }
}

const isOpen = ({ absolves, fingerprint = '' }: Claim, open: ReadonlySet<string>) =>
  absolves && open.has(fingerprint);
