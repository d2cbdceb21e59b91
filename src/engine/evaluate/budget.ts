import { RuleFault } from '../rules/common/fault.js';

export interface BudgetOptions {
  /** Time limit of all rules together, in milliseconds. */
  readonly budgetMs?: number;
  /** A monotonic clock, in milliseconds. It affects only the time limit. */
  readonly now?: () => number;
}

export class OutOfTime extends RuleFault {
  constructor(budgetMs: number) {
    super(
      `The rules exceeded their time limit of ${budgetMs} ms. Retry. If this happens again, simplify the policy`,
    );
  }
}

/** @throws {OutOfTime} after the time limit */
export type CheckTime = () => void;

export function startBudget({
  budgetMs = 2000,
  now = () => performance.now(),
}: BudgetOptions): CheckTime {
  const end = now() + budgetMs;
  return () => {
    // Not `>`: a clock that returns NaN must fail.
    if (!(now() <= end)) throw new OutOfTime(budgetMs);
  };
}
