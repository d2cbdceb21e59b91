import { ruleNamed } from '../rules/index.js';
import type { Aged, Needs } from '../rules/rule.js';
import { type CanonicalInputs, inCanonicalOrder } from './canonical.js';
import { type DecideOptions, decide } from './decide.js';
import type { Judgement, PolicyInput, TooOld, VerdictFacts } from './inputs.js';
import { type FindRule, prepareRule, tooOldFor } from './prepared-rule.js';

/** Policies whose rules have their parameters. */
export interface Prepared {
  /** What any rule needs. */
  readonly needs: Required<Needs>;
  /** Which evidence is too old for which rule: the only thing that the clock decides. */
  tooOld(evidence: readonly Aged[]): TooOld[];
  /**
   * May the release go to the environment? Pure: the same inputs and facts give the same judgement; `options` keep it from
   * taking too long, and complete its messages. What cannot be decided denies.
   * @param inputs with the policies that were prepared
   * @param facts what follows from the inputs; not checked against them
   */
  decide(inputs: CanonicalInputs, facts: VerdictFacts, options?: DecideOptions): Judgement;
}

/** A judgement about other policies than were prepared would be one about nothing. */
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
 * Gets the rules of policies ready: each finds its rule and its parameters once, however often it is asked then.
 * @param findRule which rules there are
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
    },
    tooOld: (evidence) => rules.flatMap((rule) => tooOldFor(rule, evidence)),
    decide(inputs, facts, options = {}) {
      checkSame(ordered, inputs);
      return decide(rules, inputs, facts, options);
    },
  };
}
