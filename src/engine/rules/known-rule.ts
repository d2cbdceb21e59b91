import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { PromotionDemand } from '../evaluate/promotion.js';
import type { ApprovalsAsked } from './common/approvals.js';
import type { Filter } from './common/defects.js';
import { RuleFault } from './common/fault.js';
import { shown } from './common/text.js';
import type { Aged, Needs, Outcome, Rule, RuleInput } from './rule.js';

/** A rule with the validated parameters of a policy. */
export interface BoundRule {
  /** Includes defaults for the parameters that the policy leaves out. */
  readonly parameters: object;
  /** Checks what only new policies must meet. @throws {RuleFault} */
  check(): void;
  needs(): Needs;
  /** Environments in which the release must have run. */
  demands(): readonly PromotionDemand[];
  /** Limits on the age of evidence, in days. */
  ageLimits(): readonly number[];
  /** See `Rule.outside`. */
  readonly outside: boolean;
  /** See `Rule.waivable`. */
  readonly waivable: boolean;
  /** The findings that it counts; undefined: it does not count findings. */
  readonly counts: Filter | undefined;
  /** Whose approval it asks for; undefined: it does not ask for any. */
  readonly asks: ApprovalsAsked | undefined;
  /** @returns ids of the evidence that is too old for this rule */
  tooOld(evidence: readonly Aged[]): readonly string[];
  evaluate(input: RuleInput): Outcome;
}

/** A rule as the engine sees it. Only the rule itself knows the type of its parameters. */
export interface KnownRule extends Pick<Rule, 'name' | 'summary' | 'parameters' | 'example'> {
  /** See `Rule.waivable`. */
  readonly waivable: boolean;
  /**
   * @param entry the rule as the policy contains it; not changed
   * @throws {RuleFault} if its schema refuses the entry. Unknown parameters are refused, because a newer version may
   * use them
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

function messageOf({ instancePath, message = 'is not valid', params }: ErrorObject): string {
  const extra = params?.additionalProperty;
  if (typeof extra === 'string') return `${shown(extra, 50)} is not a known parameter`;
  return `${instancePath === '' ? 'the rule' : shown(instancePath)} ${message}`;
}

/** Copies the entry without its name and mode, because Ajv writes defaults into what it validates. */
function parametersIn(entry: object): object {
  // Faster than `structuredClone` for small JSON values.
  const copy: Record<string, unknown> = JSON.parse(JSON.stringify(entry));
  const { rule: _rule, mode: _mode, ...parameters } = copy;
  return parameters;
}

export function knownRule<Parameters extends object>(rule: Rule<Parameters>): KnownRule {
  const { name, summary, example, waivable = true } = rule;
  // Compiled on first use: compiling is slow, and few policies use every rule.
  let validate: ValidateFunction<Parameters> | undefined;

  function checked(entry: object): Parameters {
    validate ??= ajv.compile<Parameters>(rule.parameters);
    const parameters = parametersIn(entry);
    if (validate(parameters)) return parameters;
    // For `anyOf`, the errors of its branches come first, and they are more precise.
    const [first] = validate.errors ?? [];
    throw new RuleFault(
      `The parameters are not valid: ${first ? messageOf(first) : 'the reason is unknown'}`,
    );
  }

  return {
    name,
    summary,
    parameters: rule.parameters,
    example,
    waivable,
    bind(entry) {
      const parameters = checked(entry);
      return {
        parameters,
        check: () => rule.check?.(parameters),
        needs: () => rule.needs?.(parameters) ?? {},
        demands: () => rule.demands?.(parameters) ?? [],
        ageLimits: () => rule.ageLimits?.(parameters) ?? [],
        outside: rule.outside ?? false,
        waivable,
        counts: rule.counts?.(parameters),
        asks: rule.asks?.(parameters),
        tooOld: (evidence) => rule.tooOld?.(parameters, evidence) ?? [],
        evaluate: (input) => rule.evaluate(parameters, input),
      };
    },
  };
}
