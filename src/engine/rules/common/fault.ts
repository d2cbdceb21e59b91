/**
 * What a rule throws when it cannot decide: its message is for people and may be shown. Anything else that is thrown is a mistake
 * of the program. Either way the rule denies.
 */
export class RuleFault extends Error {}

/** What a rule asked for in `needs`. @throws {RuleFault} when it was not given: nothing is not an empty list */
export function needed<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new RuleFault(`Nobody looked up ${what}, so it cannot be decided`);
  return value;
}
