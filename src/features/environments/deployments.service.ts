import { type Projects, projectsFor } from '../../access/caller.js';
import { mapPage, type Page, pageOf } from '../../contract/page.js';
import { decodePosition, encodePosition, type Order } from '../../contract/position.js';
import { query as ask, type CallContext } from '../../database/context.js';
import { fromJson } from '../../database/json.js';
import { takeTurn } from '../../database/turns.js';
import { change } from '../../events/index.js';
import type { Prisma } from '../../generated/prisma/client.js';
import { requireProject, requireReach } from '../projects/index.js';
import { requireRelease } from '../releases/index.js';
import { idAfter } from './deployment-id.js';
import type { CreateDeployment, ListDeploymentsQuery } from './deployments.schemas.js';
import { requireEnvironment } from './environment.js';

const WITH_RELEASE = { release: { select: { version: true, state: true } } } as const;

type DeploymentRow = Prisma.DeploymentGetPayload<{ include: typeof WITH_RELEASE }>;

/** As the API shows it. */
export type Deployment = Omit<DeploymentRow, 'environmentName' | 'links'> & {
  readonly environment: string;
  readonly links: { title: string; url: string }[];
};

const present = ({ environmentName, links, ...row }: DeploymentRow): Deployment => ({
  ...row,
  environment: environmentName,
  links: fromJson<Deployment['links']>(links),
});

const BY_PROJECT: Order = ['int'];
const BY_ID: Order = ['uuid'];

/** `$1`: the environment, `$2`: after this project, `$3`: the only projects or null, `$4`: how many. */
const RUNNING = {
  text: `SELECT last.id FROM projects p CROSS JOIN LATERAL (
           SELECT d.id FROM deployments d WHERE d.environment = $1 AND d.project_id = p.id
            ORDER BY d.id DESC LIMIT 1) last
          WHERE p.id > $2::int AND ($3::int[] IS NULL OR p.id = ANY ($3::int[]))
          ORDER BY p.id LIMIT $4::int`,
};

/** What runs in an environment now: of each project the last that was recorded, in the order of projects. */
async function running(
  context: CallContext,
  environment: string,
  among: Projects,
  { limit, cursor }: ListDeploymentsQuery,
) {
  const [after = 0] = decodePosition(BY_PROJECT, cursor) ?? [];
  const values = [environment, Number(after), among, limit + 1];
  const ids = await ask<{ id: string }>(context, RUNNING, values);
  const rows = await context.prisma.deployment.findMany({
    where: { id: { in: ids.map(({ id }) => id) } },
    include: WITH_RELEASE,
    orderBy: { projectId: 'asc' },
  });
  return pageOf(rows, limit, ({ projectId }) => encodePosition([projectId]));
}

/** Everything that was recorded, the newest first. */
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
      ...(among !== null && { projectId: { in: [...among] } }),
      ...(before !== undefined && { id: { lt: String(before) } }),
    },
    include: WITH_RELEASE,
    orderBy: { id: 'desc' },
    take: limit + 1,
  });
  return pageOf(rows, limit, ({ id }) => encodePosition([id]));
}

export type DeploymentsService = ReturnType<typeof deploymentsService>;

/** What runs where, by what pipelines say: recorded, never changed, never removed. */
export function deploymentsService() {
  return {
    /**
     * Any release may be recorded, a revoked one too: it is what runs, not what should.
     * @returns the deployment that there is, if the release runs there already
     * @throws {AppError} `environment-not-found`, `release-not-found`
     */
    async record(
      context: CallContext,
      environmentName: string,
      { releaseId, links = [] }: CreateDeployment,
    ): Promise<{ deployment: Deployment; created: boolean }> {
      await requireEnvironment(context, environmentName);
      const { id, projectId } = await requireRelease(context, 'deployments:write', releaseId);
      return change(context, async (changing) => {
        const { caller, prisma, record } = changing;
        // Another release of this project waits here until this one is in: one of them is the last.
        await takeTurn(changing, ['deployments', environmentName, projectId]);
        const last = await prisma.deployment.findFirst({
          where: { environmentName, projectId },
          include: WITH_RELEASE,
          orderBy: { id: 'desc' },
        });
        if (last?.releaseId === id) {
          return changing.unchanged({ deployment: present(last), created: false });
        }
        const row = await prisma.deployment.create({
          data: {
            id: idAfter(last?.id),
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
        return { deployment: present(row), created: true };
      });
    },

    /** @throws {AppError} `environment-not-found`, `project-not-found`; `validation-failed` for a cursor of another list */
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
      return mapPage(page, present);
    },
  };
}
