import { fieldOf, textField } from '../common/fields.js';
import { listOf } from './fields.js';
import type { Result } from './schema.js';

export type SemgrepType = 'code' | 'secret' | 'vulnerability';

/** Hard-coded credentials, passwords and keys. */
const WEAKNESSES = /^\s*(?:CWE-)?0*(?:798|259|321)(?!\d)/i;

/** Rules of the registry for secrets of any language. */
const RULES = /(?:^|\.)(?:secrets|gitleaks|detected-[a-z0-9-]{1,100})(?:\.|$)/i;

const VALIDATED = new Set(['CONFIRMED_VALID', 'CONFIRMED_INVALID', 'VALIDATION_ERROR']);

/** Whether a result is of the product Semgrep Secrets. */
export function isOfSecrets({ extra }: Result): boolean {
  const state = extra?.validation_state;
  const isValidated = typeof state === 'string' && VALIDATED.has(state);
  return isValidated || textField(extra?.metadata, 'product') === 'secrets';
}

/** What a result is about. A vulnerability of Supply Chain may be of the weakness CWE-798, and is not a secret here. */
export function typeOf(result: Result): SemgrepType {
  const { check_id: rule, extra } = result;
  if (typeof extra?.sca_info === 'object' && extra.sca_info !== null) return 'vulnerability';
  const weaknesses = listOf(fieldOf(extra?.metadata, 'cwe'));
  const isSecret =
    isOfSecrets(result) ||
    RULES.test(rule.slice(0, 500)) ||
    weaknesses.some((cwe) => typeof cwe === 'string' && WEAKNESSES.test(cwe));
  return isSecret ? 'secret' : 'code';
}
