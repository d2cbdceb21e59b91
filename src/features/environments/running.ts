import { commonProjects, type Projects, projectsFor } from '../../access/caller.js';
import { type CallContext, query } from '../../database/context.js';
import { type Deployment, toDeployment, WITH_RELEASE } from './deployment.js';
import { RUNNING } from './deployments.sql.js';

/** Deployments of one answer about what runs. Longer lists have pages: `GET /environments/{name}/deployments`. */
export const MAX_RUNNING = 100;

/**
 * What runs in an environment: the last deployment of each project that succeeded, by project, at most `MAX_RUNNING`. A
 * caller without `deployments:read` for a project does not see what runs of it.
 * @param project only this project
 */
export async function runningIn(
  context: CallContext,
  environment: string,
  project?: number,
): Promise<Deployment[]> {
  const reached = projectsFor(context.caller, 'deployments:read');
  const among: Projects = project === undefined ? reached : commonProjects([project], reached);
  const values = [environment, 0, among, MAX_RUNNING];
  const ids = await query<{ id: string }>(context, RUNNING, values);
  const rows = await context.prisma.deployment.findMany({
    where: { id: { in: ids.map(({ id }) => id) } },
    include: WITH_RELEASE,
    orderBy: { projectId: 'asc' },
  });
  return rows.map(toDeployment);
}
