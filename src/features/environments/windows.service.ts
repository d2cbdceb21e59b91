import { mapPage, type Page, pageById } from '../../contract/page.js';
import { databaseNow } from '../../database/clock.js';
import type { CallContext } from '../../database/context.js';
import { takeTurn } from '../../database/turns.js';
import { change } from '../../events/index.js';
import { AppError } from '../../shared/app-error.js';
import { checkProjects } from '../projects/index.js';
import { requireEnvironment } from './environment.js';
import { readTimes, toWindow, windowNotFound } from './window.js';
import {
  type CreateEnvironmentWindow,
  type EnvironmentWindow,
  type ListWindowsQuery,
  MAX_WINDOWS,
} from './windows.schemas.js';

export type WindowsService = ReturnType<typeof windowsService>;

/** Freezes and change windows. A window is never changed: end it, and create another one. Ended ones are kept. */
export function windowsService() {
  return {
    /** @throws {AppError} `environment-not-found`, `validation-failed`, `quota-exceeded` */
    async create(
      context: CallContext,
      environmentName: string,
      input: CreateEnvironmentWindow,
    ): Promise<EnvironmentWindow> {
      const { reason } = input;
      const projects = input.projects ?? null;
      await requireEnvironment(context, environmentName);
      await checkProjects(context, projects);
      return change(context, async (changing) => {
        const { caller, prisma, record } = changing;
        // Requests that count the windows wait here, so that the limit holds.
        const now = await takeTurn(changing, ['windows', environmentName]);
        const times = readTimes(input, now);
        const count = await prisma.environmentWindow.count({
          where: { environmentName, endedAt: null },
        });
        if (count >= MAX_WINDOWS) {
          const detail = [
            `Environment ${environmentName} has ${MAX_WINDOWS} windows, which is the maximum`,
            `End those that are over: DELETE /environments/${environmentName}/windows/{id}`,
          ].join('. ');
          throw new AppError('quota-exceeded', detail);
        }
        const { kind, from, to, days, timeZone } = times;
        const row = await prisma.environmentWindow.create({
          data: {
            ...{ environmentName, kind, timeZone, reason },
            fromLocal: from,
            toLocal: to,
            days: [...days],
            everyProject: projects === null,
            projectIds: projects ?? [],
            createdAt: now,
            createdBy: caller.subject,
          },
        });
        const data = { environment: environmentName, kind, from, to, days, timeZone, projects };
        record('window.created', { id: row.id, data });
        return toWindow(row, now);
      });
    },

    /** @throws {AppError} `window-not-found` */
    async get(context: CallContext, environmentName: string, id: string) {
      const row = await context.prisma.environmentWindow.findUnique({
        where: { id, environmentName },
      });
      if (!row) throw windowNotFound();
      return toWindow(row, await databaseNow(context));
    },

    /** Lists the oldest first. @throws {AppError} `environment-not-found` */
    async list(
      context: CallContext,
      environmentName: string,
      { limit, cursor, state }: ListWindowsQuery,
    ): Promise<Page<EnvironmentWindow>> {
      await requireEnvironment(context, environmentName);
      const rows = await context.prisma.environmentWindow.findMany({
        where: {
          environmentName,
          ...(state !== 'all' && { endedAt: state === 'ended' ? { not: null } : null }),
          ...(cursor !== undefined && { id: { gt: cursor } }),
        },
        orderBy: { id: 'asc' },
        take: limit + 1,
      });
      const now = await databaseNow(context);
      return mapPage(pageById(rows, limit), (row) => toWindow(row, now));
    },

    /** Ends the window. It is kept for the record. @throws {AppError} `window-not-found` */
    async end(context: CallContext, environmentName: string, id: string): Promise<void> {
      await change(context, async (changing) => {
        const { caller, prisma, record } = changing;
        const [row] = await prisma.environmentWindow.updateManyAndReturn({
          where: { id, environmentName, endedAt: null },
          data: { endedAt: await databaseNow(changing), endedBy: caller.subject },
        });
        if (!row) throw windowNotFound();
        record('window.ended', {
          id: row.id,
          data: { environment: environmentName, kind: row.kind },
        });
      });
    },
  };
}
