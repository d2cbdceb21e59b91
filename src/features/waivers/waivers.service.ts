import { ownRequest, requireIdentity, requireOtherSubject } from '../../access/four-eyes.js';
import { requirePurl } from '../../contract/purl.js';
import { databaseNow } from '../../database/clock.js';
import type { CallContext } from '../../database/context.js';
import { isCheckViolation, isForeignKeyViolation } from '../../database/errors.js';
import { lockRow } from '../../database/lock-row.js';
import { aboutOf, ruleNamed } from '../../engine/index.js';
import { type ChangeContext, change } from '../../events/index.js';
import type { Prisma } from '../../generated/prisma/client.js';
import { currentCaller } from '../../security/authentication/identity.js';
import { AppError, invalidAt } from '../../shared/app-error.js';
import { hasHappened } from '../../shared/once-with-reason.js';
import { normalizeId } from '../../vocabulary/vulnerability-ids.js';
import { requireReach } from '../projects/index.js';
import { requireReleaseRef } from '../releases/index.js';
import { fingerprintsFor, type MatchedWaiver, withMatches } from './matches.js';
import { requireWaiver, toWaiver, type Waiver } from './waiver.js';
import { listEndingWaivers, listWaivers } from './waiver-lists.js';
import { waiverSha256 } from './waiver-statement.js';
import { type CreateWaiver, MAX_WAIVER_DAYS } from './waivers.schemas.js';

const DAY_MS = 86_400_000;

/** Finds what the waiver is for. A release implies its project. */
async function targetOf(context: CallContext, { projectId, releaseId }: CreateWaiver) {
  if (releaseId !== undefined) {
    if (projectId !== undefined) {
      throw invalidAt(
        'body',
        '/projectId',
        'must be absent if releaseId is given: the release has its project',
      );
    }
    const release = await requireReleaseRef(context, 'waivers:request', releaseId);
    return { projectId: release.projectId, releaseId: release.id };
  }
  if (projectId === undefined)
    throw invalidAt('body', '/projectId', 'is required unless releaseId is given');
  requireReach(context.caller, 'waivers:request', projectId);
  return { projectId, releaseId: null };
}

/** @throws {AppError} `validation-failed` */
function expiryOf({ expiresAt: text, expiresInDays }: CreateWaiver, now: Date): Date {
  if (expiresInDays !== undefined) {
    if (text === undefined) return new Date(now.getTime() + expiresInDays * DAY_MS);
    throw invalidAt('body', '/expiresInDays', 'must be absent if expiresAt is given');
  }
  if (text === undefined)
    throw invalidAt('body', '/expiresAt', 'is required unless expiresInDays is given');
  const expiresAt = new Date(text);
  const days = (expiresAt.getTime() - now.getTime()) / DAY_MS;
  if (Number.isNaN(days)) throw invalidAt('body', '/expiresAt', 'must be a date-time');
  if (days <= 0) throw invalidAt('body', '/expiresAt', 'must be in the future');
  if (days > MAX_WAIVER_DAYS) {
    throw invalidAt('body', '/expiresAt', `must be at most ${MAX_WAIVER_DAYS} days from now`);
  }
  return expiresAt;
}

/** The expiry and the package of the waiver, as the database stores them. */
function readTerms(input: CreateWaiver, now: Date) {
  const expiresAt = expiryOf(input, now);
  const purl = input.purl === undefined ? undefined : requirePurl('body', input.purl);
  return {
    expiresAt,
    purl: purl?.purl ?? null,
    purlKey: purl?.key ?? null,
    purlVersion: purl?.version ?? null,
  };
}

/** @throws {AppError} `waiver-revoked`, `waiver-expired` */
function requireOpen({ state, expiresAt, revokeReason }: Waiver): void {
  if (state === 'revoked')
    throw new AppError('waiver-revoked', `The waiver was revoked: ${revokeReason}`);
  if (state !== 'expired') return;
  const detail = `The waiver expired at ${expiresAt.toISOString()}. Request a new one: POST /waivers`;
  throw new AppError('waiver-expired', detail);
}

/**
 * The waiver that a change is about, kept from other changes until it is done.
 * @throws {AppError} `waiver-not-found`
 */
async function lock(context: ChangeContext, id: string): Promise<Waiver> {
  // First without the lock: a caller of other projects must not make this one's callers wait.
  await requireWaiver(context, 'waivers:approve', id);
  await lockRow(context, 'waivers', id);
  return requireWaiver(context, 'waivers:approve', id);
}

/** Changes a waiver and returns it with what its events are about. */
async function update(context: ChangeContext, id: string, data: Prisma.WaiverUpdateInput) {
  const row = await context.prisma.waiver.update({ where: { id }, data });
  const { projectId, releaseId } = row;
  const now = await databaseNow(context);
  return { row, waiver: toWaiver(row, now), about: { id: row.id, projectId, releaseId } };
}

/** What the waiver is about, and its rule in the spelling that findings have. @throws {AppError} `validation-failed` */
function subjectOf({ rule: text, purl, fingerprints, about: said }: CreateWaiver) {
  const rule = normalizeId(text);
  const about = aboutOf({ rule, purl: purl ?? null, about: said });
  if (about === 'finding') return { rule, about };
  const known = ruleNamed(rule);
  if (known?.waivable === false) {
    const message = `cannot be waived: only people decide what ${rule} asks for`;
    throw invalidAt('body', '/rule', message);
  }
  if (!known) {
    throw invalidAt('body', '/rule', 'is not a rule of policies, as `about` says');
  }
  if (purl !== undefined) {
    const message = `must be absent: ${rule} is a rule of policies and can only be waived as a whole`;
    throw invalidAt('body', '/purl', message);
  }
  if (fingerprints !== undefined) {
    const message = `must be absent: ${rule} is a rule of policies and can only be waived as a whole`;
    throw invalidAt('body', '/fingerprints', message);
  }
  return { rule, about };
}

export type WaiversService = ReturnType<typeof waiversService>;

/** Waivers. One person requests a waiver, another approves it. Revocation is permanent, and waivers are kept. */
export function waiversService() {
  return {
    /** @throws {AppError} `validation-failed`, `project-not-found`, `release-not-found` */
    async create(context: CallContext, input: CreateWaiver): Promise<MatchedWaiver> {
      const target = await targetOf(context, input);
      const subject = subjectOf(input);
      const waiver = await change(context, async (changing) => {
        const { caller, prisma, record } = changing;
        // Limits count by the clock that verdicts use, which may differ from the server's.
        const createdAt = await databaseNow(changing);
        const terms = readTerms(input, createdAt);
        const stated = { ...target, rule: subject.rule, purl: terms.purl };
        const named = subject.about === 'finding' ? input.fingerprints : [];
        const data = {
          ...target,
          ...terms,
          ...subject,
          fingerprints: named?.toSorted() ?? (await fingerprintsFor(changing, stated)),
          reason: input.reason,
          createdAt,
          createdBy: caller.subject,
        };
        const row = await prisma.waiver.create({ data }).catch((error: unknown) => {
          if (!isForeignKeyViolation(error)) throw error;
          throw new AppError('project-not-found', 'Project not found');
        });
        const { id, rule, purl, expiresAt } = row;
        const requested = {
          ...subject,
          rule,
          purl,
          expiresAt: expiresAt.toISOString(),
          sha256: waiverSha256(row),
        };
        record('waiver.requested', { id, ...target, data: requested });
        return toWaiver(row, createdAt);
      });
      return withMatches(context, waiver);
    },

    /** @throws {AppError} `waiver-not-found` */
    async get(context: CallContext, id: string): Promise<MatchedWaiver> {
      return withMatches(context, await requireWaiver(context, 'waivers:read', id));
    },

    list: listWaivers,
    ending: listEndingWaivers,

    /**
     * Approves the waiver, which counts from now on. Approving again has no effect.
     * @throws {AppError} `waiver-not-found`, `identity-required`, `four-eyes-required`, `waiver-expired`,
     * `waiver-revoked`
     */
    async approve(context: CallContext, id: string): Promise<MatchedWaiver> {
      const waiver = await change(context, async (changing) => {
        const { record, unchanged } = changing;
        const caller = await currentCaller(changing);
        const before = await lock(changing, id);
        requireIdentity(caller);
        if (before.state === 'approved') return unchanged(before);
        requireOpen(before);
        requireOtherSubject(caller, before.createdBy, before.createdAt, 'waiver');
        const data = { approvedBy: caller.subject };
        const updated = await update(changing, before.id, data).catch((error: unknown) => {
          // Its collation may find two subjects equal that JavaScript does not.
          throw isCheckViolation(error) ? ownRequest('waiver') : error;
        });
        const approved = { requestedBy: before.createdBy, sha256: waiverSha256(updated.row) };
        record('waiver.approved', { ...updated.about, data: approved });
        return updated.waiver;
      });
      return withMatches(context, waiver);
    },

    /**
     * Revokes the waiver permanently. Revoking again for the same reason has no effect.
     * @throws {AppError} `waiver-not-found`, `waiver-revoked`
     */
    async revoke(context: CallContext, id: string, reason: string): Promise<MatchedWaiver> {
      const waiver = await change(context, async (changing) => {
        const { caller, record, unchanged } = changing;
        const before = await lock(changing, id);
        const once = { stored: before.revokeReason, reason, what: 'waiver', done: 'revoked' };
        if (hasHappened({ ...once, code: 'waiver-revoked' })) return unchanged(before);
        const data = { revokedBy: caller.subject, revokeReason: reason };
        const { waiver: changed, about } = await update(changing, before.id, data);
        record('waiver.revoked', { ...about, data: { approvedBy: before.approvedBy } });
        return changed;
      });
      return withMatches(context, waiver);
    },
  };
}
