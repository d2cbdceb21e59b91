import { needed, RuleFault } from '../rules/common/fault.js';
import { shown } from '../rules/common/text.js';
import { ruleNamed } from '../rules/index.js';
import { MODES, type Outcome, type RuleInput } from '../rules/rule.js';
import { canonicalInputs } from './canonical.js';
import type {
  PolicyInput,
  PolicyRule,
  RuleResult,
  Verdict,
  VerdictFacts,
  VerdictInputs,
} from './inputs.js';
import { parametersOf } from './parameters.js';

export interface EvaluateOptions {
  /** Milliseconds that all rules together may take. */
  readonly budgetMs?: number;
  /** A clock that never goes back, in milliseconds. Nothing is decided by it but that it takes too long. */
  readonly now?: () => number;
}

/** Thrown by `checkTime`. */
class OutOfTime extends RuleFault {
  constructor(budgetMs: number) {
    super(
      `It was not done when the ${budgetMs} ms for all rules were over. Ask again; if it happens again, ask for less in the policy`,
    );
  }
}

/** `undefined` while there is time. */
type Budget = () => OutOfTime | undefined;

function startBudget({ budgetMs = 2000, now = () => performance.now() }: EvaluateOptions): Budget {
  const end = now() + budgetMs;
  // Not `>`: with a clock that answers no number time is up.
  return () => (now() <= end ? undefined : new OutOfTime(budgetMs));
}

const EMPTY = { evidence: [], findings: [], waivers: [] } as const;

/** What no policy need ask for. */
function always(rule: string, message: string): RuleResult {
  const own = { policy: null, policyVersion: null, rule, mode: 'block' } as const;
  return { ...own, status: 'fail', denies: true, message, ...EMPTY };
}

/** What denies whatever the policies say. */
function preconditions({ release, environment, policies }: VerdictInputs): RuleResult[] {
  const results: RuleResult[] = [];
  if (release.state === 'revoked') {
    const reason =
      release.revokedReason === null ? 'no reason is known' : shown(release.revokedReason, 2000);
    results.push(
      always(
        'release-revoked',
        `${shown(release.version)} was revoked and ships nowhere: ${reason}. Make a new release`,
      ),
    );
  }
  const missing = policies.filter(({ sha256 }) => sha256 === null);
  results.push(
    ...missing.map(({ name, version }) => ({
      ...always(
        'policy-required',
        `${shown(environment)} is guarded by ${version === 0 ? '' : `version ${version} of `}policy ${shown(name)}, which there is not, so nobody knows what it asks for. Add it, or take it out: PATCH /environments/${shown(environment)}`,
      ),
      policy: name,
    })),
  );
  if (missing.length === 0 && policies.every(({ rules }) => rules.length === 0)) {
    results.push(
      always(
        'policy-required',
        `No policy guards ${shown(environment)}, so nothing may go there. Give it one: PATCH /environments/${shown(environment)}`,
      ),
    );
  }
  return results;
}

/** A rule of a policy, and where it stands. */
interface Asked {
  readonly policy: PolicyInput;
  readonly entry: PolicyRule;
  readonly index: number;
}

/** Everything that rules may look at. */
interface Case {
  readonly inputs: VerdictInputs;
  readonly facts: VerdictFacts;
  readonly budget: Budget;
}

function inputOf({ inputs, facts, budget }: Case, { policy, index }: Asked): RuleInput {
  const { release, artifacts, evidence, running } = inputs;
  const old = inputs.tooOld.filter(
    (one) => one.policy === policy.name && one.version === policy.version && one.index === index,
  );
  return {
    release,
    artifacts,
    evidence,
    running,
    tooOld: new Set(old.flatMap((one) => one.evidence)),
    defects: facts.defects,
    newDefects: facts.newDefects,
    components: facts.components,
    checkTime() {
      const fault = budget();
      if (fault) throw fault;
    },
  };
}

/** @throws {RuleFault} when it cannot decide. @throws anything when it is broken */
function ask(all: Case, asked: Asked): Outcome {
  const { entry } = asked;
  if (entry === null) throw new RuleFault('It is no rule, so nobody knows what it asks for');
  const rule = ruleNamed(entry.rule);
  if (!rule) {
    throw new RuleFault(
      `This version of the platform has no rule ${shown(String(entry.rule), 50)}, so nobody knows what it asks for. Update the platform, or take the rule out of the policy`,
    );
  }
  if (!MODES.includes(entry.mode)) throw new RuleFault('Its mode is neither block nor warn');
  const parameters = parametersOf(rule, entry);
  const { newDefects, components } = rule.needs?.(parameters) ?? {};
  if (newDefects) needed(all.facts.newDefects, 'which findings are new');
  if (components) needed(all.facts.components, 'which components there are');
  const input = inputOf(all, asked);
  input.checkTime();
  const outcome = rule.evaluate(parameters, input);
  // It may never have asked.
  input.checkTime();
  return outcome;
}

/** Whoever reads it is helped by what broke, and not by where in the program. */
function messageOf(error: unknown): string {
  if (error instanceof RuleFault) return error.message;
  const what = error instanceof Error ? `: ${shown(error.message)}` : '';
  return `It broke, which is a mistake of the platform${what}. Nothing is allowed that could not be decided`;
}

/** Those of a rule of policies as a whole. What could not be decided is never waived. */
const waiversOf = ({ waivers }: VerdictInputs, rule: string): string[] =>
  waivers.filter((waiver) => waiver.rule === rule && waiver.purl === null).map(({ id }) => id);

function judge(all: Case, asked: Asked): RuleResult & { readonly timedOut: boolean } {
  const { policy, entry } = asked;
  const own = {
    policy: policy.name,
    policyVersion: policy.version,
    // What is stored may be anything, even null.
    rule: String(entry?.rule),
    mode: MODES.includes(entry?.mode) ? entry.mode : ('block' as const),
    ...EMPTY,
  };
  try {
    const { status, message, evidence = [], findings = [], waivers = [] } = ask(all, asked);
    const whole = status === 'pass' ? [] : waiversOf(all.inputs, own.rule);
    const denies = status !== 'pass' && own.mode === 'block' && whole.length === 0;
    const told = whole.length > 0 ? `Waived: ${message}` : message;
    const used = [...waivers, ...whole];
    return {
      ...own,
      status,
      denies,
      message: told,
      evidence,
      findings,
      waivers: used,
      timedOut: false,
    };
  } catch (error) {
    const timedOut = error instanceof OutOfTime;
    return { ...own, status: 'error', denies: true, message: messageOf(error), timedOut };
  }
}

/**
 * Decides whether a release may go to an environment. Pure: the same inputs, in any order, give the same verdict; `options` only
 * keep it from taking too long. What cannot be decided denies.
 * @param facts what follows from the inputs; not checked against them
 * @throws {Error} for inputs that are no JSON, such as a NaN
 */
export function evaluate(
  inputs: VerdictInputs,
  facts: VerdictFacts,
  options: EvaluateOptions = {},
): Verdict {
  const all = { inputs: canonicalInputs(inputs), facts, budget: startBudget(options) };
  const judged = all.inputs.policies.flatMap((policy) =>
    policy.rules.map((entry, index) => judge(all, { policy, entry, index })),
  );
  const results: RuleResult[] = [
    ...preconditions(all.inputs),
    ...judged.map(({ timedOut: _timedOut, ...result }) => result),
  ];
  return {
    decision: results.some(({ denies }) => denies) ? 'deny' : 'allow',
    results,
    timedOut: judged.some(({ timedOut }) => timedOut),
  };
}
