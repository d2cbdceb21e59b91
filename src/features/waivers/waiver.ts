import { reaches } from '../../access/caller.js';
import type { Scope } from '../../access/scopes.js';
import type { CallContext } from '../../database/context.js';
import type { Prisma, Waiver as WaiverRow } from '../../generated/prisma/client.js';
import { AppError } from '../../shared/app-error.js';
import type { WAIVER_STATES } from './waivers.schemas.js';

export type WaiverState = (typeof WAIVER_STATES)[number];

/** As the API shows it. */
export type Waiver = Omit<WaiverRow, 'purlKey' | 'purlVersion'> & { readonly state: WaiverState };

type Moments = Pick<WaiverRow, 'revokedAt' | 'expiresAt' | 'approvedAt'>;

/** What was revoked stays revoked when its time is over. */
export function stateOf({ revokedAt, expiresAt, approvedAt }: Moments, now: Date): WaiverState {
  if (revokedAt) return 'revoked';
  if (expiresAt <= now) return 'expired';
  return approvedAt ? 'approved' : 'requested';
}

/** The same as a condition. */
export function inState(state: WaiverState, now: Date): Prisma.WaiverWhereInput {
  if (state === 'revoked') return { revokedAt: { not: null } };
  if (state === 'expired') return { revokedAt: null, expiresAt: { lte: now } };
  return {
    revokedAt: null,
    expiresAt: { gt: now },
    approvedAt: state === 'approved' ? { not: null } : null,
  };
}

export function present({ purlKey: _key, purlVersion: _version, ...row }: WaiverRow): Waiver {
  return { ...row, state: stateOf(row, new Date()) };
}

/**
 * A waiver that the caller has the scope for; all others do not exist for it.
 * @throws {AppError} `waiver-not-found`
 */
export async function requireWaiver(
  { caller, prisma }: CallContext,
  scope: Scope,
  id: string,
): Promise<Waiver> {
  const row = await prisma.waiver.findUnique({ where: { id } });
  if (!row || !reaches(caller, scope, row.projectId)) {
    throw new AppError('waiver-not-found', 'Waiver not found');
  }
  return present(row);
}
