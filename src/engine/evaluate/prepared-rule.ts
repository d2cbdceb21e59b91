import { RuleFault } from '../rules/common/fault.js';
import { shown } from '../rules/common/text.js';
import type { BoundRule, KnownRule } from '../rules/known-rule.js';
import { type Aged, MODES, type Needs } from '../rules/rule.js';
import type { PolicyInput, PolicyRule, TooOld } from './inputs.js';

/** A rule and its place in a policy. */
interface Place {
  readonly policy: PolicyInput;
  /** Stored JSON: it can be anything, even null. */
  readonly entry: PolicyRule;
  /** Index in the policy, from 0. */
  readonly index: number;
}

/** A rule of a policy that is ready for evaluation, or the fault because of which it denies. */
export type PreparedRule = Place & { readonly needs: Required<Needs> } & (
    | { readonly bound: BoundRule; readonly fault?: undefined }
    | { readonly bound?: BoundRule; readonly fault: { readonly error: unknown } }
  );

/** Finds a rule by name; undefined if it does not exist. */
export type FindRule = (name: string) => KnownRule | undefined;

const needing = (all: boolean): Required<Needs> => ({
  newDefects: all,
  components: all,
  approvals: all,
  reviews: all,
});

const NOTHING = needing(false);
const EVERYTHING = needing(true);

/** @throws {RuleFault} if the entry cannot be evaluated */
function bind(entry: PolicyRule, findRule: FindRule): BoundRule {
  if (entry === null)
    throw new RuleFault(
      'The policy contains an entry that is not a rule. Add a version of the policy without it',
    );
  const rule = findRule(entry.rule);
  if (!rule) {
    throw new RuleFault(
      [
        `This version of the platform does not have a rule ${shown(String(entry.rule), 50)}`,
        'Update the platform, or remove the rule from the policy',
      ].join('. '),
    );
  }
  return rule.bind(entry);
}

/** Finds the rule and validates its parameters. Faults are kept, and reported on evaluation. */
export function prepareRule(place: Place, findRule: FindRule): PreparedRule {
  let bound: BoundRule | undefined;
  try {
    bound = bind(place.entry, findRule);
    const needs = { ...NOTHING, ...bound.needs() };
    if (MODES.includes(place.entry.mode)) return { ...place, bound, needs };
    const error = new RuleFault(
      'The mode of the rule is neither block nor warn. Add a version of the policy with one of these modes',
    );
    return { ...place, bound, needs, fault: { error } };
  } catch (error) {
    // A rule whose `needs` failed may need anything.
    return bound
      ? { ...place, bound, needs: EVERYTHING, fault: { error } }
      : { ...place, needs: NOTHING, fault: { error } };
  }
}

/** Returns the evidence that is too old for the rule. If the rule fails, all evidence is: the rule denies anyway. */
export function tooOldFor(rule: PreparedRule, evidence: readonly Aged[]): TooOld[] {
  const { policy, index, bound } = rule;
  const of = (ids: readonly string[]): TooOld[] =>
    ids.length === 0
      ? []
      : [{ policy: policy.name, version: policy.version, index, evidence: ids }];
  try {
    return of(bound?.tooOld(evidence) ?? []);
  } catch {
    return of(evidence.map(({ id }) => id));
  }
}
