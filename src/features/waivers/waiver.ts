import { reachable } from '../../access/reachable.js';
import type { Scope } from '../../access/scopes.js';
import type { CallContext } from '../../database/context.js';
import type { Waiver as WaiverRow } from '../../generated/prisma/client.js';
import { AppError } from '../../shared/app-error.js';
import { stateOf, type WaiverState } from './waiver-state.js';

/** A waiver as the API shows it. */
export type Waiver = Omit<WaiverRow, 'purlKey' | 'purlVersion'> & { readonly state: WaiverState };

export function toWaiver({ purlKey: _key, purlVersion: _version, ...row }: WaiverRow): Waiver {
  return { ...row, state: stateOf(row, new Date()) };
}

const waiverNotFound = () => new AppError('waiver-not-found', 'Waiver not found');

/**
 * Finds a waiver. Waivers of projects that the caller has no `scope` for count as absent.
 * @throws {AppError} `waiver-not-found`
 */
export async function requireWaiver(
  { caller, prisma }: CallContext,
  scope: Scope,
  id: string,
): Promise<Waiver> {
  const row = await prisma.waiver.findUnique({ where: { id } });
  return toWaiver(reachable(row, caller, scope, waiverNotFound));
}
