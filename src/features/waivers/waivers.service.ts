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

/** Finds what the waiver is for. A release implies its project. */
async function targetOf(context: CallContext, { projectId, releaseId }: CreateWaiver) {
  if (releaseId !== undefined) {
    if (projectId !== undefined) {
      throw refused(
        '/projectId',
        'must be absent if releaseId is given: the release has its project',
      );
    }
    const release = await requireRelease(context, 'waivers:request', releaseId);
    return { projectId: release.projectId, releaseId: release.id };
  }
  if (projectId === undefined) throw refused('/projectId', 'is required unless releaseId is given');
  requireReach(context.caller, 'waivers:request', projectId);
  return { projectId, releaseId: null };
}

/** @throws {AppError} `validation-failed` */
function expiryOf({ expiresAt: text, expiresInDays }: CreateWaiver, now: Date): Date {
  if (expiresInDays !== undefined) {
    if (text === undefined) return new Date(now.getTime() + expiresInDays * DAY_MS);
    throw refused('/expiresInDays', 'must be absent if expiresAt is given');
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

/** The expiry and the package of the waiver, as the database stores them. */
function readTerms(input: CreateWaiver, now: Date) {
  const { purl: purlText } = input;
  const expiresAt = expiryOf(input, now);
  const purl: Purl | undefined = readPurl(purlText);
  if (purlText !== undefined && !purl)
    throw refused('/purl', 'is not a package URL, such as pkg:npm/fastify@5.0.0');
  return {
    expiresAt,
    purl: purl?.purl ?? null,
    purlKey: purl?.key ?? null,
    purlVersion: purl?.version ?? null,
  };
}

/**
 * Explains why this caller could not approve the waiver.
 * @returns the waiver, if it is approved already
 * @throws {AppError} otherwise
 */
function notApproved(waiver: Waiver): Waiver {
  const { state, createdBy, expiresAt, revokeReason } = waiver;
  if (state === 'approved') return waiver;
  if (state === 'revoked') {
    throw new AppError('waiver-revoked', `The waiver was revoked: ${revokeReason}`);
  }
  if (state === 'expired') {
    const detail = `The waiver expired at ${expiresAt.toISOString()}. Request a new one: POST /waivers`;
    throw new AppError('waiver-expired', detail);
  }
  if (createdBy === ANONYMOUS.subject) {
    const detail =
      'The waiver was requested without authentication. Request it again with a token: POST /waivers';
    throw new AppError('identity-required', detail);
  }
  const detail = 'You requested this waiver yourself. Another person must approve it';
  throw new AppError('four-eyes-required', detail);
}

/** The rule in the spelling that findings have. */
function ruleOf({ rule, purl }: CreateWaiver): string {
  if (purl !== undefined && ruleNamed(rule)) {
    throw refused(
      '/purl',
      `must be absent: ${rule} is a rule of policies and can only be waived as a whole`,
    );
  }
  return normalizeId(rule);
}

export type WaiversService = ReturnType<typeof waiversService>;

/** Waivers. One person requests a waiver, another approves it. Revocation is permanent, and waivers are kept. */
export function waiversService() {
  return {
    /** @throws {AppError} `validation-failed`, `project-not-found`, `release-not-found` */
    async create(context: CallContext, input: CreateWaiver): Promise<Waiver> {
      const target = await targetOf(context, input);
      // The database checks the limit between createdAt and expiresAt, so both use this clock.
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

    /** Lists the newest first. @throws {AppError} `project-not-found` */
    async list(
      context: CallContext,
      { limit, cursor, project, state }: ListWaiversQuery,
    ): Promise<Page<Waiver>> {
      const { caller, prisma } = context;
      if (project !== undefined) requireReach(caller, 'waivers:read', project);
      const projects = project === undefined ? projectsFor(caller, 'waivers:read') : [project];
      const rows = await prisma.waiver.findMany({
        where: {
          ...(projects !== null && { projectId: { in: [...projects] } }),
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
     * Approves the waiver, which counts from now on. Approving again has no effect.
     * @throws {AppError} `waiver-not-found`, `identity-required`, `four-eyes-required`, `waiver-expired`, `waiver-revoked`
     */
    async approve(context: CallContext, id: string): Promise<Waiver> {
      const { caller } = context;
      await requireWaiver(context, 'waivers:approve', id);
      if (caller.subject === ANONYMOUS.subject) {
        const detail =
          'Approval needs authenticated callers, and this server runs with AUTH_MODE=none. Start it with AUTH_MODE=token';
        throw new AppError('identity-required', detail);
      }
      return change(context, async (changing) => {
        const [row] = await changing.prisma.waiver.updateManyAndReturn({
          where: {
            id,
            ...inState('requested', new Date()),
            createdBy: { not: ANONYMOUS.subject },
            // Subjects that differ only in case can stand for the same person.
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
     * Revokes the waiver permanently. Revoking again for the same reason has no effect.
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
        throw new AppError('waiver-revoked', `The waiver was revoked: ${waiver.revokeReason}`);
      });
    },
  };
}
