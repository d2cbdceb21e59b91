import { RuleFault } from '../rules/common/fault.js';
import { shown } from '../rules/common/text.js';
import type { BoundRule, KnownRule } from '../rules/known-rule.js';
import { type Aged, MODES, type Needs } from '../rules/rule.js';
import type { PolicyInput, PolicyRule, TooOld } from './inputs.js';

/** A rule where it stands. */
interface Place {
  readonly policy: PolicyInput;
  /** What is stored may be anything, even null. */
  readonly entry: PolicyRule;
  /** Its place in the policy, from 0. */
  readonly index: number;
}

/** A rule of a policy, ready to be asked; or with the reason why it cannot be asked, for which it denies. */
export type PreparedRule = Place & { readonly needs: Required<Needs> } & (
    | { readonly bound: BoundRule; readonly fault?: undefined }
    | { readonly bound?: BoundRule; readonly fault: { readonly error: unknown } }
  );

/** Which rules there are. */
export type FindRule = (name: string) => KnownRule | undefined;

const NOTHING: Required<Needs> = { newDefects: false, components: false };
const EVERYTHING: Required<Needs> = { newDefects: true, components: true };

/** @throws {RuleFault} for what cannot be asked */
function bind(entry: PolicyRule, findRule: FindRule): BoundRule {
  if (entry === null) throw new RuleFault('It is no rule, so nobody knows what it asks for');
  const rule = findRule(entry.rule);
  if (!rule) {
    throw new RuleFault(
      `This version of the platform has no rule ${shown(String(entry.rule), 50)}, so nobody knows what it asks for. Update the platform, or take the rule out of the policy`,
    );
  }
  return rule.bind(entry);
}

/** Finds the rule and its parameters. What goes wrong here goes wrong when it is asked. */
export function prepareRule(place: Place, findRule: FindRule): PreparedRule {
  let bound: BoundRule | undefined;
  try {
    bound = bind(place.entry, findRule);
    const needs = { ...NOTHING, ...bound.needs() };
    if (MODES.includes(place.entry.mode)) return { ...place, bound, needs };
    const error = new RuleFault('Its mode is neither block nor warn');
    return { ...place, bound, needs, fault: { error } };
  } catch (error) {
    // Which of them it would have needed is not known where it broke.
    return bound
      ? { ...place, bound, needs: EVERYTHING, fault: { error } }
      : { ...place, needs: NOTHING, fault: { error } };
  }
}

/** Which evidence is too old for it: all of it where the rule breaks, as it denies then anyway. */
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
