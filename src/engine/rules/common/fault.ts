/**
 * Thrown by a rule that cannot be evaluated. Its message is shown to people. Any other error is a bug. Either way the
 * rule denies.
 */
export class RuleFault extends Error {}

/**
 * Returns a fact that the rule asked for in `needs`.
 * @throws {RuleFault} if the fact is absent, because that is not the same as an empty list
 */
export function needed<T>(value: T | undefined, what: string): T {
  if (value === undefined) {
    throw new RuleFault(
      `The platform did not look up ${what}, so the rule cannot be evaluated. This is a bug in the platform: report it`,
    );
  }
  return value;
}
