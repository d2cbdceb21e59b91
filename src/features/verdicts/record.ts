import { reachable } from '../../access/reachable.js';
import type { Scope } from '../../access/scopes.js';
import type { CallContext } from '../../database/context.js';
import { AppError } from '../../shared/app-error.js';
import { SHOWN, toStoredVerdict } from './verdict.js';
import type { StoredVerdict } from './verdicts.schemas.js';

export const verdictNotFound = () => new AppError('verdict-not-found', 'Verdict not found');

/** What was decided, without what holds now: it never changes. */
export type VerdictRecord = Omit<
  StoredVerdict,
  'id' | 'decidedAt' | 'decidedBy' | 'askedAt' | 'askedBy' | 'validUntil' | 'opensAt' | 'closesAt'
> & {
  readonly id: string;
};

/**
 * The record of a verdict that the caller reaches with the scope.
 * @throws {AppError} `verdict-not-found`
 */
export async function requireVerdictRecord(
  { caller, prisma }: CallContext,
  scope: Scope,
  id: string,
): Promise<VerdictRecord> {
  const row = await prisma.verdict.findUnique({ where: { id }, include: SHOWN.include });
  const verdict = toStoredVerdict(reachable(row, caller, scope, verdictNotFound));
  const { releaseId, projectId, environment, decision, engine, inputs, results } = verdict;
  const { inputsHash, verdictHash, evaluatedAt, createdBy } = verdict;
  const what = { releaseId, projectId, environment, decision, engine, inputs, results };
  return { id, ...what, inputsHash, verdictHash, evaluatedAt, createdBy };
}
