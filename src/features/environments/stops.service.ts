import { type Caller, type Projects, projectsFor } from '../../access/caller.js';
import { requirePerson } from '../../access/four-eyes.js';
import { mapPage, type Page, pageById } from '../../contract/page.js';
import { databaseNow } from '../../database/clock.js';
import type { CallContext } from '../../database/context.js';
import { takeTurn } from '../../database/turns.js';
import { change } from '../../events/index.js';
import type { EnvironmentStop as StopRow } from '../../generated/prisma/client.js';
import { currentCaller } from '../../security/authentication/identity.js';
import { AppError, invalid, invalidAt } from '../../shared/app-error.js';
import { checkProjects } from '../projects/index.js';
import { requireEnvironment } from './environment.js';
import { requireRecentSignIn } from './recent-sign-in.js';
import {
  type CreateEnvironmentStop,
  type EnvironmentStop,
  type ListStopsQuery,
  MAX_STOPS,
  type ResumeEnvironment,
} from './stops.schemas.js';

/** The stop as the API returns it. */
export function toStop({
  environmentName,
  everyProject,
  projectIds,
  ...row
}: StopRow): EnvironmentStop {
  return { ...row, environment: environmentName, projects: everyProject ? null : projectIds };
}

/**
 * A caller that is bound to projects stops these alone. Others do not exist for it.
 * @throws {AppError} `validation-failed`
 */
function requireReached(caller: Caller, projects: Projects): void {
  const reached = projectsFor(caller, 'environments:stop');
  if (reached === null) return;
  if (projects === null) {
    const message = 'is required: you can stop some projects only. GET /me shows which';
    throw invalidAt('body', '/projects', message);
  }
  const errors = projects.flatMap((id, index) =>
    reached.includes(id)
      ? []
      : [{ in: 'body' as const, pointer: `/projects/${index}`, message: 'does not exist' }],
  );
  if (errors.length > 0) throw invalid(errors);
}

/** Whether the caller can resume the stop: it reaches each project that is stopped. */
function canResume(caller: Caller, { everyProject, projectIds }: StopRow): boolean {
  const reached = projectsFor(caller, 'environments:resume');
  return reached === null || (!everyProject && projectIds.every((id) => reached.includes(id)));
}

/** Nobody can use up the stops of a project that it does not reach. */
const sharing = (projects: Projects) =>
  projects === null
    ? { everyProject: true }
    : { everyProject: false, projectIds: { hasSome: [...projects] } };

export type StopsService = ReturnType<typeof stopsService>;

/** The stopped line. A caller with the scope stops it; only a person resumes it. */
export function stopsService() {
  return {
    /**
     * @param options `once`: a stop of the caller that is the same and holds is returned, and nothing is stored
     * @throws {AppError} `environment-not-found`, `validation-failed`, `quota-exceeded`
     */
    async stop(
      context: CallContext,
      environmentName: string,
      { reason, projects: only, rollbacks }: CreateEnvironmentStop,
      { once = false } = {},
    ): Promise<EnvironmentStop> {
      const projects = only ?? null;
      await requireEnvironment(context, environmentName);
      requireReached(context.caller, projects);
      await checkProjects(context, projects);
      return change(context, async (changing) => {
        const { caller, prisma, record } = changing;
        const createdAt = await takeTurn(changing, ['stops', environmentName]);
        if (once) {
          const same = await prisma.environmentStop.findFirst({
            where: {
              ...{ environmentName, reason, rollbacks, resumedAt: null },
              ...{ createdBy: caller.subject, everyProject: projects === null },
              projectIds: { equals: projects === null ? [] : [...projects] },
            },
          });
          if (same) return changing.unchanged(toStop(same));
        }
        const count = await prisma.environmentStop.count({
          where: { environmentName, resumedAt: null, ...sharing(projects) },
        });
        if (count >= MAX_STOPS) {
          const detail = [
            `Environment ${environmentName} has ${MAX_STOPS} stops of ${projects === null ? 'every project' : 'these projects'}, which is the maximum`,
            `See them: GET /environments/${environmentName}/stops`,
          ].join('. ');
          throw new AppError('quota-exceeded', detail);
        }
        const row = await prisma.environmentStop.create({
          data: {
            ...{ environmentName, reason, rollbacks, createdAt },
            everyProject: projects === null,
            projectIds: projects ?? [],
            createdBy: caller.subject,
          },
        });
        const data = { environment: environmentName, projects, rollbacks };
        record('environment.stopped', { id: row.id, data });
        return toStop(row);
      });
    },

    /**
     * Ends the stop that is named, or the only one of projects that the caller reaches. Repeating it has no effect.
     * @returns the stop that it ended; empty if there was none
     * @throws {AppError} `environment-not-found`, `identity-required`, `recent-sign-in-required`; `validation-failed`
     * for an unknown stop, or for one of several that is not named
     */
    async resume(
      context: CallContext,
      environmentName: string,
      { reason, stop }: ResumeEnvironment,
    ): Promise<EnvironmentStop[]> {
      requirePerson(context.caller, 'Resuming');
      await requireEnvironment(context, environmentName);
      await requireRecentSignIn(context, [environmentName]);
      return change(context, async (changing) => {
        const { prisma, record } = changing;
        const caller = await currentCaller(changing);
        await takeTurn(changing, ['stops', environmentName]);
        const which = { environmentName, ...(stop !== undefined && { id: stop }) };
        const found = await prisma.environmentStop.findMany({
          where: { ...which, ...(stop === undefined && { resumedAt: null }) },
        });
        const reached = found.filter((row) => canResume(caller, row));
        if (stop !== undefined && reached.length === 0) {
          const message =
            found.length === 0
              ? 'does not exist in this environment'
              : 'is about projects that you cannot resume. GET /me shows which you can';
          throw invalidAt('body', '/stop', message);
        }
        // Each stop has its reason. One that came a moment ago must not end unread.
        if (stop === undefined && reached.length > 1) {
          const each = reached.map(
            ({ id, createdBy, reason: why }) => `${id} by ${createdBy}: ${why}`,
          );
          const message = `is required, because there are ${reached.length} stops: ${each.join('; ')}`;
          throw invalidAt('body', '/stop', message);
        }
        const rows = await prisma.environmentStop.updateManyAndReturn({
          where: { id: { in: reached.map(({ id }) => id) }, resumedAt: null },
          data: {
            resumedAt: await databaseNow(changing),
            resumedBy: caller.subject,
            resumeReason: reason,
          },
        });
        if (rows.length === 0) return changing.unchanged([]);
        for (const { id, createdBy } of rows) {
          record('environment.resumed', {
            id,
            data: { environment: environmentName, stoppedBy: createdBy },
          });
        }
        return rows.map(toStop);
      });
    },

    /** Lists the newest first. @throws {AppError} `environment-not-found` */
    async list(
      context: CallContext,
      environmentName: string,
      { limit, cursor, state }: ListStopsQuery,
    ): Promise<Page<EnvironmentStop>> {
      await requireEnvironment(context, environmentName);
      const rows = await context.prisma.environmentStop.findMany({
        where: {
          environmentName,
          ...(state !== 'all' && { resumedAt: state === 'resumed' ? { not: null } : null }),
          ...(cursor !== undefined && { id: { lt: cursor } }),
        },
        orderBy: { id: 'desc' },
        take: limit + 1,
      });
      return mapPage(pageById(rows, limit), toStop);
    },
  };
}
