import { RuleFault } from '../rules/common/fault.js';

export interface BudgetOptions {
  /** Milliseconds that all rules together may take. */
  readonly budgetMs?: number;
  /** A clock that never goes back, in milliseconds. Nothing is decided by it but that it takes too long. */
  readonly now?: () => number;
}

export class OutOfTime extends RuleFault {
  constructor(budgetMs: number) {
    super(
      `It was not done when the ${budgetMs} ms for all rules were over. Ask again; if it happens again, ask for less in the policy`,
    );
  }
}

/** @throws {OutOfTime} when the time is over */
export type CheckTime = () => void;

export function startBudget({
  budgetMs = 2000,
  now = () => performance.now(),
}: BudgetOptions): CheckTime {
  const end = now() + budgetMs;
  return () => {
    // Not `>`: with a clock that answers no number time is up.
    if (!(now() <= end)) throw new OutOfTime(budgetMs);
  };
}
