import { grantOf } from '../../access/caller.js';
import { checkRights, storedProjects } from '../../access/rights.js';
import { requireVersion } from '../../contract/entity-tags.js';
import { mapPage, type Page, pageById } from '../../contract/page.js';
import { databaseNow } from '../../database/clock.js';
import type { CallContext, ReadClient } from '../../database/context.js';
import { change } from '../../events/index.js';
import type { GroupGrant as GroupGrantRow } from '../../generated/prisma/client.js';
import { AppError } from '../../shared/app-error.js';
import { checkProjects } from '../projects/index.js';
import type { CreateGroupGrant, GroupGrant, ListGroupGrantsQuery } from './group-grants.schemas.js';

const grantNotFound = () => new AppError('group-grant-not-found', 'Group grant not found');

/** A grant as the API shows it. `version` is its entity tag. */
export type VersionedGrant = GroupGrant & { readonly version: number };

/** A grant is never changed, and a revoked one has no entity tag. */
const VERSION = 1;

function toGrant(row: GroupGrantRow): VersionedGrant {
  const { everyProject: _every, projectIds: _ids, groupName: group, ...grant } = row;
  return { ...grant, group, ...grantOf(row), version: VERSION };
}

async function requireGrant(prisma: ReadClient, id: string): Promise<VersionedGrant> {
  const row = await prisma.groupGrant.findUnique({ where: { id, revokedAt: null } });
  if (!row) throw grantNotFound();
  return toGrant(row);
}

export type GroupGrantsService = ReturnType<typeof groupGrantsService>;

/** Rights of groups. A grant cannot exceed the rights of its creator. Revoked grants are kept. */
export function groupGrantsService() {
  return {
    /** @throws {AppError} `validation-failed`, `rights-exceeded` */
    async create(context: CallContext, input: CreateGroupGrant): Promise<VersionedGrant> {
      const { group, scopes, projects } = input;
      checkRights(context.caller, { scopes, projects });
      await checkProjects(context, projects);
      return change(context, async ({ caller, prisma, record }) => {
        const row = await prisma.groupGrant.create({
          data: {
            groupName: group,
            scopes,
            ...storedProjects(projects),
            createdBy: caller.subject,
          },
        });
        record('group-grant.created', { id: row.id, data: { group, scopes, projects } });
        return toGrant(row);
      });
    },

    /** @throws {AppError} `group-grant-not-found` */
    get(context: CallContext, id: string): Promise<VersionedGrant> {
      return requireGrant(context.prisma, id);
    },

    /** Lists the oldest first: an id begins with its time. */
    async list(
      { prisma }: CallContext,
      { limit, cursor, state, group }: ListGroupGrantsQuery,
    ): Promise<Page<GroupGrant>> {
      const rows = await prisma.groupGrant.findMany({
        where: {
          ...(state !== 'all' && { revokedAt: state === 'revoked' ? { not: null } : null }),
          ...(group !== undefined && { groupName: group }),
          ...(cursor && { id: { gt: cursor } }),
        },
        orderBy: { id: 'asc' },
        take: limit + 1,
      });
      return mapPage(pageById(rows, limit), toGrant);
    },

    /**
     * Revokes the grant permanently. Sessions lose its rights with their next request, because none caches them.
     * @param versions the versions that `If-Match` accepts; without it, any
     * @throws {AppError} `group-grant-not-found`, `precondition-failed`
     */
    async revoke(context: CallContext, id: string, versions?: number[]): Promise<void> {
      await change(context, async (changing) => {
        const { caller, prisma, record } = changing;
        if (versions) requireVersion((await requireGrant(prisma, id)).version, versions);
        const [row] = await prisma.groupGrant.updateManyAndReturn({
          where: { id, revokedAt: null },
          data: { revokedAt: await databaseNow(changing), revokedBy: caller.subject },
        });
        if (!row) throw grantNotFound();
        record('group-grant.revoked', { id: row.id, data: { group: row.groupName } });
      });
    },
  };
}
