import { grantOf } from '../../access/caller.js';
import { checkRights, storedProjects } from '../../access/rights.js';
import { requireVersion } from '../../contract/entity-tags.js';
import { mapPage, type Page, pageById } from '../../contract/page.js';
import type { CallContext, ReadClient } from '../../database/context.js';
import { fromJson } from '../../database/json.js';
import { change } from '../../events/index.js';
import type { TrustedIssuer } from '../../generated/prisma/client.js';
import { AppError, invalid } from '../../shared/app-error.js';
import { checkProjects } from '../projects/index.js';
import type { CreateIssuer, Issuer, ListIssuersQuery } from './issuers.schemas.js';

const notFound = () => new AppError('issuer-not-found', 'Issuer not found');

/** As the API shows it, and what its entity tag is made of. */
export type VersionedIssuer = Issuer & { readonly version: number };

/** It is never changed: as long as it counts, there is one version of it. */
const VERSION = 1;

function present(row: TrustedIssuer): VersionedIssuer {
  const { everyProject: _every, projectIds: _ids, ...issuer } = row;
  return {
    ...issuer,
    conditions: fromJson<Record<string, string>>(issuer.conditions),
    ...grantOf(row),
    version: VERSION,
  };
}

async function find(prisma: ReadClient, id: string): Promise<VersionedIssuer> {
  const issuer = await prisma.trustedIssuer.findUnique({ where: { id, revokedAt: null } });
  if (!issuer) throw notFound();
  return present(issuer);
}

export type IssuersService = ReturnType<typeof issuersService>;

/** Trusted issuers: added with no more rights than their adder has, withdrawn, never changed or removed. */
export function issuersService() {
  return {
    /** @throws {AppError} `validation-failed`, `rights-exceeded` */
    async create(context: CallContext, input: CreateIssuer): Promise<VersionedIssuer> {
      const { scopes, projects, ...rest } = input;
      if (!URL.canParse(input.issuer)) {
        throw invalid([{ in: 'body', pointer: '/issuer', message: 'is not a valid address' }]);
      }
      checkRights(context.caller, { scopes, projects });
      await checkProjects(context, projects);
      const data = { ...rest, scopes, ...storedProjects(projects) };
      return change(context, async ({ caller, prisma, record }) => {
        const row = await prisma.trustedIssuer.create({
          data: { ...data, createdBy: caller.subject },
        });
        const { issuer, audience } = input;
        record('issuer.trusted', { id: row.id, data: { issuer, audience, scopes, projects } });
        return present(row);
      });
    },

    /** @throws {AppError} `issuer-not-found` */
    get(context: CallContext, id: string): Promise<VersionedIssuer> {
      return find(context.prisma, id);
    },

    /** Oldest first: ids begin with their time. */
    async list(
      { prisma }: CallContext,
      { limit, cursor, state }: ListIssuersQuery,
    ): Promise<Page<Issuer>> {
      const rows = await prisma.trustedIssuer.findMany({
        where: {
          ...(state !== 'all' && { revokedAt: state === 'revoked' ? { not: null } : null }),
          ...(cursor && { id: { gt: cursor } }),
        },
        orderBy: { id: 'asc' },
        take: limit + 1,
      });
      return mapPage(pageById(rows, limit), present);
    },

    /**
     * Tokens of the issuer are refused from now on, within 5 s by every instance. Its record stays in the
     * list of those withdrawn.
     * @param versions only if it is one of these
     * @throws {AppError} `issuer-not-found`, `precondition-failed`
     */
    async revoke(context: CallContext, id: string, versions?: number[]): Promise<void> {
      await change(context, async ({ caller, prisma, record }) => {
        if (versions) requireVersion((await find(prisma, id)).version, versions);
        const [row] = await prisma.trustedIssuer.updateManyAndReturn({
          where: { id, revokedAt: null },
          data: { revokedAt: new Date(), revokedBy: caller.subject },
        });
        if (!row) throw notFound();
        record('issuer.revoked', { id: row.id, data: { issuer: row.issuer } });
      });
    },
  };
}
