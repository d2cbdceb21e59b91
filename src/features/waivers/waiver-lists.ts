import { inProjects, type Projects, projectsFor } from '../../access/caller.js';
import { mapPage, type Page, pageById, pageOf } from '../../contract/page.js';
import { decodePosition, encodePosition, type Order } from '../../contract/position.js';
import { databaseNow } from '../../database/clock.js';
import type { CallContext } from '../../database/context.js';
import { requireProject, requireReach } from '../projects/index.js';
import { toWaiver, type Waiver } from './waiver.js';
import { whereState } from './waiver-state.js';
import type { ListEndingWaiversQuery, ListWaiversQuery } from './waivers.schemas.js';

const DAY_MS = 86_400_000;

const BY_END: Order = ['instant', 'uuid'];
const NO_ID = '00000000-0000-0000-0000-000000000000';

/** Projects whose waivers the caller asks for. @throws {AppError} `project-not-found` */
function projectsOf({ caller }: CallContext, project: number | undefined): Projects {
  if (project === undefined) return projectsFor(caller, 'waivers:read');
  requireReach(caller, 'waivers:read', project);
  return [project];
}

/** Lists the newest first. @throws {AppError} `project-not-found` */
export async function listWaivers(
  context: CallContext,
  { limit, cursor, project, state }: ListWaiversQuery,
): Promise<Page<Waiver>> {
  const projects = projectsOf(context, project);
  const now = await databaseNow(context);
  const rows = await context.prisma.waiver.findMany({
    where: {
      ...inProjects(projects),
      ...(state !== 'all' && whereState(state, now)),
      ...(cursor !== undefined && { id: { lt: cursor } }),
    },
    orderBy: { id: 'desc' },
    take: limit + 1,
  });
  if (rows.length === 0 && project !== undefined) await requireProject(context, project);
  return mapPage(pageById(rows, limit), (row) => toWaiver(row, now));
}

/** Lists approved waivers that end soon, the next first. @throws {AppError} `project-not-found`, `validation-failed` */
export async function listEndingWaivers(
  context: CallContext,
  { limit, cursor, project, days }: ListEndingWaiversQuery,
): Promise<Page<Waiver>> {
  const projects = projectsOf(context, project);
  const now = await databaseNow(context);
  const [end, id] = decodePosition(BY_END, cursor) ?? [now.toISOString(), NO_ID];
  const after = new Date(String(end));
  const rows = await context.prisma.waiver.findMany({
    where: {
      AND: [
        inProjects(projects),
        whereState('approved', now),
        { expiresAt: { gte: after, lte: new Date(now.getTime() + days * DAY_MS) } },
        { OR: [{ expiresAt: { gt: after } }, { id: { gt: String(id) } }] },
      ],
    },
    orderBy: [{ expiresAt: 'asc' }, { id: 'asc' }],
    take: limit + 1,
  });
  if (rows.length === 0 && project !== undefined) await requireProject(context, project);
  const page = pageOf(rows, limit, (last) =>
    encodePosition([last.expiresAt.toISOString(), last.id]),
  );
  return mapPage(page, (row) => toWaiver(row, now));
}
