import { RuleFault } from '../rules/common/fault.js';
import { shown } from '../rules/common/text.js';
import { ruleNamed } from '../rules/index.js';
import type { RuleInput } from '../rules/rule.js';
import type { PolicyRule } from './inputs.js';

/** A release of which nothing is known: enough for a rule to look at its parameters. */
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
 * What is wrong with a rule of a policy, also what its schema cannot say, such as a range of versions that is none: each rule reads its
 * parameters before it looks at anything else. To be asked before a policy is stored.
 * @returns undefined: nothing
 */
export function faultOfRule(entry: PolicyRule): string | undefined {
  const rule = ruleNamed(entry.rule);
  if (!rule) return `There is no rule ${shown(entry.rule, 50)}`;
  try {
    rule.bind(entry).evaluate(EMPTY);
    return undefined;
  } catch (error) {
    if (error instanceof RuleFault) return error.message;
    throw error;
  }
}
