import { hash } from 'node:crypto';
import { inProjects, projectsFor } from '../../access/caller.js';
import { isSamePerson, namesOfCaller, requirePerson } from '../../access/four-eyes.js';
import { mapPage, type Page, pageById } from '../../contract/page.js';
import { boundsOf, timeRange } from '../../contract/time-range.js';
import { databaseNow } from '../../database/clock.js';
import { type CallContext, query } from '../../database/context.js';
import { overridesOf, type RuleResult } from '../../engine/index.js';
import { change } from '../../events/index.js';
import { currentCaller } from '../../security/authentication/identity.js';
import { AppError } from '../../shared/app-error.js';
import { canonicalJson } from '../../shared/canonical-json.js';
import { requireProject, requireReach } from '../projects/index.js';
import { WAITING } from './break-glass.input.sql.js';
import {
  ownReviews,
  requireBreakGlass,
  stateOf,
  toBreakGlass,
  WITH_RELEASE,
  whereState,
} from './break-glass.js';
import {
  type BreakGlass,
  type ListBreakGlassQuery,
  MAX_NAMED,
  type ReviewBreakGlass,
  type UsedBreakGlass,
} from './break-glass.schemas.js';
import { isOwn, readAgain, takeBreakGlassTurn } from './break-glass.service.js';

/** Decisions under a break-glass. `$1`: release, `$2`: environment, `$3`: its id, `$4`: since when, `$5`: how many. */
const VERDICTS = {
  name: 'break-glass-verdicts',
  text: `SELECT id, evaluated_at AS "evaluatedAt", decision::text, results FROM verdicts
          WHERE release_id = $1 AND environment = $2 AND evaluated_at >= $4
            AND inputs -> 'breakGlass' ->> 'id' = $3::text
          ORDER BY id DESC LIMIT $5`,
};

/** Deployments that its verdicts authorized. Parameters as those of `VERDICTS`. */
const DEPLOYMENTS = {
  name: 'break-glass-deployments',
  text: `SELECT d.id, d.state, d.created_at AS "createdAt", d.created_by AS "createdBy"
           FROM deployments d JOIN verdicts v ON v.id = d.judged_verdict_id
          WHERE d.release_id = $1 AND d.environment = $2 AND d."authorization" = 'break-glass'
            AND d.created_at >= $4 AND v.inputs -> 'breakGlass' ->> 'id' = $3::text
          ORDER BY d.id DESC LIMIT $5`,
};

/** What people had said when it opened, in one line each. `$1`: its id. */
const OPENED_FOR = {
  name: 'break-glass-opened-for',
  text: `SELECT 'stopped: by ' || s.created_by || ': ' || s.reason AS line, s.created_at AS at
           FROM break_glasses b JOIN environment_stops s ON s.environment = b.environment
          WHERE b.id = $1 AND s.created_at < b.opened_at AND (s.resumed_at IS NULL OR s.resumed_at > b.opened_at)
            AND (s.every_project OR b.project_id = ANY (s.project_ids))
         UNION ALL
         SELECT 'release-revoked: by ' || r.revoked_by || COALESCE(': ' || r.revoked_reason, ''), r.revoked_at
           FROM break_glasses b JOIN releases r ON r.id = b.release_id AND r.state = 'revoked'
          WHERE b.id = $1 AND r.revoked_at < b.opened_at
          ORDER BY 2`,
};

type VerdictRow = {
  id: string;
  evaluatedAt: Date;
  decision: 'allow' | 'deny';
  results: RuleResult[];
};

/** One line for each denial that was passed. */
const linesOf = ({ decision, results }: VerdictRow) =>
  decision === 'allow' ? overridesOf(results) : [];

/** @throws {AppError} `break-glass-open`, `break-glass-ended` */
function requireOver(state: BreakGlass['state'], id: string): void {
  if (state === 'open' || state === 'pending') {
    const detail = `It is not over. End it first: POST /break-glass/${id}/end`;
    throw new AppError('break-glass-open', detail);
  }
  if (state === 'unconfirmed') {
    throw new AppError('break-glass-ended', 'It was not confirmed, so it let nothing pass');
  }
}

export type ReviewsService = typeof reviewsService;

/** What was done under break-glass, and its review by another person. */
export const reviewsService = {
  /** What it let pass. @throws {AppError} `break-glass-not-found` */
  async get(context: CallContext, id: string): Promise<UsedBreakGlass> {
    const row = await requireBreakGlass(context, 'deployments:read', id);
    const { releaseId, environmentName, openedAt } = row;
    const own = await ownReviews(context, [row]);
    const shown = toBreakGlass(row, await databaseNow(context), own);
    if (!openedAt) return { ...shown, openedFor: [], verdicts: [], deployments: [] };
    const values = [releaseId, environmentName, id, openedAt, MAX_NAMED];
    const verdicts = await query<VerdictRow>(context, VERDICTS, values);
    type Deployment = UsedBreakGlass['deployments'][number];
    const said = row.force ? await query<{ line: string }>(context, OPENED_FOR, [id]) : [];
    return {
      ...shown,
      openedFor: said.map(({ line }) => line),
      verdicts: verdicts.map((one) => ({
        id: one.id,
        evaluatedAt: one.evaluatedAt,
        decision: one.decision,
        overrides: linesOf(one),
      })),
      deployments: await query<Deployment>(context, DEPLOYMENTS, values),
    };
  },

  /** Lists the newest first. @throws {AppError} `project-not-found` */
  async list(context: CallContext, request: ListBreakGlassQuery): Promise<Page<BreakGlass>> {
    const { limit, cursor, state, environment, project, release, requestedBy } = request;
    const { from, to } = timeRange(request);
    const scope = 'deployments:read';
    if (project !== undefined) {
      requireReach(context.caller, scope, project);
      await requireProject(context, project);
    }
    const among = project === undefined ? projectsFor(context.caller, scope) : [project];
    const now = await databaseNow(context);
    const all = state === 'reviewed' ? await ownReviews(context, null) : undefined;
    const isWaiting = state === 'review' || state === 'overdue';
    const which = [environment ?? null, release ?? null, requestedBy ?? null];
    const values = [among, state === 'overdue', ...which, ...boundsOf({ from, to })];
    const waiting = isWaiting
      ? await query<{ id: string }>(context, WAITING, [...values, cursor ?? null, limit + 1])
      : undefined;
    const rows = await context.prisma.breakGlass.findMany({
      where: {
        AND: [
          inProjects(among),
          state === undefined || isWaiting ? {} : whereState(state, now, all),
          waiting === undefined ? {} : { id: { in: waiting.map(({ id }) => id) } },
          environment === undefined ? {} : { environmentName: environment },
          release === undefined ? {} : { releaseId: release },
          requestedBy === undefined ? {} : { requestedBy },
          { requestedAt: { ...(from && { gte: from }), ...(to && { lt: to }) } },
          cursor === undefined ? {} : { id: { lt: cursor } },
        ],
      },
      orderBy: { id: 'desc' },
      take: limit + 1,
      ...WITH_RELEASE,
    });
    const own = all ?? (await ownReviews(context, rows));
    return mapPage(pageById(rows, limit), (row) => toBreakGlass(row, now, own));
  },

  /**
   * Reviews what is over, once. Saying the same again has no effect.
   * @throws {AppError} `break-glass-not-found`, `identity-required`, `four-eyes-required`, `break-glass-open`,
   * `break-glass-ended`, `break-glass-reviewed`
   */
  async review(
    context: CallContext,
    id: string,
    { finding, actions }: ReviewBreakGlass,
  ): Promise<BreakGlass> {
    const found = await requireBreakGlass(context, 'approvals:write', id);
    requirePerson(context.caller, 'A review');
    return change(context, async (changing) => {
      const { prisma, record } = changing;
      const caller = await currentCaller(changing);
      const { releaseId, environmentName: environment, projectId } = found;
      const now = await takeBreakGlassTurn(changing, releaseId, environment);
      const row = await readAgain(changing, id);
      const { reviewedBy, reviewedAt } = row;
      const own = await ownReviews(changing, [row]);
      if (reviewedBy !== null && reviewedAt !== null && !own.has(id)) {
        const isSame = row.finding === finding && row.actions.join('\n') === actions.join('\n');
        if (isSame && isSamePerson(caller, reviewedBy, reviewedAt)) {
          return changing.unchanged(toBreakGlass(row, now));
        }
        throw new AppError('break-glass-reviewed', `${reviewedBy} reviewed it already`);
      }
      requireOver(stateOf(row, now, own.has(id)), id);
      if (isOwn(caller, row)) {
        const detail = 'You broke the glass, or confirmed it. Another person must review it';
        throw new AppError('four-eyes-required', detail);
      }
      const via = caller.via ?? 'token';
      const updated = await prisma.breakGlass.update({
        where: { id },
        data: {
          ...{ finding, actions, reviewedAt: now, reviewedBy: caller.subject, reviewedVia: via },
          reviewerKeys: namesOfCaller(caller),
        },
        ...WITH_RELEASE,
      });
      record('break-glass.reviewed', {
        ...{ id, projectId, releaseId },
        data: {
          ...{ environment, reviewedVia: via },
          reviewSha256: hash(
            'sha256',
            canonicalJson({ finding, actions, by: caller.subject }),
            'hex',
          ),
        },
      });
      return toBreakGlass(updated, now);
    });
  },
};
