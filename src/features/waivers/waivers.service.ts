import { ANONYMOUS, projectsFor } from '../../access/caller.js';
import { mapPage, type Page, pageById } from '../../contract/page.js';
import type { CallContext } from '../../database/context.js';
import { isForeignKeyViolation } from '../../database/errors.js';
import { ruleNamed } from '../../engine/index.js';
import { change } from '../../events/index.js';
import { AppError, invalid } from '../../shared/app-error.js';
import { type Purl, readPurl } from '../../vocabulary/purl.js';
import { normalizeId } from '../../vocabulary/vulnerability-ids.js';
import { requireProject, requireReach } from '../projects/index.js';
import { requireRelease } from '../releases/index.js';
import { present, requireWaiver, type Waiver } from './waiver.js';
import { inState } from './waiver-state.js';
import { type CreateWaiver, type ListWaiversQuery, MAX_WAIVER_DAYS } from './waivers.schemas.js';

const DAY_MS = 86_400_000;

const refused = (pointer: string, message: string) => invalid([{ in: 'body', pointer, message }]);

/** What it is for: a release is of one project, which need not be named too. */
async function targetOf(context: CallContext, { projectId, releaseId }: CreateWaiver) {
  if (releaseId !== undefined) {
    if (projectId !== undefined) {
      throw refused('/projectId', 'must be left out beside releaseId: a release has its project');
    }
    const release = await requireRelease(context, 'waivers:request', releaseId);
    return { projectId: release.projectId, releaseId: release.id };
  }
  if (projectId === undefined) throw refused('/projectId', 'is required unless releaseId is given');
  requireReach(context.caller, 'waivers:request', projectId);
  return { projectId, releaseId: null };
}

/** When the waiver expires. */
function endOf({ expiresAt: text, expiresInDays }: CreateWaiver, now: Date): Date {
  if (expiresInDays !== undefined) {
    if (text === undefined) return new Date(now.getTime() + expiresInDays * DAY_MS);
    throw refused('/expiresInDays', 'must not be given together with expiresAt');
  }
  if (text === undefined) throw refused('/expiresAt', 'is required unless expiresInDays is given');
  const expiresAt = new Date(text);
  const days = (expiresAt.getTime() - now.getTime()) / DAY_MS;
  if (Number.isNaN(days)) throw refused('/expiresAt', 'must be a date-time');
  if (days <= 0) throw refused('/expiresAt', 'must be in the future');
  if (days > MAX_WAIVER_DAYS) {
    throw refused('/expiresAt', `must be at most ${MAX_WAIVER_DAYS} days from now`);
  }
  return expiresAt;
}

/** When the waiver expires, and its package. */
function readTerms(input: CreateWaiver, now: Date) {
  const { purl: purlText } = input;
  const expiresAt = endOf(input, now);
  const purl: Purl | undefined = readPurl(purlText);
  if (purlText !== undefined && !purl) throw refused('/purl', 'is no package URL');
  return {
    expiresAt,
    purl: purl?.purl ?? null,
    purlKey: purl?.key ?? null,
    purlVersion: purl?.version ?? null,
  };
}

/**
 * What to answer about a waiver that this caller could not approve.
 * @returns the waiver, if somebody has approved it already
 */
function notApproved(waiver: Waiver): Waiver {
  const { state, createdBy, expiresAt, revokeReason } = waiver;
  if (state === 'approved') return waiver;
  if (state === 'revoked') throw new AppError('waiver-revoked', `It was revoked: ${revokeReason}`);
  if (state === 'expired') {
    const detail = `It expired at ${expiresAt.toISOString()}: ask for a new one`;
    throw new AppError('waiver-expired', detail);
  }
  if (createdBy === ANONYMOUS.subject) {
    const detail = 'Nobody knows who asked for this waiver: ask for it again, with a token';
    throw new AppError('identity-required', detail);
  }
  const detail = 'You asked for this waiver yourself: somebody else has to approve it';
  throw new AppError('four-eyes-required', detail);
}

/** What it matches. */
function ruleOf({ rule, purl }: CreateWaiver): string {
  if (purl !== undefined && ruleNamed(rule)) {
    throw refused(
      '/purl',
      `goes with findings: ${rule} is a rule of policies, and is waived as a whole`,
    );
  }
  return normalizeId(rule);
}

export type WaiversService = ReturnType<typeof waiversService>;

/** Exceptions with an end: asked for by one, approved by another, revoked for good, never removed. */
export function waiversService() {
  return {
    /** @throws {AppError} `validation-failed`, `project-not-found`, `release-not-found` */
    async create(context: CallContext, input: CreateWaiver): Promise<Waiver> {
      const target = await targetOf(context, input);
      // The clock that the limit is measured by: the database checks the same two values.
      const createdAt = new Date();
      const data = {
        ...target,
        ...readTerms(input, createdAt),
        rule: ruleOf(input),
        reason: input.reason,
        createdAt,
        createdBy: context.caller.subject,
      };
      return change(context, async ({ prisma, record }) => {
        const row = await prisma.waiver.create({ data }).catch((error: unknown) => {
          if (!isForeignKeyViolation(error)) throw error;
          throw new AppError('project-not-found', 'Project not found');
        });
        const { id, rule, purl, expiresAt } = row;
        const requested = { rule, purl, expiresAt: expiresAt.toISOString() };
        record('waiver.requested', { id, ...target, data: requested });
        return present(row);
      });
    },

    /** @throws {AppError} `waiver-not-found` */
    get(context: CallContext, id: string): Promise<Waiver> {
      return requireWaiver(context, 'waivers:read', id);
    },

    /** The newest first. @throws {AppError} `project-not-found` */
    async list(
      context: CallContext,
      { limit, cursor, project, state }: ListWaiversQuery,
    ): Promise<Page<Waiver>> {
      const { caller, prisma } = context;
      if (project !== undefined) requireReach(caller, 'waivers:read', project);
      const among = project === undefined ? projectsFor(caller, 'waivers:read') : [project];
      const rows = await prisma.waiver.findMany({
        where: {
          ...(among !== null && { projectId: { in: [...among] } }),
          ...(state !== 'all' && inState(state, new Date())),
          ...(cursor !== undefined && { id: { lt: cursor } }),
        },
        orderBy: { id: 'desc' },
        take: limit + 1,
      });
      if (rows.length === 0 && project !== undefined) await requireProject(context, project);
      return mapPage(pageById(rows, limit), present);
    },

    /**
     * Counts from now on. Approving again changes nothing, whoever does.
     * @throws {AppError} `waiver-not-found`, `identity-required`, `four-eyes-required`, `waiver-expired`, `waiver-revoked`
     */
    async approve(context: CallContext, id: string): Promise<Waiver> {
      const { caller } = context;
      await requireWaiver(context, 'waivers:approve', id);
      if (caller.subject === ANONYMOUS.subject) {
        const detail =
          'Callers are not told apart here: nobody can show that they are somebody else. Start the server with AUTH_MODE=token';
        throw new AppError('identity-required', detail);
      }
      return change(context, async (changing) => {
        const [row] = await changing.prisma.waiver.updateManyAndReturn({
          where: {
            id,
            ...inState('requested', new Date()),
            createdBy: { not: ANONYMOUS.subject },
            // Alice is alice.
            NOT: { createdBy: { equals: caller.subject, mode: 'insensitive' } },
          },
          data: { approvedBy: caller.subject },
        });
        if (!row) {
          const waiver = await requireWaiver(changing, 'waivers:approve', id);
          return changing.unchanged(notApproved(waiver));
        }
        const { projectId, releaseId, createdBy } = row;
        const data = { requestedBy: createdBy };
        changing.record('waiver.approved', { id: row.id, projectId, releaseId, data });
        return present(row);
      });
    },

    /**
     * Does not count from now on, for good. Revoking again for the same reason changes nothing.
     * @throws {AppError} `waiver-not-found`, `waiver-revoked`
     */
    async revoke(context: CallContext, id: string, reason: string): Promise<Waiver> {
      await requireWaiver(context, 'waivers:approve', id);
      return change(context, async (changing) => {
        const { caller, prisma, record, unchanged } = changing;
        const [row] = await prisma.waiver.updateManyAndReturn({
          where: { id, revokedAt: null },
          data: { revokedBy: caller.subject, revokeReason: reason },
        });
        if (row) {
          const { projectId, releaseId, approvedBy } = row;
          record('waiver.revoked', { id: row.id, projectId, releaseId, data: { approvedBy } });
          return present(row);
        }
        const waiver = await requireWaiver(changing, 'waivers:approve', id);
        if (waiver.revokeReason === reason) return unchanged(waiver);
        throw new AppError('waiver-revoked', `It was revoked before: ${waiver.revokeReason}`);
      });
    },
  };
}
