import type { Prisma, Waiver as WaiverRow } from '../../generated/prisma/client.js';
import type { WAIVER_STATES } from './waivers.schemas.js';

export type WaiverState = (typeof WAIVER_STATES)[number];

interface Marks {
  readonly revoked: boolean;
  /** Absent: it does not matter. */
  readonly expired?: boolean;
  readonly approved?: boolean;
}

/** What a waiver in a state is. What was revoked stays revoked when its time is over. */
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

const given = (is: boolean) => (is ? { not: null } : null);

/** Waivers in a state, for Prisma. */
export function inState(state: WaiverState, now: Date): Prisma.WaiverWhereInput {
  const { revoked, expired, approved } = STATES[state];
  return {
    revokedAt: given(revoked),
    ...(expired !== undefined && { expiresAt: expired ? { lte: now } : { gt: now } }),
    ...(approved !== undefined && { approvedAt: given(approved) }),
  };
}

const isGiven = (is: boolean) => (is ? 'IS NOT NULL' : 'IS NULL');

/** The same in SQL, of rows with this name, now. */
export function isInState(state: WaiverState, name: string): string {
  const { revoked, expired, approved } = STATES[state];
  const conditions = [`${name}.revoked_at ${isGiven(revoked)}`];
  if (expired !== undefined) conditions.push(`${name}.expires_at ${expired ? '<=' : '>'} now()`);
  if (approved !== undefined) conditions.push(`${name}.approved_at ${isGiven(approved)}`);
  return conditions.join(' AND ');
}

/** Waivers that count, in SQL: of rows with this name, now. */
export const isCounting = (name: string) => isInState('approved', name);
