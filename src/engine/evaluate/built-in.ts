import type { RuleResult } from './inputs.js';

/** A failure of a built-in rule, which no policy contains. */
export function builtIn(rule: string, message: string): RuleResult {
  return {
    policy: null,
    policyVersion: null,
    rule,
    mode: 'block',
    status: 'fail',
    denies: true,
    message,
    evidence: [],
    findings: [],
    waivers: [],
  };
}
