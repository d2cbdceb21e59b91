import { inProjects, type Projects, projectsFor } from '../../access/caller.js';
import { mapPage, type Page, pageOf } from '../../contract/page.js';
import { decodePosition, encodePosition, type Order } from '../../contract/position.js';
import { type CallContext, query as queryDatabase } from '../../database/context.js';
import { fromJson } from '../../database/json.js';
import { takeTurn } from '../../database/turns.js';
import { change } from '../../events/index.js';
import type { Prisma } from '../../generated/prisma/client.js';
import { requireProject, requireReach } from '../projects/index.js';
import { requireReleaseRef } from '../releases/index.js';
import { idAfter } from './deployment-id.js';
import type { CreateDeployment, ListDeploymentsQuery } from './deployments.schemas.js';
import { requireEnvironment } from './environment.js';

const WITH_RELEASE = { release: { select: { version: true, state: true } } } as const;

type DeploymentRow = Prisma.DeploymentGetPayload<{ include: typeof WITH_RELEASE }>;

/** The deployment as the API returns it. */
export type Deployment = Omit<DeploymentRow, 'environmentName' | 'links'> & {
  readonly environment: string;
  readonly links: { title: string; url: string }[];
};

const toDeployment = ({ environmentName, links, ...row }: DeploymentRow): Deployment => ({
  ...row,
  environment: environmentName,
  links: fromJson<Deployment['links']>(links),
});

const BY_PROJECT: Order = ['int'];
const BY_ID: Order = ['uuid'];

/** `$1`: environment, `$2`: last project of the previous page, `$3`: visible projects, or null for all, `$4`: limit. */
const RUNNING = {
  text: `SELECT last.id FROM projects p CROSS JOIN LATERAL (
           SELECT d.id FROM deployments d WHERE d.environment = $1 AND d.project_id = p.id
            ORDER BY d.id DESC LIMIT 1) last
          WHERE p.id > $2::int AND ($3::int[] IS NULL OR p.id = ANY ($3::int[]))
          ORDER BY p.id LIMIT $4::int`,
};

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

/** Lists all recorded deployments, newest first. */
async function history(
  { prisma }: CallContext,
  environmentName: string,
  among: Projects,
  { limit, cursor }: ListDeploymentsQuery,
) {
  const [before] = decodePosition(BY_ID, cursor) ?? [];
  const rows = await prisma.deployment.findMany({
    where: {
      environmentName,
      ...inProjects(among),
      ...(before !== undefined && { id: { lt: String(before) } }),
    },
    include: WITH_RELEASE,
    orderBy: { id: 'desc' },
    take: limit + 1,
  });
  return pageOf(rows, limit, ({ id }) => encodePosition([id]));
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
        const row = await prisma.deployment.create({
          data: {
            id: idAfter(last?.id, createdAt),
            createdAt,
            projectId,
            releaseId: id,
            environmentName,
            links,
            createdBy: caller.subject,
          },
          include: WITH_RELEASE,
        });
        record('deployment.recorded', {
          id: row.id,
          projectId,
          releaseId: id,
          data: { environment: environmentName, before: last?.releaseId ?? null },
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
  };
}
