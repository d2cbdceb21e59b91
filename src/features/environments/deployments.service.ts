import { type Projects, projectsFor } from '../../access/caller.js';
import { mapPage, type Page, pageOf } from '../../contract/page.js';
import { decodePosition, encodePosition, NEWEST, type Order } from '../../contract/position.js';
import { boundsOf, timeRange } from '../../contract/time-range.js';
import { type CallContext, query as queryDatabase } from '../../database/context.js';
import { takeTurn } from '../../database/turns.js';
import { type ChangeContext, change } from '../../events/index.js';
import { invalidAt } from '../../shared/app-error.js';
import { requireProject, requireReach } from '../projects/index.js';
import { requireReleaseRef } from '../releases/index.js';
import type { VerdictsService, Waiting } from '../verdicts/index.js';
import { type Authorization, authorize, findEarlier } from './authorize.js';
import { type Deployment, type DeploymentRow, toDeployment, WITH_RELEASE } from './deployment.js';
import { deploymentWeeks } from './deployment-weeks.js';
import {
  type CreateDeployment,
  DECISIONS,
  type ListDeploymentsQuery,
  type SearchDeploymentsQuery,
} from './deployments.schemas.js';
import {
  RUNNING,
  SEARCH_AUTHORIZED,
  SEARCH_AUTHORIZED_AMONG,
  SEARCH_DEPLOYMENTS,
  SEARCH_DEPLOYMENTS_AMONG,
} from './deployments.sql.js';
import { requireEnvironment } from './environment.js';
import {
  after,
  canBeBetter,
  findOpen,
  findSame,
  includeRelease,
  isBetter,
  type Last,
  lastOf,
  type Target,
} from './same-deployment.js';

const BY_PROJECT: Order = ['int'];
const BY_TIME: Order = ['instant', 'uuid'];

/** Lists what currently runs: the last recorded deployment of each project, by project id. */
async function running(
  context: CallContext,
  environment: string,
  among: Projects,
  { limit, cursor }: ListDeploymentsQuery,
) {
  const [after = 0] = decodePosition(BY_PROJECT, cursor) ?? [];
  const values = [environment, Number(after), among, limit + 1];
  const ids = await queryDatabase<{ id: string }>(context, RUNNING, values);
  const rows = await context.prisma.deployment.findMany({
    where: { id: { in: ids.map(({ id }) => id) } },
    include: WITH_RELEASE,
    orderBy: { projectId: 'asc' },
  });
  return pageOf(rows, limit, ({ projectId }) => encodePosition([projectId]));
}

/** Lists all recorded deployments, newest first. @param environment null: every environment */
async function history(
  context: CallContext,
  environment: string | null,
  among: Projects,
  request: SearchDeploymentsQuery,
) {
  const { limit, cursor, decision, authorization } = request;
  if (decision !== undefined && authorization !== undefined) {
    throw invalidAt('query', '/authorization', 'must be absent if decision is given');
  }
  const one = decision ?? authorization;
  const wanted = one === undefined ? DECISIONS : [one];
  const before = decodePosition(BY_TIME, cursor) ?? NEWEST;
  const values = [environment, wanted, ...boundsOf(timeRange(request)), ...before, limit + 1];
  const [all, some] =
    authorization === undefined
      ? [SEARCH_DEPLOYMENTS, SEARCH_DEPLOYMENTS_AMONG]
      : [SEARCH_AUTHORIZED, SEARCH_AUTHORIZED_AMONG];
  const found = among
    ? await queryDatabase<{ id: string }>(context, some, [...values, among])
    : await queryDatabase<{ id: string }>(context, all, values);
  const rows = await context.prisma.deployment.findMany({
    where: { id: { in: found.map(({ id }) => id) } },
    include: WITH_RELEASE,
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
  });
  return pageOf(rows, limit, ({ createdAt, id }) => encodePosition([createdAt.toISOString(), id]));
}

/** Filters of the history say nothing about what currently runs. @throws {AppError} `validation-failed` */
function requireHistory(query: ListDeploymentsQuery): void {
  const { history, from, to, decision, authorization } = query;
  if (history) return;
  for (const [name, value] of Object.entries({ from, to, decision, authorization })) {
    const message = 'must be absent unless history is true';
    if (value !== undefined) throw invalidAt('query', `/${name}`, message);
  }
}

/**
 * The allow of a start that has not ended. A start that is sent again, because its answer was lost, counts on that:
 * what holds by then may be the denial that the first one found.
 */
const allowOf = (open: DeploymentRow | null): string | undefined =>
  open && ['authorized', 'rollback'].includes(open.authorization)
    ? (open.judgedVerdictId ?? undefined)
    : undefined;

export type DeploymentsService = ReturnType<typeof deploymentsService>;

/** What a request to record a deployment did. */
export interface Recorded {
  readonly deployment: Deployment;
  readonly created: boolean;
}

/** Ends a deployment that was started. */
async function end(
  context: ChangeContext,
  row: DeploymentRow,
  state: 'succeeded' | 'failed',
  last: Last,
  now: Date,
): Promise<Deployment> {
  const { caller, prisma, record } = context;
  const updated = await prisma.deployment.update({
    where: { id: row.id },
    data: {
      state,
      endedAt: now,
      endedBy: caller.subject,
      ...(state === 'succeeded' && { succeededAs: after(last, now) }),
    },
    ...includeRelease,
  });
  const { id, projectId, releaseId, environmentName: environment, authorization } = updated;
  const data = { environment, before: last.runningReleaseId, authorization };
  record(`deployment.${state}`, { id, projectId, releaseId, data });
  return toDeployment(updated);
}

async function create(
  context: ChangeContext,
  target: Target,
  { state, links = [] }: CreateDeployment,
  judged: Authorization,
  last: Last,
  now: Date,
): Promise<Deployment> {
  const { caller, prisma, record } = context;
  const { environmentName: environment, releaseId, projectId } = target;
  const row = await prisma.deployment.create({
    data: {
      id: after(last, now),
      ...{ createdAt: now, projectId, releaseId, environmentName: environment, state, links },
      ...judged,
      createdBy: caller.subject,
    },
    ...includeRelease,
  });
  const { authorization, judgedVerdictId, decision, verdictId } = judged;
  const about = { id: row.id, projectId, releaseId };
  record('deployment.recorded', {
    ...about,
    data: {
      ...{ environment, before: last.runningReleaseId, decision, verdict: verdictId },
      ...{ state, authorization, judged: judgedVerdictId },
    },
  });
  if (authorization === 'unauthorized') {
    record('deployment.unauthorized', {
      ...about,
      data: { environment, state, verdict: judgedVerdictId },
    });
  }
  return toDeployment(row);
}

/**
 * Deployments, as pipelines report them. They are never deleted, and only their end is added.
 * @param onCreated called for each new record
 */
export function deploymentsService(
  verdicts: VerdictsService,
  onCreated: (authorization: Authorization['authorization']) => void,
) {
  return {
    /**
     * Decides how a deployment is authorized, unless it says the same as an existing one that was, or ends it.
     * @throws {AppError} `environment-not-found`, `release-not-found`, `validation-failed`
     */
    async judge(
      context: CallContext,
      environmentName: string,
      { releaseId, state, verdictId }: CreateDeployment,
      waiting: Waiting,
    ): Promise<Authorization | undefined> {
      await requireEnvironment(context, environmentName);
      const { id, projectId, now } = await requireReleaseRef(
        context,
        'deployments:write',
        releaseId,
      );
      const target = { environmentName, releaseId: id, projectId };
      // Also if the call says nothing new: a wrong name is a mistake of the caller.
      await findEarlier(context, { releaseId: id, environment: environmentName, verdictId }, null);
      const open = await findOpen(context, target, state, now);
      // A start is judged each time: people may have said no, or yes, since the one before.
      if (state !== 'started' && open) return undefined;
      const same = await findSame(context, target, state, await lastOf(context, target));
      if (same && !canBeBetter(same)) return undefined;
      const request = {
        ...{ releaseId: id, environment: environmentName, now, waiting },
        verdictId: verdictId ?? allowOf(open),
      };
      return authorize(context, verdicts, request);
    },

    /**
     * Records what runs, not what should run: what is not authorized is accepted, and so is a revoked release.
     * @param judge decides how it is authorized, if that was not decided before
     * @returns the existing deployment if it says the same, or if it ended now
     * @throws {AppError} `environment-not-found`, `release-not-found`
     */
    async record(
      context: CallContext,
      environmentName: string,
      input: CreateDeployment,
      judged: Authorization | undefined,
    ): Promise<Recorded> {
      const { state } = input;
      await requireEnvironment(context, environmentName);
      const { id, projectId } = await requireReleaseRef(
        context,
        'deployments:write',
        input.releaseId,
      );
      const target = { environmentName, releaseId: id, projectId };
      return change(context, async (changing): Promise<Recorded> => {
        // Concurrent deployments of a project wait here, so that exactly one of them is the last.
        const now = await takeTurn(changing, ['deployments', environmentName, projectId]);
        const last = await lastOf(changing, target);
        const open = await findOpen(changing, target, state, now);
        if (open && state !== 'started') {
          return { deployment: await end(changing, open, state, last, now), created: false };
        }
        if (open && open.authorization === judged?.authorization)
          return changing.unchanged({ deployment: toDeployment(open), created: false });
        const same = await findSame(changing, target, state, last);
        if (same && !isBetter(same, judged))
          return changing.unchanged({ deployment: toDeployment(same), created: false });
        // Another request ended what this one was about to end, and something else runs since.
        const unknown = { authorization: 'unauthorized', judgedVerdictId: null } as const;
        const known = judged ?? { ...unknown, decision: 'none', verdictId: null };
        const deployment = await create(changing, target, input, known, last, now);
        onCreated(known.authorization);
        return { deployment, created: true };
      });
    },

    /**
     * @throws {AppError} `environment-not-found`, `project-not-found`; `validation-failed` for a cursor of another list
     */
    async list(
      context: CallContext,
      environmentName: string,
      query: ListDeploymentsQuery,
    ): Promise<Page<Deployment>> {
      const { caller } = context;
      const { project } = query;
      requireHistory(query);
      if (project !== undefined) requireReach(caller, 'deployments:read', project);
      const among = project === undefined ? projectsFor(caller, 'deployments:read') : [project];
      const select = query.history ? history : running;
      const page = await select(context, environmentName, among, query);
      if (page.items.length === 0) {
        await requireEnvironment(context, environmentName);
        if (project !== undefined) await requireProject(context, project);
      }
      return mapPage(page, toDeployment);
    },

    weeks: deploymentWeeks,

    /** Lists those of all environments. @throws {AppError} `project-not-found`; `validation-failed` */
    async search(context: CallContext, query: SearchDeploymentsQuery): Promise<Page<Deployment>> {
      const { environment = null, project } = query;
      if (project !== undefined) requireReach(context.caller, 'deployments:read', project);
      const reached = projectsFor(context.caller, 'deployments:read');
      const page = await history(
        context,
        environment,
        project === undefined ? reached : [project],
        query,
      );
      if (page.items.length === 0 && project !== undefined) await requireProject(context, project);
      return mapPage(page, toDeployment);
    },
  };
}
