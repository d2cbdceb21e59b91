import { inProjects, projectsFor } from '../../access/caller.js';
import type { CallContext } from '../../database/context.js';

/** The versions of these releases, by id. Without those that the caller does not reach. */
export async function versionsOf(
  { caller, prisma }: CallContext,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await prisma.release.findMany({
    where: { ...inProjects(projectsFor(caller, 'releases:read')), id: { in: [...ids] } },
    select: { id: true, version: true },
  });
  return new Map(rows.map(({ id, version }) => [id, version]));
}
