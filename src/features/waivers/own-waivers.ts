import type { Caller } from '../../access/caller.js';
import { isSamePerson } from '../../access/four-eyes.js';
import { databaseNow } from '../../database/clock.js';
import { lockRow } from '../../database/lock-row.js';
import type { ChangeContext } from '../../events/index.js';
import { whereState } from './waiver-state.js';

/** Why a waiver was revoked that nobody revoked by a call. */
export const OWN_WAIVER =
  'The requester and the approver are one person: an admin linked their names';

/**
 * Revokes waivers that count and that the person both requested and approved, under names that an admin links now. It
 * reads all waivers that count, because the form in which names are compared is not stored. Links are rare.
 */
export async function revokeOwnWaivers(
  changing: ChangeContext,
  person: Pick<Caller, 'subject' | 'aliases'>,
): Promise<void> {
  const { caller, prisma, record } = changing;
  const rows = await prisma.waiver.findMany({
    where: whereState('approved', await databaseNow(changing)),
    select: { id: true, createdBy: true, approvedBy: true, createdAt: true },
    orderBy: { id: 'asc' },
  });
  for (const { id, createdBy, approvedBy, createdAt } of rows) {
    const is = (name: string) => isSamePerson(person, name, createdAt);
    if (approvedBy === null || !is(createdBy) || !is(approvedBy)) continue;
    await lockRow(changing, 'waivers', id);
    const { count } = await prisma.waiver.updateMany({
      where: { id, revokedAt: null },
      data: { revokedBy: caller.subject, revokeReason: OWN_WAIVER },
    });
    if (count === 0) continue; // revoked meanwhile
    const { projectId, releaseId } = await prisma.waiver.findUniqueOrThrow({ where: { id } });
    record('waiver.revoked', { id, projectId, releaseId, data: { approvedBy } });
  }
}
