import { grantOf } from '../../access/caller.js';
import { checkRights, storedProjects } from '../../access/rights.js';
import { requireVersion } from '../../contract/entity-tags.js';
import { mapPage, type Page, pageById } from '../../contract/page.js';
import { databaseNow } from '../../database/clock.js';
import type { CallContext, ReadClient } from '../../database/context.js';
import { fromJson } from '../../database/json.js';
import { change } from '../../events/index.js';
import type { TrustedIssuer } from '../../generated/prisma/client.js';
import { AppError, invalidAt } from '../../shared/app-error.js';
import { checkProjects } from '../projects/index.js';
import { faultOfConditions } from './conditions.js';
import type { CreateIssuer, Issuer, ListIssuersQuery } from './issuers.schemas.js';

const issuerNotFound = () => new AppError('issuer-not-found', 'Issuer not found');

/** An issuer as the API shows it. `version` is its entity tag. */
export type VersionedIssuer = Issuer & { readonly version: number };

/** An issuer is never changed, and a revoked one has no entity tag. */
const VERSION = 1;

function toIssuer(row: TrustedIssuer): VersionedIssuer {
  const { everyProject: _every, projectIds: _ids, ...issuer } = row;
  return {
    ...issuer,
    conditions: fromJson<Record<string, string>>(issuer.conditions),
    ...grantOf(row),
    version: VERSION,
  };
}

async function requireIssuer(prisma: ReadClient, id: string): Promise<VersionedIssuer> {
  const issuer = await prisma.trustedIssuer.findUnique({ where: { id, revokedAt: null } });
  if (!issuer) throw issuerNotFound();
  return toIssuer(issuer);
}

export type IssuersService = ReturnType<typeof issuersService>;

/** Trusted issuers. An issuer cannot exceed the rights of its creator. Revoked issuers are kept. */
export function issuersService() {
  return {
    /** @throws {AppError} `validation-failed`, `rights-exceeded` */
    async create(context: CallContext, input: CreateIssuer): Promise<VersionedIssuer> {
      const { scopes, projects, ...rest } = input;
      if (!URL.canParse(input.issuer)) {
        throw invalidAt('body', '/issuer', 'is not a valid URL');
      }
      const fault = faultOfConditions(input.issuer, input.conditions);
      if (fault !== undefined) throw invalidAt('body', '/conditions', fault);
      checkRights(context.caller, { scopes, projects });
      await checkProjects(context, projects);
      const data = { ...rest, scopes, ...storedProjects(projects) };
      return change(context, async ({ caller, prisma, record }) => {
        const row = await prisma.trustedIssuer.create({
          data: { ...data, createdBy: caller.subject },
        });
        const { issuer, audience, actorClaim } = input;
        const trusted = { issuer, audience, actorClaim, scopes, projects };
        record('issuer.trusted', { id: row.id, data: trusted });
        return toIssuer(row);
      });
    },

    /** @throws {AppError} `issuer-not-found` */
    get(context: CallContext, id: string): Promise<VersionedIssuer> {
      return requireIssuer(context.prisma, id);
    },

    /** Lists the oldest first: an id begins with its time. */
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
      return mapPage(pageById(rows, limit), toIssuer);
    },

    /**
     * Revokes the trust permanently. Other instances refuse the issuer's tokens within 5 s, when their caches expire.
     * @param versions the versions that `If-Match` accepts; without it, any
     * @throws {AppError} `issuer-not-found`, `precondition-failed`
     */
    async revoke(context: CallContext, id: string, versions?: number[]): Promise<void> {
      await change(context, async (changing) => {
        const { caller, prisma, record } = changing;
        if (versions) requireVersion((await requireIssuer(prisma, id)).version, versions);
        const [row] = await prisma.trustedIssuer.updateManyAndReturn({
          where: { id, revokedAt: null },
          data: { revokedAt: await databaseNow(changing), revokedBy: caller.subject },
        });
        if (!row) throw issuerNotFound();
        record('issuer.revoked', { id: row.id, data: { issuer: row.issuer } });
      });
    },
  };
}
