import { projectsFor } from '../../access/caller.js';
import { reachable } from '../../access/reachable.js';
import { type Page, pageById } from '../../contract/page.js';
import { databaseNow } from '../../database/clock.js';
import type { CallContext } from '../../database/context.js';
import { lockRow } from '../../database/lock-row.js';
import { change } from '../../events/index.js';
import { AppError, invalidAt } from '../../shared/app-error.js';
import { hasHappened } from '../../shared/once-with-reason.js';
import { requireProject, requireReach } from '../projects/index.js';
import { requireReleaseRef } from '../releases/index.js';
import type { CreateLegalHold, LegalHold, ListLegalHoldsQuery } from './holds.schemas.js';

const SCOPE = 'holds:write';

const holdNotFound = () => new AppError('legal-hold-not-found', 'Legal hold not found');

async function requireHold({ caller, prisma }: CallContext, id: string): Promise<LegalHold> {
  const row = await prisma.legalHold.findUnique({ where: { id: id.toLowerCase() } });
  return reachable(row, caller, SCOPE, holdNotFound);
}

export type HoldsService = ReturnType<typeof holdsService>;

/** Legal holds. The function of the database that removes documents asks for them. */
export function holdsService() {
  return {
    /** @throws {AppError} `project-not-found`, `release-not-found`, `validation-failed` */
    async place(
      context: CallContext,
      { projectId, releaseId, reason }: CreateLegalHold,
    ): Promise<LegalHold> {
      requireReach(context.caller, SCOPE, projectId);
      await requireProject(context, projectId);
      const release =
        releaseId === undefined ? undefined : await requireReleaseRef(context, SCOPE, releaseId);
      if (release && release.projectId !== projectId)
        throw invalidAt('body', '/releaseId', 'must be a release of this project');
      return change(context, async ({ caller, prisma, record }) => {
        const row = await prisma.legalHold.create({
          data: { projectId, releaseId: release?.id ?? null, reason, createdBy: caller.subject },
        });
        const { id, releaseId: of } = row;
        record('legal-hold.placed', { id, projectId, releaseId: of, data: { release: of } });
        return row;
      });
    },

    /**
     * Lifts a hold permanently. Repeating the call with the same reason has no effect.
     * @throws {AppError} `legal-hold-not-found`, `legal-hold-lifted`
     */
    lift(context: CallContext, holdId: string, reason: string): Promise<LegalHold> {
      return change(context, async (changing) => {
        const { caller, prisma, record, unchanged } = changing;
        const { id } = await requireHold(changing, holdId);
        await lockRow(changing, 'legal_holds', id);
        const before = await requireHold(changing, id);
        const once = { stored: before.liftReason, reason, what: 'legal hold', done: 'lifted' };
        if (hasHappened({ ...once, code: 'legal-hold-lifted' })) return unchanged(before);
        const row = await prisma.legalHold.update({
          where: { id },
          data: {
            liftedAt: await databaseNow(changing),
            liftedBy: caller.subject,
            liftReason: reason,
          },
        });
        const { projectId, releaseId } = row;
        record('legal-hold.lifted', { id, projectId, releaseId, data: { release: releaseId } });
        return row;
      });
    },

    /** Lists the newest first. */
    async list(
      { caller, prisma }: CallContext,
      { limit, cursor, projectId, state }: ListLegalHoldsQuery,
    ): Promise<Page<LegalHold>> {
      const reached = projectsFor(caller, SCOPE);
      const rows = await prisma.legalHold.findMany({
        where: {
          ...(state !== 'all' && { liftedAt: state === 'lifted' ? { not: null } : null }),
          ...(cursor !== undefined && { id: { lt: cursor } }),
          AND: [
            ...(reached === null ? [] : [{ projectId: { in: [...reached] } }]),
            ...(projectId === undefined ? [] : [{ projectId }]),
          ],
        },
        orderBy: { id: 'desc' },
        take: limit + 1,
      });
      return pageById(rows, limit);
    },
  };
}
