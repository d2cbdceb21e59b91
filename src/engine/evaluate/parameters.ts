import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { RuleFault } from '../rules/common/fault.js';
import { shown } from '../rules/common/text.js';
import { ruleNamed } from '../rules/index.js';
import type { Rule, RuleInput } from '../rules/rule.js';
import type { PolicyRule } from './inputs.js';

const ajv = new Ajv({
  strict: false,
  validateSchema: false,
  meta: false,
  logger: false,
  useDefaults: true,
});
const validators = new Map<string, ValidateFunction>();

function validatorOf({ name, parameters }: Rule<never>): ValidateFunction {
  const known = validators.get(name) ?? ajv.compile(parameters);
  validators.set(name, known);
  return known;
}

function explain({ instancePath, message = 'is not valid', params }: ErrorObject): string {
  const extra = params?.additionalProperty;
  if (typeof extra === 'string') return `${shown(extra, 50)} is no parameter of it`;
  return `${instancePath === '' ? 'it' : shown(instancePath)} ${message}`;
}

/**
 * The parameters of a rule, with defaults for those that are left out.
 * @throws {RuleFault} for what its schema does not know: a newer version may have meant something by it
 */
export function parametersOf(rule: Rule<never>, entry: PolicyRule): never {
  // A copy, because defaults are filled in. Rules are JSON, and this is the faster way to copy a little of it.
  const copy: PolicyRule = JSON.parse(JSON.stringify(entry));
  const { rule: _rule, mode: _mode, ...parameters } = copy;
  const validate = validatorOf(rule);
  if (!validate(parameters)) {
    // A fault of `anyOf` comes with those of its branches, and after them.
    const [first] = validate.errors ?? [];
    throw new RuleFault(
      `Its parameters are not valid: ${first ? explain(first) : 'nobody knows why'}`,
    );
  }
  // Of the schema that is the rule's own.
  return parameters as never;
}

/** Nothing was found out: enough for a rule to look at its parameters. */
const NOTHING: RuleInput = {
  release: { version: '0.0.0', state: 'open', revokedReason: null },
  artifacts: [],
  evidence: [],
  tooOld: new Set(),
  defects: { counts: [], worst: [], waived: [] },
  running: null,
  newDefects: undefined,
  components: undefined,
  checkTime: () => undefined,
};

/**
 * What is wrong with a rule of a policy, also what its schema cannot say, such as a range of versions that is none: each rule reads its
 * parameters before it looks at anything else. To be asked before a policy is stored.
 * @returns undefined: nothing
 */
export function faultOf(entry: PolicyRule): string | undefined {
  const rule = ruleNamed(entry.rule);
  if (!rule) return `There is no rule ${shown(entry.rule, 50)}`;
  try {
    rule.evaluate(parametersOf(rule, entry), NOTHING);
    return undefined;
  } catch (error) {
    if (error instanceof RuleFault) return error.message;
    throw error;
  }
}
