import type { ApprovalsAsked } from '../rules/common/approvals.js';
import type { Filter } from '../rules/common/defects.js';
import { ruleNamed } from '../rules/index.js';
import type { Aged, Needs } from '../rules/rule.js';
import { type CanonicalInputs, inCanonicalOrder } from './canonical.js';
import { type DecideOptions, decide } from './decide.js';
import type { Judgement, PolicyInput, TooOld, VerdictFacts } from './inputs.js';
import { type FindRule, prepareRule, tooOldFor } from './prepared-rule.js';
import type { PromotionDemand } from './promotion.js';

/** Policies whose rules are ready for evaluation. */
export interface Prepared {
  /** The facts that at least one rule needs. */
  readonly needs: Required<Needs>;
  /** What the rules ask about other environments. */
  readonly demands: readonly PromotionDemand[];
  /** The limits on the age of evidence that at least one rule has, in days. */
  readonly ageLimits: readonly number[];
  /** Which findings each rule counts, for the rules that count findings. */
  readonly counts: readonly Filter[];
  /** Whose approvals each rule asks for, for the rules that ask for approvals. */
  readonly asks: readonly ApprovalsAsked[];
  /** Returns which evidence is too old for which rule. Nothing else in a verdict depends on the clock. */
  tooOld(evidence: readonly Aged[]): TooOld[];
  /**
   * Decides whether the release may go to the environment. Pure: the same inputs and facts give the same judgement.
   * `options` set a time limit and complete messages. A rule that cannot be evaluated denies.
   * @param inputs must contain the prepared policies
   * @param facts follow from the inputs, which is not checked
   */
  decide(inputs: CanonicalInputs, facts: VerdictFacts, options?: DecideOptions): Judgement;
}

/** @throws {Error} if the inputs contain other policies than the prepared ones */
function checkSame(prepared: readonly PolicyInput[], { policies }: CanonicalInputs): void {
  const isSame =
    prepared.length === policies.length &&
    prepared.every(({ name, version, rules }, at) => {
      const other = policies[at];
      return other?.name === name && other.version === version && other.rules === rules;
    });
  if (!isSame) throw new Error('the inputs have other policies than those that were prepared');
}

/**
 * Prepares the rules of policies: finds each rule and validates its parameters once, for many decisions.
 * @param findRule replaces the lookup of rules in tests
 */
export function prepare(
  policies: readonly PolicyInput[],
  findRule: FindRule = ruleNamed,
): Prepared {
  const ordered = inCanonicalOrder(policies);
  const rules = ordered.flatMap((policy) =>
    policy.rules.map((entry, index) => prepareRule({ policy, entry, index }, findRule)),
  );
  return {
    needs: {
      newDefects: rules.some(({ needs }) => needs.newDefects),
      components: rules.some(({ needs }) => needs.components),
      approvals: rules.some(({ needs }) => needs.approvals),
      reviews: rules.some(({ needs }) => needs.reviews),
    },
    demands: rules.flatMap(({ bound }) => bound?.demands() ?? []),
    ageLimits: [...new Set(rules.flatMap(({ bound }) => bound?.ageLimits() ?? []))],
    counts: rules.flatMap(({ bound }) => bound?.counts ?? []),
    asks: rules.flatMap(({ bound }) => bound?.asks ?? []),
    tooOld: (evidence) => rules.flatMap((rule) => tooOldFor(rule, evidence)),
    decide(inputs, facts, options = {}) {
      checkSame(ordered, inputs);
      return decide(rules, inputs, facts, options);
    },
  };
}
