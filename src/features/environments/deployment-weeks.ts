import { projectsFor } from '../../access/caller.js';
import { databaseNow } from '../../database/clock.js';
import { type CallContext, query as queryDatabase } from '../../database/context.js';
import { requireProject, requireReach } from '../projects/index.js';
import {
  AUTHORIZATIONS,
  type CountDeploymentsQuery,
  type DeploymentWeeks,
} from './deployments.schemas.js';
import { COUNT_WEEKS } from './deployments.sql.js';
import { requireEnvironment } from './environment.js';

const WEEK_MS = 7 * 86_400_000;

interface Row {
  /** 0: the last week. */
  readonly ago: number;
  readonly authorization: (typeof AUTHORIZATIONS)[number];
  readonly number: number;
}

const nothing = () =>
  Object.fromEntries(AUTHORIZATIONS.map((name) => [name, 0])) as Record<
    (typeof AUTHORIZATIONS)[number],
    number
  >;

/**
 * Counts all deployments of the last weeks, by the clock of the database.
 * @throws {AppError} `environment-not-found`, `project-not-found`
 */
export async function deploymentWeeks(
  context: CallContext,
  environment: string,
  { project, weeks }: CountDeploymentsQuery,
): Promise<DeploymentWeeks> {
  const scope = 'deployments:read';
  if (project !== undefined) requireReach(context.caller, scope, project);
  await requireEnvironment(context, environment);
  if (project !== undefined) await requireProject(context, project);
  const reached = project === undefined ? projectsFor(context.caller, scope) : [project];
  const now = await databaseNow(context);
  const values = [environment, now, weeks, AUTHORIZATIONS, reached && [...reached]];
  const rows = await queryDatabase<Row>(context, COUNT_WEEKS, values);
  const counted = Array.from({ length: weeks }, (_, index) => ({
    from: new Date(now.getTime() - (weeks - index) * WEEK_MS),
    total: 0,
    byAuthorization: nothing(),
  }));
  for (const { ago, authorization, number } of rows) {
    const week = counted[weeks - 1 - ago];
    if (!week) continue;
    week.total += number;
    week.byAuthorization[authorization] = number;
  }
  return { weeks: counted };
}
