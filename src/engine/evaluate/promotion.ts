import { counted, minuteUtc } from '../../shared/text.js';
import { shown } from '../rules/common/text.js';
import { builtIn } from './built-in.js';
import type { CanonicalInputs } from './canonical.js';
import type { RuleResult } from './inputs.js';

/** What a rule, or the order of environments, asks about another environment. */
export interface PromotionDemand {
  readonly environment: string;
  /** Hours that one unbroken stay must last. 0: it must have run there. */
  readonly minimumHours: number;
}

/** Whether the release met a demand. What it says changes only when it is met, or when a deployment changes it. */
export interface PromotionInput extends PromotionDemand {
  /** `soaking`: it runs there, not long enough yet. `short`: it ran there, not long enough. `absent`: it never did. */
  readonly state: 'met' | 'soaking' | 'short' | 'absent';
  /** ISO 8601, only while it soaks: when the demand is met if it stays. */
  readonly until: string | null;
}

export const promotionInput = (input: PromotionInput): PromotionInput => ({
  environment: input.environment,
  minimumHours: input.minimumHours,
  state: input.state,
  until: input.until,
});

/** Words of a failure that ends by itself, and of one that does not. Names of environments cannot have them. */
const SOAKS = ', and runs there. Wait';
const DEPLOY = 'POST /environments/';

/** Whether a failure says that it ends when hours have passed, and nothing else. */
export const onlySoaks = (message: string): boolean =>
  message.includes(SOAKS) && !message.includes(DEPLOY);

/**
 * Says why a demand is not met, and what to do.
 * @returns undefined if it is met
 */
export function promotionFault(
  facts: readonly PromotionInput[],
  { environment, minimumHours }: PromotionDemand,
): string | undefined {
  const fact = facts.find(
    (one) => one.environment === environment && one.minimumHours === minimumHours,
  );
  if (fact?.state === 'met') return undefined;
  const name = shown(environment);
  const long = minimumHours === 0 ? '' : ` for ${counted(minimumHours, 'hour')} without a break`;
  if (fact?.state === 'soaking') {
    const until = fact.until === null ? '' : ` until ${minuteUtc(fact.until)}`;
    return `It must run in ${name}${long}${SOAKS}${until}`;
  }
  const before = fact?.state === 'short' ? ', and left too early' : '';
  return [
    `It must run in ${name}${long} first, authorized and with its artifacts of now${before}`,
    `Deploy it there, and record it: ${DEPLOY}${name}/deployments`,
  ].join('. ');
}

/** The failures of the order of environments. */
export const order = ({ after = [], promoted = [] }: CanonicalInputs): RuleResult[] =>
  after.flatMap((environment) => {
    const fault = promotionFault(promoted, { environment, minimumHours: 0 });
    return fault === undefined ? [] : [builtIn('promoted', fault)];
  });
