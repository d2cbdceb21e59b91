import { reachable } from '../../access/reachable.js';
import type { Scope } from '../../access/scopes.js';
import { type CallContext, query } from '../../database/context.js';
import type { ChangeContext } from '../../events/index.js';
import type { BreakGlass as BreakGlassRow, Prisma } from '../../generated/prisma/client.js';
import { AppError } from '../../shared/app-error.js';
import { minuteUtc } from '../../shared/text.js';
import { OWN_REVIEWS } from './break-glass.input.sql.js';
import type { BreakGlass, BreakGlassState } from './break-glass.schemas.js';
import { CONFIRM_MINUTES, confirmUntil, reviewDueAt } from './limits.js';

export const WITH_RELEASE = { include: { release: { select: { version: true } } } } as const;

export type ShownRow = BreakGlassRow & { readonly release: { readonly version: string } };

type Moments = Pick<
  BreakGlassRow,
  'requestedAt' | 'openedAt' | 'endsAt' | 'endedAt' | 'reviewedAt'
>;

/** @param isOwn whether the review is by one of its people, so that it does not count */
export function stateOf(row: Moments, now: Date, isOwn = false): BreakGlassState {
  const { requestedAt, openedAt, endsAt, endedAt, reviewedAt } = row;
  if (reviewedAt && !isOwn) return 'reviewed';
  if (!openedAt) return !endedAt && now < confirmUntil(requestedAt) ? 'pending' : 'unconfirmed';
  if (!endedAt && endsAt !== null && now < endsAt) return 'open';
  return now < reviewDueAt(openedAt) ? 'review' : 'overdue';
}

/** Ids of those among the rows whose review does not count. @param rows null: all */
export async function ownReviews(
  context: CallContext | ChangeContext,
  rows: readonly Pick<BreakGlassRow, 'id' | 'reviewedAt'>[] | null,
): Promise<ReadonlySet<string>> {
  const ids = rows?.filter(({ reviewedAt }) => reviewedAt !== null).map(({ id }) => id) ?? null;
  if (ids?.length === 0) return new Set();
  const found = await query<{ id: string }>(context, OWN_REVIEWS, [ids]);
  return new Set(found.map(({ id }) => id));
}

/**
 * The condition for rows in this state at `now`, for Prisma. Those that wait for a review are `WAITING`.
 * @param own ids of those whose review does not count
 */
export function whereState(
  state: Exclude<BreakGlassState, 'review' | 'overdue'>,
  now: Date,
  own: ReadonlySet<string> = new Set(),
): Prisma.BreakGlassWhereInput {
  const before = (minutes: number) => new Date(now.getTime() - minutes * 60_000);
  const asked = before(CONFIRM_MINUTES);
  const conditions: Record<typeof state, Prisma.BreakGlassWhereInput> = {
    pending: { openedAt: null, endedAt: null, requestedAt: { gt: asked } },
    unconfirmed: {
      openedAt: null,
      OR: [{ endedAt: { not: null } }, { requestedAt: { lte: asked } }],
    },
    open: { endedAt: null, endsAt: { gt: now }, reviewedAt: null },
    reviewed: { reviewedAt: { not: null }, id: { notIn: [...own] } },
  };
  return conditions[state];
}

const minuteOf = (time: Date) => minuteUtc(time.toISOString());

/** The next step in words. */
function nextOf(row: ShownRow, state: BreakGlassState, isOwn: boolean): string {
  const { id, requestedAt, endsAt, openedAt, environmentName: environment } = row;
  const review = () => {
    const due = openedAt ? minuteOf(reviewDueAt(openedAt)) : '';
    const who =
      row.confirmedBy === null ? row.requestedBy : `${row.requestedBy} and not ${row.confirmedBy}`;
    const why = isOwn
      ? `The review is by one of its people, under the name ${row.reviewedBy}, and does not count. `
      : '';
    return `${why}A person who is not ${who} reviews it by ${due}: POST /break-glass/${id}/review`;
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

/**
 * The break-glass as the API shows it.
 * @param own ids of those whose review does not count
 */
export function toBreakGlass(
  row: ShownRow,
  now: Date,
  own: ReadonlySet<string> = new Set(),
): BreakGlass {
  const {
    requesterKeys: _requester,
    confirmerKeys: _confirmer,
    reviewerKeys: _reviewer,
    ...rest
  } = row;
  const { environmentName, finding, actions, reviewedAt, reviewedBy, reviewedVia, ...shown } = rest;
  const { remindedAt: _reminded, ...members } = shown;
  const isOwn = own.has(row.id);
  const state = stateOf(row, now, isOwn);
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
      ? {
          ...{ finding, actions, reviewedAt, reviewedBy, counts: !isOwn },
          reviewedVia: viaOf(reviewedVia) ?? 'token',
        }
      : null,
    next: nextOf(row, state, isOwn),
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
