import { inProjects, projectsFor } from '../../access/caller.js';
import { namesOfCaller, requirePerson } from '../../access/four-eyes.js';
import { mapPage, type Page, pageById } from '../../contract/page.js';
import { boundsOf, timeRange } from '../../contract/time-range.js';
import { type CallContext, query } from '../../database/context.js';
import { lockRow } from '../../database/lock-row.js';
import { takeTurn } from '../../database/turns.js';
import type { Risk } from '../../engine/index.js';
import { change } from '../../events/index.js';
import { currentCaller } from '../../security/authentication/identity.js';
import { AppError, type FieldError, invalid, invalidAt } from '../../shared/app-error.js';
import { hasHappened } from '../../shared/once-with-reason.js';
import { requireRecentSignIn } from '../environments/index.js';
import { requireProject, requireReach } from '../projects/index.js';
import { requireReleaseRef } from '../releases/index.js';
import type { Waiting } from '../verdicts/index.js';
import {
  type Approval,
  requireApproval,
  type StatedRow,
  toApproval,
  WITH_STATE,
} from './approval.js';
import type { CreateApproval, InboxQuery, ListApprovalsQuery } from './approvals.schemas.js';
import { WANTED } from './approvals.sql.js';
import { currentRisk, keepShown, shownRisk } from './brief.js';
import type { DecisionBrief } from './brief.schemas.js';
import { decisionBrief } from './decision-brief.js';
import { checkSeen, type Stale, staleApproval, storeApproval } from './give.js';
import type { ApprovalRequest } from './requests.service.js';
import { requireWithdrawer } from './withdrawer.js';

/** An entry of the inbox. */
export interface InboxEntry {
  readonly project: { readonly id: number; readonly name: string };
  readonly release: { readonly id: string; readonly version: string };
  readonly request?: ApprovalRequest;
  readonly approval?: Approval;
}

type WantedRow = ApprovalRequest & { readonly version: string; readonly projectName: string };

function toWanted({ version, projectName, ...request }: WantedRow): InboxEntry {
  const { projectId, releaseId } = request;
  const release = { id: releaseId, version };
  return { project: { id: projectId, name: projectName }, release, request };
}

type GivenRow = StatedRow & { release: { version: string; project: { name: string } } };

function toGiven({ release, ...row }: GivenRow): InboxEntry {
  return {
    project: { id: row.projectId, name: release.project.name },
    release: { id: row.releaseId, version: release.version },
    approval: toApproval(row),
  };
}

/**
 * Checks what a schema cannot express.
 * @param at pointer to the approval of this index
 * @throws {AppError} `validation-failed`
 */
function checkBodies(all: readonly CreateApproval[], at: (index: number) => string): void {
  const errors = all.flatMap(({ decision, reason, environment }, index): FieldError[] => {
    const first = all.findIndex((one) => one.environment === environment);
    return [
      ...(decision === 'reject' && reason === undefined
        ? [
            {
              in: 'body' as const,
              pointer: `${at(index)}/reason`,
              message: 'is required to reject',
            },
          ]
        : []),
      ...(first < index
        ? [
            {
              in: 'body' as const,
              pointer: `${at(index)}/environment`,
              message: 'must be another environment than those before',
            },
          ]
        : []),
    ];
  });
  if (errors.length > 0) throw invalid(errors);
}

/** Filters of who said something when. @throws {AppError} `validation-failed` */
function saidBy(request: { person?: string; from?: string; to?: string }) {
  const { from, to } = timeRange(request);
  return {
    ...(request.person !== undefined && { person: request.person }),
    givenAt: { ...(from && { gte: from }), ...(to && { lt: to }) },
  };
}

/** Requests have no giver, and approvals no requester. @throws {AppError} `validation-failed` */
function checkInbox({ state, requestedBy, person }: InboxQuery): void {
  if (state === 'wanted' && person !== undefined) {
    throw invalidAt('query', '/person', 'must be absent if state is wanted: use requestedBy');
  }
  if (state !== 'wanted' && requestedBy !== undefined) {
    throw invalidAt('query', '/requestedBy', 'must be absent unless state is wanted: use person');
  }
}

export type ApprovalsService = typeof approvalsService;

/** What people say about releases. It is kept, and can only be withdrawn. */
export const approvalsService = {
  /**
   * What an approver must know. What is shown is kept, so that an approval can refer to it.
   * @throws {AppError} `release-not-found`, `environment-not-found`, `decision-too-large`, `overloaded`
   */
  async brief(
    context: CallContext,
    releaseId: string,
    environment: string,
    waiting: Waiting,
  ): Promise<DecisionBrief> {
    const { id } = await requireReleaseRef(context, 'approvals:read', releaseId);
    const seen = await currentRisk(context, { releaseId: id, environment }, waiting);
    if (!seen) {
      throw new AppError('environment-not-found', `Environment ${environment} does not exist`);
    }
    await keepShown(context, seen.projectId, seen);
    return decisionBrief(context, seen);
  },

  /**
   * Stores what a person says about the state that it saw: all or nothing. Saying the same again has no effect.
   * @throws {AppError} `release-not-found`, `identity-required`, `recent-sign-in-required`, `stale-approval`,
   * `validation-failed`, `decision-too-large`, `overloaded`
   */
  async give(
    context: CallContext,
    releaseId: string,
    all: readonly CreateApproval[],
    at: (index: number) => string,
    waiting: Waiting,
  ): Promise<{ approvals: Approval[]; isNew: boolean }> {
    const { id, projectId } = await requireReleaseRef(context, 'approvals:write', releaseId);
    requirePerson(context.caller, 'Approval');
    checkBodies(all, at);
    const approved = all.filter(({ decision }) => decision === 'approve');
    await requireRecentSignIn(
      context,
      approved.map(({ environment }) => environment),
    );
    const stale: Stale[] = [];
    for (const [index, one] of all.entries()) {
      const changed = await checkSeen(context, id, one, at(index), waiting);
      if (changed) stale.push(changed);
    }
    if (stale.length > 0) throw staleApproval(releaseId, stale);
    // The state may change from here on. Then the approval is void at once: a verdict compares what was seen.
    return change(context, async (changing) => {
      await takeTurn(changing, ['approvals', id]);
      // An admin who disables the person waits for this approval, and withdraws it. Or this one comes later, and is
      // refused.
      await currentCaller(changing);
      const stored = [];
      for (const one of all) {
        stored.push(await storeApproval(changing, { releaseId: id, projectId }, one));
      }
      const isNew = stored.some((one) => one.isNew);
      const result = { approvals: stored.map(({ row }) => toApproval(row)), isNew };
      return isNew ? result : changing.unchanged(result);
    });
  },

  /** @throws {AppError} `approval-not-found` */
  async get(context: CallContext, id: string): Promise<Approval & { risk: Risk }> {
    const row = await requireApproval(context, 'approvals:read', id);
    const risk = await shownRisk(context, row.releaseId, row.environmentName, row.seen);
    if (!risk) throw new Error('what was seen is not stored');
    return { ...toApproval(row), risk };
  },

  /** Lists all approvals and rejections of a release, newest first. @throws {AppError} `release-not-found` */
  async list(
    context: CallContext,
    releaseId: string,
    request: ListApprovalsQuery,
  ): Promise<Page<Approval>> {
    const { limit, cursor, environment } = request;
    const { id } = await requireReleaseRef(context, 'approvals:read', releaseId);
    const rows = await context.prisma.approval.findMany({
      where: {
        releaseId: id,
        ...saidBy(request),
        ...(environment !== undefined && { environmentName: environment }),
        ...(cursor !== undefined && { id: { lt: cursor } }),
      },
      orderBy: { id: 'desc' },
      take: limit + 1,
      ...WITH_STATE,
    });
    return mapPage(pageById(rows, limit), toApproval);
  },

  /** What waits for the caller, or what was said: newest first. @throws {AppError} `project-not-found` */
  async inbox(context: CallContext, request: InboxQuery): Promise<Page<InboxEntry>> {
    const { limit, cursor, state, mine, project, environment, release } = request;
    checkInbox(request);
    const { caller, prisma } = context;
    if (project !== undefined) requireReach(caller, 'approvals:read', project);
    const projects = project === undefined ? projectsFor(caller, 'approvals:read') : [project];
    const names = namesOfCaller(caller);
    const checked = async <Row>(rows: Row[]) => {
      if (rows.length === 0 && project !== undefined) await requireProject(context, project);
      return rows;
    };
    if (state === 'wanted') {
      const who = [mine, caller.groups ?? [], names, environment ?? null];
      const when = boundsOf(timeRange(request));
      const which = [release ?? null, request.requestedBy ?? null, ...when];
      const values = [projects, cursor ?? null, limit + 1, ...who, ...which];
      const rows = await checked(await query<WantedRow>(context, WANTED, values));
      return mapPage(pageById(rows, limit), toWanted);
    }
    const rows = await checked(
      await prisma.approval.findMany({
        where: {
          ...inProjects(projects),
          ...saidBy(request),
          withdrawnAt: null,
          ...(release !== undefined && { releaseId: release }),
          ...(mine && { personKey: { in: names } }),
          ...(environment !== undefined && { environmentName: environment }),
          ...(state === 'void' && { state: { isVoid: true } }),
          ...(cursor !== undefined && { id: { lt: cursor } }),
        },
        orderBy: { id: 'desc' },
        take: limit + 1,
        include: {
          ...WITH_STATE.include,
          release: { select: { version: true, project: { select: { name: true } } } },
        },
      }),
    );
    return mapPage(pageById(rows, limit), toGiven);
  },

  /**
   * Withdraws an approval or a rejection for good. Withdrawing again for the same reason has no effect.
   * @throws {AppError} `approval-not-found`, `identity-required`, `not-your-approval`, `approval-withdrawn`,
   * `recent-sign-in-required` to withdraw a rejection
   */
  async withdraw(context: CallContext, id: string, reason: string): Promise<Approval> {
    return change(context, async (changing) => {
      const { prisma, record, unchanged } = changing;
      await requireApproval(changing, 'approvals:write', id);
      // To withdraw a rejection lets something in, so the person must still be one.
      const caller = await currentCaller(changing);
      await lockRow(changing, 'approvals', id);
      const before = await requireApproval(changing, 'approvals:write', id);
      requirePerson(caller, 'Withdrawing');
      await requireWithdrawer({ ...changing, caller }, before);
      const once = { stored: before.withdrawReason, reason, what: 'approval', done: 'withdrawn' };
      if (hasHappened({ ...once, code: 'approval-withdrawn' }))
        return unchanged(toApproval(before));
      if (before.decision === 'reject')
        await requireRecentSignIn(changing, [before.environmentName]);
      const data = { withdrawnBy: caller.subject, withdrawReason: reason };
      const row = await prisma.approval.update({ where: { id }, data, ...WITH_STATE });
      const { projectId, releaseId, environmentName: environment, decision, person } = row;
      const about = { id, projectId, releaseId };
      record('approval.withdrawn', { ...about, data: { environment, decision, person } });
      return toApproval(row);
    });
  },
};
