import { reachable } from '../../access/reachable.js';
import type { Scope } from '../../access/scopes.js';
import type { CallContext } from '../../database/context.js';
import { fromJson } from '../../database/json.js';
import type { JudgedApproval, RuleResult } from '../../engine/index.js';
import type { Approval as ApprovalRow, ApprovalState } from '../../generated/prisma/client.js';
import { AppError } from '../../shared/app-error.js';

/** An approval or a rejection as the API shows it. */
export type Approval = Omit<ApprovalRow, 'personKey' | 'environmentName' | 'decision' | 'via'> & {
  readonly environment: string;
  readonly decision: 'approve' | 'reject';
  readonly via: 'sign-in' | 'token';
  readonly state: 'given' | 'void' | 'withdrawn';
  /** Why it is void. */
  readonly because: readonly string[];
};

export type StatedRow = ApprovalRow & {
  readonly state: Pick<ApprovalState, 'isVoid' | 'because'> | null;
};

/** What is known of each approval by the last decision. */
export const WITH_STATE = {
  include: { state: { select: { isVoid: true, because: true } } },
} as const;

export function toApproval({
  personKey: _key,
  environmentName,
  state,
  ...row
}: StatedRow): Approval {
  const isVoid = state?.isVoid === true && row.withdrawnAt === null;
  return {
    ...row,
    environment: environmentName,
    decision: row.decision === 'approve' ? 'approve' : 'reject',
    via: row.via === 'sign-in' ? 'sign-in' : 'token',
    state: row.withdrawnAt ? 'withdrawn' : isVoid ? 'void' : 'given',
    because: isVoid ? fromJson<string[]>(state.because) : [],
  };
}

export const approvalNotFound = () => new AppError('approval-not-found', 'Approval not found');

/** @throws {AppError} `approval-not-found` */
export async function requireApproval(
  { caller, prisma }: Pick<CallContext, 'caller' | 'prisma'>,
  scope: Scope,
  id: string,
): Promise<StatedRow> {
  const row = await prisma.approval.findUnique({ where: { id }, ...WITH_STATE });
  return reachable(row, caller, scope, approvalNotFound);
}

/** What people said of a release for an environment and did not withdraw, with what the results say of it now. */
export async function approvalsFor(
  { prisma }: CallContext,
  releaseId: string,
  environmentName: string,
  results: readonly RuleResult[],
): Promise<Approval[]> {
  const rows = await prisma.approval.findMany({
    where: { releaseId, environmentName, withdrawnAt: null },
    orderBy: { id: 'asc' },
    ...WITH_STATE,
  });
  const judged = new Map<string, JudgedApproval>(
    results.flatMap(({ approvals = [] }) => approvals.map((one) => [one.id, one] as const)),
  );
  return rows.map((row) => {
    const approval = toApproval(row);
    const now = judged.get(row.id);
    if (!now) return approval;
    const isVoid = now.state === 'void';
    return { ...approval, state: isVoid ? 'void' : 'given', because: isVoid ? now.because : [] };
  });
}
