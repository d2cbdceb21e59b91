import { reachable } from '../../access/reachable.js';
import type { Scope } from '../../access/scopes.js';
import { databaseNow } from '../../database/clock.js';
import type { CallContext } from '../../database/context.js';
import { aboutOf, type WaiverAbout } from '../../engine/index.js';
import type { Waiver as WaiverRow } from '../../generated/prisma/client.js';
import { AppError } from '../../shared/app-error.js';
import { stateOf, type WaiverState } from './waiver-state.js';

/** A waiver as the API shows it. */
export type Waiver = Omit<WaiverRow, 'about' | 'purlKey' | 'purlVersion'> & {
  readonly about: WaiverAbout;
  readonly state: WaiverState;
};

export function toWaiver(
  { purlKey: _key, purlVersion: _version, ...row }: WaiverRow,
  now: Date,
): Waiver {
  return { ...row, about: aboutOf(row), state: stateOf(row, now) };
}

const waiverNotFound = () => new AppError('waiver-not-found', 'Waiver not found');

/**
 * Finds a waiver. Waivers of projects that the caller has no `scope` for count as absent.
 * @throws {AppError} `waiver-not-found`
 */
export async function requireWaiver(
  context: CallContext,
  scope: Scope,
  id: string,
): Promise<Waiver> {
  const row = await context.prisma.waiver.findUnique({ where: { id } });
  return toWaiver(
    reachable(row, context.caller, scope, waiverNotFound),
    await databaseNow(context),
  );
}
