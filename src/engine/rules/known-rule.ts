import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { RuleFault } from './common/fault.js';
import { shown } from './common/text.js';
import type { Aged, Needs, Outcome, Rule, RuleInput } from './rule.js';

/** A rule with the parameters that a policy gives it, checked. */
export interface BoundRule {
  /** With defaults for those that the policy leaves out. */
  readonly parameters: object;
  needs(): Needs;
  /** Ids of the evidence that is too old for it. */
  tooOld(evidence: readonly Aged[]): readonly string[];
  evaluate(input: RuleInput): Outcome;
}

/** A rule as the engine sees it: what its parameters are is the rule's own affair. */
export interface KnownRule extends Pick<Rule, 'name' | 'summary' | 'parameters' | 'example'> {
  /**
   * @param entry the rule as it stands in a policy; it is not changed
   * @throws {RuleFault} for what its schema does not know: a newer version may have meant something by it
   */
  bind(entry: object): BoundRule;
}

const ajv = new Ajv({
  strict: false,
  validateSchema: false,
  meta: false,
  logger: false,
  useDefaults: true,
});

function explain({ instancePath, message = 'is not valid', params }: ErrorObject): string {
  const extra = params?.additionalProperty;
  if (typeof extra === 'string') return `${shown(extra, 50)} is no parameter of it`;
  return `${instancePath === '' ? 'it' : shown(instancePath)} ${message}`;
}

/** A copy of what stands in a policy besides the rule's name and mode: defaults are filled in. */
function parametersIn(entry: object): object {
  // Rules are JSON, and this is the faster way to copy a little of it.
  const copy: Record<string, unknown> = JSON.parse(JSON.stringify(entry));
  const { rule: _rule, mode: _mode, ...parameters } = copy;
  return parameters;
}

export function knownRule<Parameters extends object>(rule: Rule<Parameters>): KnownRule {
  const { name, summary, example } = rule;
  // Compiled when it is first asked for: that takes a while, and few policies use every rule.
  let validate: ValidateFunction<Parameters> | undefined;

  function checked(entry: object): Parameters {
    validate ??= ajv.compile<Parameters>(rule.parameters);
    const parameters = parametersIn(entry);
    if (validate(parameters)) return parameters;
    // A fault of `anyOf` comes with those of its branches, and after them.
    const [first] = validate.errors ?? [];
    throw new RuleFault(
      `Its parameters are not valid: ${first ? explain(first) : 'nobody knows why'}`,
    );
  }

  return {
    name,
    summary,
    parameters: rule.parameters,
    example,
    bind(entry) {
      const parameters = checked(entry);
      return {
        parameters,
        needs: () => rule.needs?.(parameters) ?? {},
        tooOld: (evidence) => rule.tooOld?.(parameters, evidence) ?? [],
        evaluate: (input) => rule.evaluate(parameters, input),
      };
    },
  };
}
