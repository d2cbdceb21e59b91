import type { CallContext } from '../../database/context.js';
import { type FieldError, invalid } from '../../shared/app-error.js';

/**
 * Checks the environments that come before one: they exist, and none of them comes after it, however indirectly.
 * @throws {AppError} `validation-failed`, at `/after/…` of the body
 */
export async function checkOrder(
  { prisma }: CallContext,
  name: string,
  after: readonly string[],
): Promise<void> {
  if (after.length === 0) return;
  const rows = await prisma.environment.findMany({ select: { name: true, after: true } });
  const before = new Map(rows.map((row) => [row.name, row.after]));
  /** Everything that comes before an environment. */
  const reached = (start: string) => {
    const seen = new Set([start]);
    for (const one of seen) for (const next of before.get(one) ?? []) seen.add(next);
    return seen;
  };
  const errors = after.flatMap((one, index): FieldError[] => {
    const pointer = `/after/${index}`;
    if (one === name) return [{ in: 'body', pointer, message: 'must be another environment' }];
    if (!before.has(one)) return [{ in: 'body', pointer, message: 'does not exist' }];
    if (!reached(one).has(name)) return [];
    return [{ in: 'body', pointer, message: `makes a circle: ${one} comes after ${name}` }];
  });
  if (errors.length > 0) throw invalid(errors);
}
