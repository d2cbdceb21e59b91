/** Cents that are charged for an amount in cents. */
export function fee(cents: number, rate: number): number {
  if (rate === 0) return 0;
  return Math.round(cents * rate);
}
