import { RuleFault } from '../rules/common/fault.js';
import { shown } from '../rules/common/text.js';
import { EMPTY_INPUT } from '../rules/empty-input.js';
import { ruleNamed } from '../rules/index.js';
import type { PolicyRule } from './inputs.js';

/** The groups of people that a rule names, each with its place in the rule (JSON Pointer). */
export function groupsOfRule(entry: PolicyRule): { group: string; pointer: string }[] {
  const asked = ruleNamed(entry.rule)?.bind(entry).asks;
  if (!asked) return [];
  return (['groups', 'required'] as const).flatMap((name) =>
    asked[name].map((group, at) => ({ group, pointer: `/${name}/${at}` })),
  );
}

/**
 * Checks a rule before a policy is stored, including what its schema cannot express, such as an invalid range of
 * versions. Each rule reads its parameters before anything else, so an evaluation on an empty release finds such
 * faults.
 * @returns what is wrong, or undefined
 */
export function faultOfRule(entry: PolicyRule): string | undefined {
  const rule = ruleNamed(entry.rule);
  if (!rule) return `Rule ${shown(entry.rule, 50)} does not exist`;
  try {
    const bound = rule.bind(entry);
    bound.check();
    bound.evaluate(EMPTY_INPUT);
    return undefined;
  } catch (error) {
    if (error instanceof RuleFault) return error.message;
    throw error;
  }
}
