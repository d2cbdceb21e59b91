import type { ApprovalsCase } from '../rules/common/approvals.js';
import { needed, RuleFault } from '../rules/common/fault.js';
import { shown } from '../rules/common/text.js';
import { MODES, type Outcome, type RuleInput, type Uploads } from '../rules/rule.js';
import { breakGlass } from './break-glass.js';
import { type BudgetOptions, type CheckTime, OutOfTime, startBudget } from './budget.js';
import type { CanonicalInputs } from './canonical.js';
import type { Judgement, RuleResult, VerdictFacts } from './inputs.js';
import { isRollback, withWhyNot } from './line.js';
import { preconditions } from './preconditions.js';
import type { PreparedRule } from './prepared-rule.js';
import { approvalsCase, riskOf } from './risk.js';
import { aboutOf } from './waivers.js';

/** Everything that rules can use. */
interface Case {
  readonly inputs: CanonicalInputs;
  readonly facts: VerdictFacts;
  readonly checkTime: CheckTime;
  readonly uploads: Uploads;
  /** Only for rules that are evaluated after the others. */
  readonly approvals?: ApprovalsCase | undefined;
}

export interface DecideOptions extends BudgetOptions {
  /** What to upload if evidence is missing. Only for messages. */
  readonly uploads?: Uploads;
}

function inputOf(
  { inputs, facts, checkTime, uploads, approvals }: Case,
  { policy, index }: PreparedRule,
): RuleInput {
  const { release, artifacts, evidence, running } = inputs;
  const old = inputs.tooOld.filter(
    (one) => one.policy === policy.name && one.version === policy.version && one.index === index,
  );
  return {
    release,
    artifacts,
    evidence,
    running,
    unauthorized: inputs.unauthorized ?? null,
    promoted: inputs.promoted ?? [],
    reviews: inputs.reviews,
    rollback: isRollback(inputs),
    tooOld: new Set(old.flatMap((one) => one.evidence)),
    defects: facts.defects,
    newDefects: facts.newDefects,
    components: facts.components,
    approvals,
    uploads,
    checkTime,
  };
}

/** @throws {RuleFault} if the rule cannot be evaluated. @throws any error if the rule has a bug */
function evaluateRule(all: Case, rule: PreparedRule): Outcome {
  if (rule.fault) throw rule.fault.error;
  const { bound, needs } = rule;
  if (needs.newDefects) needed(all.facts.newDefects, 'the new findings');
  if (needs.components) needed(all.facts.components, 'the components');
  all.checkTime();
  const outcome = bound.evaluate(inputOf(all, rule));
  // The rule may not have checked the time itself.
  all.checkTime();
  return outcome;
}

/** The message of an error, without its stack: readers cannot use that. */
function messageOf(error: unknown): string {
  if (error instanceof RuleFault) return error.message;
  const what = error instanceof Error ? `: ${shown(error.message)}` : '';
  return `The rule crashed${what}. This is a bug in the platform: report it. A rule that cannot be evaluated denies`;
}

/** Ids of the waivers of a whole policy rule. A waiver of findings with the same name is another one. */
const waiversOf = ({ waivers }: CanonicalInputs, rule: string): string[] =>
  waivers
    .filter((waiver) => waiver.rule === rule && aboutOf(waiver) === 'policy-rule')
    .map(({ id }) => id);

type Judged = RuleResult & { readonly timedOut: boolean };

function judge(all: Case, rule: PreparedRule): Judged {
  const { policy, entry } = rule;
  const own = {
    policy: policy.name,
    policyVersion: policy.version,
    rule: String(entry?.rule),
    mode: MODES.includes(entry?.mode) ? entry.mode : ('block' as const),
  };
  try {
    const outcome = evaluateRule(all, rule);
    const { status, evidence = [], findings = [], waivers = [], approvals } = outcome;
    const message =
      status === 'pass' ? outcome.message : withWhyNot(all.inputs, own.rule, outcome.message);
    const isWaivable = status !== 'pass' && rule.bound?.waivable === true;
    const whole = isWaivable ? waiversOf(all.inputs, own.rule) : [];
    const isWaived = whole.length > 0;
    return {
      ...own,
      status,
      denies: status !== 'pass' && own.mode === 'block' && !isWaived,
      message: isWaived ? `Waived: ${message}` : message,
      evidence,
      findings,
      waivers: [...waivers, ...whole],
      ...(approvals && { approvals }),
      timedOut: false,
    };
  } catch (error) {
    return {
      ...own,
      status: 'error',
      denies: true,
      message: messageOf(error),
      evidence: [],
      findings: [],
      waivers: [],
      timedOut: error instanceof OutOfTime,
    };
  }
}

const asksForApprovals = ({ bound }: PreparedRule) => bound?.asks !== undefined;

/** Judges the rules in their order, those that ask for approvals after all others. */
function judgeAll(all: Case, rules: readonly PreparedRule[]) {
  const others = new Map(
    rules.filter((rule) => !asksForApprovals(rule)).map((rule) => [rule, judge(all, rule)]),
  );
  const risk = riskOf(all, others);
  const isNeeded = others.size < rules.length;
  const approvals = isNeeded ? approvalsCase(all, others, risk) : undefined;
  const judged = rules.map((rule) => others.get(rule) ?? judge({ ...all, approvals }, rule));
  return { judged, risk };
}

/** Checks the preconditions, then each rule. */
export function decide(
  rules: readonly PreparedRule[],
  inputs: CanonicalInputs,
  facts: VerdictFacts,
  options: DecideOptions,
): Judgement {
  const { uploads = {} } = options;
  const all = { inputs, facts, checkTime: startBudget(options), uploads };
  const { judged, risk } = judgeAll(all, rules);
  const results = [
    ...preconditions(inputs),
    ...judged.map(({ timedOut: _timedOut, ...result }) => result),
  ];
  return {
    ...breakGlass(inputs, results),
    timedOut: judged.some(({ timedOut }) => timedOut),
    ...(risk && { risk }),
  };
}
