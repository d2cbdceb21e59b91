import { type Projects, projectsFor } from '../../access/caller.js';
import { mapPage, type Page, pageOf } from '../../contract/page.js';
import { decodePosition, encodePosition, NEWEST, type Order } from '../../contract/position.js';
import { boundsOf, timeRange } from '../../contract/time-range.js';
import { type CallContext, query as queryDatabase } from '../../database/context.js';
import { fromJson } from '../../database/json.js';
import { takeTurn } from '../../database/turns.js';
import { change } from '../../events/index.js';
import type { Prisma } from '../../generated/prisma/client.js';
import { invalidAt } from '../../shared/app-error.js';
import { requireProject, requireReach } from '../projects/index.js';
import { requireReleaseRef } from '../releases/index.js';
import { FIND_HOLDING, type Holding } from '../verdicts/index.js';
import { idAfter } from './deployment-id.js';
import {
  type CreateDeployment,
  DECISIONS,
  type ListDeploymentsQuery,
  type SearchDeploymentsQuery,
} from './deployments.schemas.js';
import { RUNNING, SEARCH_DEPLOYMENTS, SEARCH_DEPLOYMENTS_AMONG } from './deployments.sql.js';
import { requireEnvironment } from './environment.js';

const WITH_RELEASE = { release: { select: { version: true, state: true } } } as const;

type DeploymentRow = Prisma.DeploymentGetPayload<{ include: typeof WITH_RELEASE }>;

/** The deployment as the API returns it. */
export type Deployment = Omit<DeploymentRow, 'environmentName' | 'links' | 'decision'> & {
  readonly environment: string;
  readonly decision: (typeof DECISIONS)[number];
  readonly links: { title: string; url: string }[];
};

const toDeployment = ({ environmentName, links, decision, ...row }: DeploymentRow): Deployment => ({
  ...row,
  environment: environmentName,
  decision: DECISIONS.find((one) => one === decision) ?? 'none',
  links: fromJson<Deployment['links']>(links),
});

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
  const { limit, cursor, decision } = request;
  const decisions = decision === undefined ? DECISIONS : [decision];
  const before = decodePosition(BY_TIME, cursor) ?? NEWEST;
  const values = [environment, decisions, ...boundsOf(timeRange(request)), ...before, limit + 1];
  const found = among
    ? await queryDatabase<{ id: string }>(context, SEARCH_DEPLOYMENTS_AMONG, [...values, among])
    : await queryDatabase<{ id: string }>(context, SEARCH_DEPLOYMENTS, values);
  const rows = await context.prisma.deployment.findMany({
    where: { id: { in: found.map(({ id }) => id) } },
    include: WITH_RELEASE,
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
  });
  return pageOf(rows, limit, ({ createdAt, id }) => encodePosition([createdAt.toISOString(), id]));
}

/** What held for the release when it was deployed. */
async function heldBy(context: CallContext, releaseId: string, environment: string) {
  const [held] = await queryDatabase<Holding>(context, FIND_HOLDING, [releaseId, environment]);
  return held ?? { verdictId: null, decision: 'none' };
}

/** Filters of the history say nothing about what currently runs. @throws {AppError} `validation-failed` */
function requireHistory({ history, from, to, decision }: ListDeploymentsQuery): void {
  if (history) return;
  for (const [name, value] of Object.entries({ from, to, decision })) {
    const message = 'must be absent unless history is true';
    if (value !== undefined) throw invalidAt('query', `/${name}`, message);
  }
}

export type DeploymentsService = ReturnType<typeof deploymentsService>;

/** Deployments, as pipelines report them. They are never changed or deleted. */
export function deploymentsService() {
  return {
    /**
     * Records what runs, not what should run: a revoked release is accepted.
     * @returns the existing deployment if the release already runs there
     * @throws {AppError} `environment-not-found`, `release-not-found`
     */
    async record(
      context: CallContext,
      environmentName: string,
      { releaseId, links = [] }: CreateDeployment,
    ): Promise<{ deployment: Deployment; created: boolean }> {
      await requireEnvironment(context, environmentName);
      const { id, projectId } = await requireReleaseRef(context, 'deployments:write', releaseId);
      return change(context, async (changing) => {
        const { caller, prisma, record } = changing;
        // Concurrent deployments of a project wait here, so that exactly one of them is the last.
        const createdAt = await takeTurn(changing, ['deployments', environmentName, projectId]);
        const last = await prisma.deployment.findFirst({
          where: { environmentName, projectId },
          include: WITH_RELEASE,
          orderBy: { id: 'desc' },
        });
        if (last?.releaseId === id) {
          return changing.unchanged({ deployment: toDeployment(last), created: false });
        }
        const held = await heldBy(changing, id, environmentName);
        const row = await prisma.deployment.create({
          data: {
            id: idAfter(last?.id, createdAt),
            createdAt,
            projectId,
            releaseId: id,
            environmentName,
            links,
            ...held,
            createdBy: caller.subject,
          },
          include: WITH_RELEASE,
        });
        record('deployment.recorded', {
          id: row.id,
          projectId,
          releaseId: id,
          data: {
            environment: environmentName,
            before: last?.releaseId ?? null,
            decision: held.decision,
            verdict: held.verdictId,
          },
        });
        return { deployment: toDeployment(row), created: true };
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
