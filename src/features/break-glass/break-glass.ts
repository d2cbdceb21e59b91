import { reachable } from '../../access/reachable.js';
import type { Scope } from '../../access/scopes.js';
import type { CallContext } from '../../database/context.js';
import type { BreakGlass as BreakGlassRow, Prisma } from '../../generated/prisma/client.js';
import { AppError } from '../../shared/app-error.js';
import { minuteUtc } from '../../shared/text.js';
import type { BreakGlass, BreakGlassState } from './break-glass.schemas.js';
import { CONFIRM_MINUTES, confirmUntil, REVIEW_HOURS, reviewDueAt } from './limits.js';

export const WITH_RELEASE = { include: { release: { select: { version: true } } } } as const;

export type ShownRow = BreakGlassRow & { readonly release: { readonly version: string } };

type Moments = Pick<
  BreakGlassRow,
  'requestedAt' | 'openedAt' | 'endsAt' | 'endedAt' | 'reviewedAt'
>;

export function stateOf(row: Moments, now: Date): BreakGlassState {
  const { requestedAt, openedAt, endsAt, endedAt, reviewedAt } = row;
  if (reviewedAt) return 'reviewed';
  if (!openedAt) return !endedAt && now < confirmUntil(requestedAt) ? 'pending' : 'unconfirmed';
  if (!endedAt && endsAt !== null && now < endsAt) return 'open';
  return now < reviewDueAt(openedAt) ? 'review' : 'overdue';
}

/** The condition for rows in this state at `now`, for Prisma. */
export function whereState(state: BreakGlassState, now: Date): Prisma.BreakGlassWhereInput {
  const before = (minutes: number) => new Date(now.getTime() - minutes * 60_000);
  const due = before(REVIEW_HOURS * 60);
  const asked = before(CONFIRM_MINUTES);
  const over = { OR: [{ endedAt: { not: null } }, { endsAt: { lte: now } }] };
  const conditions: Record<BreakGlassState, Prisma.BreakGlassWhereInput> = {
    pending: { openedAt: null, endedAt: null, requestedAt: { gt: asked } },
    unconfirmed: {
      openedAt: null,
      OR: [{ endedAt: { not: null } }, { requestedAt: { lte: asked } }],
    },
    open: { endedAt: null, endsAt: { gt: now }, reviewedAt: null },
    review: { openedAt: { gt: due }, reviewedAt: null, ...over },
    overdue: { openedAt: { lte: due }, reviewedAt: null, ...over },
    reviewed: { reviewedAt: { not: null } },
  };
  return conditions[state];
}

const minuteOf = (time: Date) => minuteUtc(time.toISOString());

/** The next step in words. */
function nextOf(row: ShownRow, state: BreakGlassState): string {
  const { id, requestedAt, endsAt, openedAt, environmentName: environment } = row;
  const review = () => {
    const due = openedAt ? minuteOf(reviewDueAt(openedAt)) : '';
    const who =
      row.confirmedBy === null ? row.requestedBy : `${row.requestedBy} and not ${row.confirmedBy}`;
    return `A person who is not ${who} reviews it by ${due}: POST /break-glass/${id}/review`;
  };
  const steps: Record<BreakGlassState, () => string> = {
    pending: () =>
      `A second person confirms it by ${minuteOf(confirmUntil(requestedAt))}: POST /break-glass/${id}/confirm`,
    unconfirmed: () => 'Nothing: it never opened. Break the glass again if you need it',
    open: () =>
      [
        `Deploy to ${environment} by ${endsAt ? minuteOf(endsAt) : ''}, and record it`,
        `When you are done, end it: POST /break-glass/${id}/end`,
      ].join('. '),
    review,
    overdue: review,
    reviewed: () => 'Nothing: it is reviewed',
  };
  return steps[state]();
}

const viaOf = (via: string | null) => (via === null || via === 'sign-in' ? via : 'token');

/** The break-glass as the API shows it. */
export function toBreakGlass(row: ShownRow, now: Date): BreakGlass {
  const {
    requesterKeys: _requester,
    confirmerKeys: _confirmer,
    reviewerKeys: _reviewer,
    ...rest
  } = row;
  const { environmentName, finding, actions, reviewedAt, reviewedBy, reviewedVia, ...shown } = rest;
  const { remindedAt: _reminded, ...members } = shown;
  const state = stateOf(row, now);
  const { openedAt, force, requestedAt } = row;
  const isReviewed = reviewedAt !== null && reviewedBy !== null && finding !== null;
  return {
    ...members,
    environment: environmentName,
    requestedVia: viaOf(row.requestedVia) ?? 'token',
    confirmedVia: viaOf(row.confirmedVia),
    endedBecause:
      row.endedBecause === 'person-disabled' || row.endedBecause === null
        ? row.endedBecause
        : 'ended',
    state,
    confirmUntil: force ? confirmUntil(requestedAt) : null,
    reviewDueAt: openedAt && reviewDueAt(openedAt),
    review: isReviewed
      ? { finding, actions, reviewedAt, reviewedBy, reviewedVia: viaOf(reviewedVia) ?? 'token' }
      : null,
    next: nextOf(row, state),
  };
}

const breakGlassNotFound = () => new AppError('break-glass-not-found', 'Break-glass not found');

/** @throws {AppError} `break-glass-not-found` */
export async function requireBreakGlass(
  { caller, prisma }: Pick<CallContext, 'caller' | 'prisma'>,
  scope: Scope,
  id: string,
): Promise<ShownRow> {
  const row = await prisma.breakGlass.findUnique({ where: { id }, ...WITH_RELEASE });
  return reachable(row, caller, scope, breakGlassNotFound);
}
