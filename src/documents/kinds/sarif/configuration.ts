import { fieldOf, textField } from '../common/fields.js';
import { worstLevel } from './levels.js';
import { listOf } from './properties.js';
import type { RuleOfResult } from './rules.js';
import type { Result, Run } from './schema.js';

/** The level that each invocation sets for rules (3.20.5, 3.51), by rule, or by id if the rule is not described. */
function overridesOf(
  invocation: unknown,
  ruleOf: (result: Result) => RuleOfResult,
): ReadonlyMap<unknown, string> {
  const levels = new Map<unknown, string>();
  for (const override of listOf(fieldOf(invocation, 'ruleConfigurationOverrides'))) {
    const descriptor = fieldOf(override, 'descriptor');
    const level = textField(fieldOf(override, 'configuration'), 'level');
    if (typeof descriptor !== 'object' || descriptor === null || !level) continue;
    const index = fieldOf(descriptor, 'index');
    const { rule, id } = ruleOf({
      ruleId: textField(descriptor, 'id'),
      ruleIndex: typeof index === 'number' ? index : undefined,
      rule: componentOf(descriptor),
    });
    levels.set(rule ?? id, level);
  }
  return levels;
}

/** The worst level that any invocation sets, by rule. */
function worstOverrides(
  invocations: readonly ReadonlyMap<unknown, string>[],
): ReadonlyMap<unknown, string> {
  const levels = new Map<unknown, string>();
  for (const overrides of invocations) {
    for (const [rule, level] of overrides) {
      const most = worstLevel([levels.get(rule), level]);
      if (most) levels.set(rule, most);
    }
  }
  return levels;
}

function componentOf(descriptor: unknown): Result['rule'] {
  const component = fieldOf(descriptor, 'toolComponent');
  const index = fieldOf(component, 'index');
  return {
    toolComponent: {
      name: textField(component, 'name'),
      guid: textField(component, 'guid'),
      index: typeof index === 'number' ? index : undefined,
    },
  };
}

/**
 * Finds the level that the configuration gives to a result without a level (3.27.10): of the invocation that produced
 * the result (3.48.6), else of its rule. If the result does not say which invocation produced it, an override counts
 * only if it is worse than the rule's default.
 */
export function configuredLevels(
  run: Run,
  ruleOf: (result: Result) => RuleOfResult,
): (result: Result, found: RuleOfResult) => string | undefined {
  const invocations = listOf(run.invocations).map((one) => overridesOf(one, ruleOf));
  const inUse = invocations.some(({ size }) => size > 0);
  const worstByRule = worstOverrides(invocations);
  return ({ provenance }, { rule, id }) => {
    const byDefault = rule?.defaultConfiguration?.level || undefined;
    if (!inUse) return byDefault;
    const index = fieldOf(provenance, 'invocationIndex');
    const own = typeof index === 'number' ? invocations[index]?.get(rule ?? id) : undefined;
    if (own) return own;
    return worstLevel([worstByRule.get(rule ?? id), byDefault ?? 'warning']) ?? byDefault;
  };
}
