import { commonProjects, type Projects, projectsFor } from '../../access/caller.js';
import { type CallContext, query } from '../../database/context.js';
import { type ListRunningFindingsQuery, runningFindings } from '../inventory/index.js';
import { requireProject, requireReach } from '../projects/index.js';
import { RUNNING } from './deployments.sql.js';
import { requireEnvironment } from './environment.js';

/** Projects of which the caller may read what runs and what was found. */
function visible({ caller }: CallContext, project: number | undefined): Projects {
  const found = projectsFor(caller, 'evidence:read');
  const among = commonProjects(found, projectsFor(caller, 'deployments:read'));
  return project === undefined ? among : commonProjects([project], among);
}

export type RunningFindingsService = ReturnType<typeof runningFindingsService>;

/** Findings of what runs in an environment. */
export function runningFindingsService() {
  return {
    /** @throws {AppError} `environment-not-found`, `project-not-found`, `validation-failed` */
    async list(context: CallContext, environment: string, asked: ListRunningFindingsQuery) {
      const { project } = asked;
      await requireEnvironment(context, environment);
      if (project !== undefined) {
        requireReach(context.caller, 'evidence:read', project);
        await requireProject(context, project);
      }
      const among = visible(context, project);
      return runningFindings(context, asked, (from, limit) =>
        query(context, RUNNING, [environment, Math.max(from, 1) - 1, among, limit]),
      );
    },
  };
}
