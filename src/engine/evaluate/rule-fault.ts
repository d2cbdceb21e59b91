import { RuleFault } from '../rules/common/fault.js';
import { shown } from '../rules/common/text.js';
import { ruleNamed } from '../rules/index.js';
import type { RuleInput } from '../rules/rule.js';
import type { PolicyRule } from './inputs.js';

/** An empty release, which is enough for a rule to check its parameters. */
const EMPTY: RuleInput = {
  release: { version: '0.0.0', state: 'open', revokedReason: null },
  artifacts: [],
  evidence: [],
  tooOld: new Set(),
  defects: { counts: [], worst: [], waived: [] },
  running: null,
  newDefects: undefined,
  components: undefined,
  uploads: {},
  checkTime: () => undefined,
};

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
    rule.bind(entry).evaluate(EMPTY);
    return undefined;
  } catch (error) {
    if (error instanceof RuleFault) return error.message;
    throw error;
  }
}
