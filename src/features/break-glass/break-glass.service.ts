import { hash } from 'node:crypto';
import type { Caller } from '../../access/caller.js';
import {
  isSamePerson,
  namesOfCaller,
  ownRequest,
  requireOtherSubject,
  requirePerson,
} from '../../access/four-eyes.js';
import { databaseNow } from '../../database/clock.js';
import type { CallContext } from '../../database/context.js';
import { takeTurn } from '../../database/turns.js';
import { type ChangeContext, change } from '../../events/index.js';
import { currentCaller } from '../../security/authentication/identity.js';
import { AppError, invalidAt } from '../../shared/app-error.js';
import { requireRecentSignIn } from '../environments/index.js';
import { requireReleaseRef } from '../releases/index.js';
import {
  ownReviews,
  requireBreakGlass,
  type ShownRow,
  stateOf,
  toBreakGlass,
  WITH_RELEASE,
  whereState,
} from './break-glass.js';
import type { BreakGlass, CreateBreakGlass } from './break-glass.schemas.js';
import { CONFIRM_MINUTES, endOf } from './limits.js';

/** Requests about the same release and environment take turns, so that one is open at a time. */
export const takeBreakGlassTurn = (
  context: ChangeContext,
  releaseId: string,
  environment: string,
) => takeTurn(context, ['break-glass', releaseId, environment]);

/** The row again, in its turn. */
export const readAgain = ({ prisma }: ChangeContext, id: string): Promise<ShownRow> =>
  prisma.breakGlass.findUniqueOrThrow({ where: { id }, ...WITH_RELEASE });

export const isOwn = (caller: Caller, row: ShownRow): boolean => {
  const own = new Set(namesOfCaller(caller));
  const did = (by: string | null, at: Date | null, keys: readonly string[]) =>
    keys.some((key) => own.has(key)) ||
    (by !== null && at !== null && isSamePerson(caller, by, at));
  return (
    did(row.requestedBy, row.requestedAt, row.requesterKeys) ||
    did(row.confirmedBy, row.confirmedAt, row.confirmerKeys)
  );
};

/** The error for a second one. It has the first. */
function alreadyOpen(row: ShownRow, now: Date): AppError {
  const shown = toBreakGlass(row, now);
  const { id, requestedBy, environment, state, next } = shown;
  const detail = [
    `${requestedBy} broke the glass for this release in ${environment}${state === 'pending' ? ', and it waits for a second person' : ''}`,
    next,
    ...(state === 'pending' ? [`To take it back: POST /break-glass/${id}/end`] : []),
  ].join('. ');
  return new AppError('break-glass-open', detail, { members: { breakGlass: shown } });
}

interface Target {
  readonly releaseId: string;
  readonly projectId: number;
}

/** @throws {AppError} `release-revoked`: one person does not pass that */
async function requireNotRevoked({ prisma }: ChangeContext, releaseId: string): Promise<void> {
  const release = await prisma.release.findUniqueOrThrow({ where: { id: releaseId } });
  if (release.state !== 'revoked') return;
  const detail = [
    `${release.version} is revoked: ${release.revokedReason ?? ''}`,
    'One person does not pass that. Break the glass with "force": true, which a second person confirms',
  ].join('. ');
  throw new AppError('release-revoked', detail);
}

async function findCurrent(
  { prisma }: ChangeContext,
  { releaseId }: Target,
  environmentName: string,
  now: Date,
): Promise<ShownRow | null> {
  const current = { OR: [whereState('pending', now), whereState('open', now)] };
  return prisma.breakGlass.findFirst({
    where: { releaseId, environmentName, ...current },
    orderBy: { id: 'desc' },
    ...WITH_RELEASE,
  });
}

async function insert(
  { prisma, record }: ChangeContext,
  caller: Caller,
  target: Target,
  { environment, reason, minutes, force }: CreateBreakGlass,
  now: Date,
): Promise<ShownRow> {
  const via = caller.via ?? 'token';
  const endsAt = endOf(now, minutes);
  const row = await prisma.breakGlass.create({
    data: {
      ...{ ...target, environmentName: environment, reason, minutes, force },
      ...{ requestedAt: now, requestedBy: caller.subject, requestedVia: via },
      requesterKeys: namesOfCaller(caller),
      ...(!force && { openedAt: now, endsAt }),
    },
    ...WITH_RELEASE,
  });
  const about = { id: row.id, ...target };
  const data = { environment, minutes, force, requestedVia: via };
  record('break-glass.requested', {
    ...about,
    data: { ...data, reasonSha256: hash('sha256', reason, 'hex') },
  });
  if (!force) {
    const opened = { environment, endsAt: endsAt.toISOString() };
    record('break-glass.opened', { ...about, data: opened });
  }
  return row;
}

/** What a request to break the glass did. */
export interface Broken {
  readonly breakGlass: BreakGlass;
  readonly created: boolean;
}

export type BreakGlassService = ReturnType<typeof breakGlassService>;

/**
 * Breaking the glass, confirming and ending it. It is kept.
 * @param onOpened called when the gate begins to let a release pass
 */
export function breakGlassService(onOpened: (force: boolean) => void) {
  return {
    /**
     * Opens it, or asks for a second person with force. Asking for the same again has no effect.
     * @throws {AppError} `release-not-found`, `identity-required`, `recent-sign-in-required`, `validation-failed`,
     * `release-revoked`, `break-glass-open`
     */
    async create(
      context: CallContext,
      releaseId: string,
      input: CreateBreakGlass,
    ): Promise<Broken> {
      const scope = 'deployments:break-glass';
      const { id, projectId } = await requireReleaseRef(context, scope, releaseId);
      requirePerson(context.caller, 'Breaking the glass');
      const { environment, reason, minutes, force } = input;
      await requireRecentSignIn(context, [environment]);
      if ((await context.prisma.environment.count({ where: { name: environment } })) === 0) {
        throw invalidAt('body', '/environment', `does not exist: ${environment}`);
      }
      const target = { releaseId: id, projectId };
      return change(context, async (changing): Promise<Broken> => {
        const caller = await currentCaller(changing);
        const now = await takeBreakGlassTurn(changing, id, environment);
        const current = await findCurrent(changing, target, environment, now);
        if (current) {
          const isSame =
            isSamePerson(caller, current.requestedBy, current.requestedAt) &&
            current.reason === reason &&
            current.minutes === minutes &&
            current.force === force;
          if (!isSame) throw alreadyOpen(current, now);
          return changing.unchanged({ breakGlass: toBreakGlass(current, now), created: false });
        }
        if (!force) await requireNotRevoked(changing, id);
        const row = await insert(changing, caller, target, input, now);
        if (!force) onOpened(false);
        return { breakGlass: toBreakGlass(row, now), created: true };
      });
    },

    /**
     * Opens what waits for its second person. Confirming again has no effect.
     * @throws {AppError} `break-glass-not-found`, `identity-required`, `recent-sign-in-required`,
     * `four-eyes-required`, `break-glass-open`, `break-glass-ended`
     */
    async confirm(context: CallContext, id: string): Promise<BreakGlass> {
      const found = await requireBreakGlass(context, 'deployments:break-glass', id);
      requirePerson(context.caller, 'Confirming a break-glass');
      await requireRecentSignIn(context, [found.environmentName]);
      return change(context, async (changing) => {
        const { prisma, record } = changing;
        const caller = await currentCaller(changing);
        const { releaseId, environmentName: environment } = found;
        const now = await takeBreakGlassTurn(changing, releaseId, environment);
        const row = await readAgain(changing, id);
        const { requestedBy, requestedAt, confirmedBy, confirmedAt, projectId } = row;
        const state = stateOf(row, now);
        if (state === 'open' && confirmedBy !== null && confirmedAt !== null) {
          if (isSamePerson(caller, confirmedBy, confirmedAt)) {
            return changing.unchanged(toBreakGlass(row, now));
          }
          const detail = `${confirmedBy} confirmed it already, and it is open`;
          throw new AppError('break-glass-open', detail);
        }
        if (state === 'open') {
          throw new AppError(
            'break-glass-open',
            'It is open without force, so it needs no confirmation',
          );
        }
        if (state !== 'pending') {
          const detail = [
            `It can be confirmed within ${CONFIRM_MINUTES} minutes, unless it is ended before`,
            `Break the glass again: POST /releases/${releaseId}/break-glass`,
          ].join('. ');
          throw new AppError('break-glass-ended', detail);
        }
        requireOtherSubject(caller, requestedBy, requestedAt, 'break-glass');
        if (isOwn(caller, row)) throw ownRequest('break-glass');
        const via = caller.via ?? 'token';
        const endsAt = endOf(now, row.minutes);
        const updated = await prisma.breakGlass.update({
          where: { id },
          data: {
            ...{ confirmedAt: now, confirmedBy: caller.subject, confirmedVia: via },
            ...{ confirmerKeys: namesOfCaller(caller), openedAt: now, endsAt },
          },
          ...WITH_RELEASE,
        });
        record('break-glass.confirmed', {
          ...{ id, projectId, releaseId },
          data: { environment, requestedBy, confirmedVia: via, endsAt: endsAt.toISOString() },
        });
        onOpened(true);
        return toBreakGlass(updated, now);
      });
    },

    /**
     * Ends it before its time, or takes the request back. Ending what is over has no effect. A program can: it makes
     * the gate stricter.
     * @throws {AppError} `break-glass-not-found`
     */
    async end(context: CallContext, id: string): Promise<BreakGlass> {
      const found = await requireBreakGlass(context, 'deployments:break-glass', id);
      return change(context, async (changing) => {
        const { caller, prisma, record } = changing;
        const { releaseId, environmentName: environment, projectId } = found;
        const now = await takeBreakGlassTurn(changing, releaseId, environment);
        const row = await readAgain(changing, id);
        const state = stateOf(row, now);
        if (state !== 'open' && state !== 'pending') {
          return changing.unchanged(toBreakGlass(row, now, await ownReviews(changing, [row])));
        }
        const updated = await prisma.breakGlass.update({
          where: { id },
          data: { endedAt: now, endedBy: caller.subject, endedBecause: 'ended' },
          ...WITH_RELEASE,
        });
        record('break-glass.ended', {
          ...{ id, projectId, releaseId },
          data: { environment, because: 'ended' },
        });
        return toBreakGlass(updated, await databaseNow(changing));
      });
    },
  };
}
