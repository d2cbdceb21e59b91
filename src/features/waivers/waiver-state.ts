import type { Prisma, Waiver as WaiverRow } from '../../generated/prisma/client.js';
import type { WAIVER_STATES } from './waivers.schemas.js';

export type WaiverState = (typeof WAIVER_STATES)[number];

interface Marks {
  readonly revoked: boolean;
  /** Absent if the state does not depend on it. */
  readonly expired?: boolean;
  readonly approved?: boolean;
}

/** What each state requires. A revoked waiver stays revoked after its expiry date. */
const STATES: Readonly<Record<WaiverState, Marks>> = {
  revoked: { revoked: true },
  expired: { revoked: false, expired: true },
  approved: { revoked: false, expired: false, approved: true },
  requested: { revoked: false, expired: false, approved: false },
};

type Moments = Pick<WaiverRow, 'revokedAt' | 'expiresAt' | 'approvedAt'>;

export function stateOf({ revokedAt, expiresAt, approvedAt }: Moments, now: Date): WaiverState {
  if (revokedAt) return 'revoked';
  if (expiresAt <= now) return 'expired';
  return approvedAt ? 'approved' : 'requested';
}

const isSet = (set: boolean) => (set ? { not: null } : null);

/** The condition for waivers in this state at `now`, for Prisma. */
export function whereState(state: WaiverState, now: Date): Prisma.WaiverWhereInput {
  const { revoked, expired, approved } = STATES[state];
  return {
    revokedAt: isSet(revoked),
    ...(expired !== undefined && { expiresAt: expired ? { lte: now } : { gt: now } }),
    ...(approved !== undefined && { approvedAt: isSet(approved) }),
  };
}

const nullTest = (set: boolean) => (set ? 'IS NOT NULL' : 'IS NULL');

/** The same condition in SQL, for rows of the table alias, at `now()`. */
export function stateCondition(state: WaiverState, alias: string): string {
  const { revoked, expired, approved } = STATES[state];
  const conditions = [`${alias}.revoked_at ${nullTest(revoked)}`];
  if (expired !== undefined) conditions.push(`${alias}.expires_at ${expired ? '<=' : '>'} now()`);
  if (approved !== undefined) conditions.push(`${alias}.approved_at ${nullTest(approved)}`);
  return conditions.join(' AND ');
}

/** The SQL condition for waivers that count. */
export const countingCondition = (alias: string) => stateCondition('approved', alias);
