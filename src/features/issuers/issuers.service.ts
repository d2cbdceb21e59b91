import type { Database } from '../../database/client.js';
import type { CallContext } from '../../database/context.js';
import type { TrustedIssuer } from '../../generated/prisma/client.js';
import { AppError, invalid } from '../../shared/app-error.js';
import { checkRights, storedProjects } from '../../shared/rights.js';
import type { Scope } from '../../shared/scopes.js';
import { checkProjects } from '../projects/index.js';
import type { CreateIssuer, Issuer, ListIssuersQuery } from './issuers.schemas.js';

const notFound = () => new AppError('issuer-not-found', 'Issuer not found');

function present({ everyProject, projectIds, scopes, ...issuer }: TrustedIssuer): Issuer {
  return {
    ...issuer,
    conditions: issuer.conditions as Record<string, string>,
    scopes: scopes as Scope[],
    projects: everyProject ? null : projectIds,
  };
}

export interface IssuerPage {
  readonly issuers: Issuer[];
  /** The cursor of the next page; absent on the last one. */
  readonly next?: string;
}

export type IssuersService = ReturnType<typeof issuersService>;

/** Trusted issuers: added with no more rights than their adder has, withdrawn, never changed or removed. */
export function issuersService({ prisma }: Database) {
  return {
    /** @throws {AppError} `validation-failed`, `rights-exceeded` */
    async create(context: CallContext, input: CreateIssuer): Promise<Issuer> {
      const { scopes, projects, ...rest } = input;
      if (!URL.canParse(input.issuer)) {
        throw invalid([{ in: 'body', pointer: '/issuer', message: 'is not a valid address' }]);
      }
      checkRights(context.caller, { scopes, projects });
      await checkProjects(context, projects);
      const data = { ...rest, scopes, ...storedProjects(projects) };
      return present(
        await context.prisma.trustedIssuer.create({
          data: { ...data, createdBy: context.caller.subject },
        }),
      );
    },

    /** @throws {AppError} `issuer-not-found` */
    async get(id: string): Promise<Issuer> {
      const issuer = await prisma.trustedIssuer.findUnique({ where: { id } });
      if (!issuer) throw notFound();
      return present(issuer);
    },

    /** Oldest first: ids begin with their time. */
    async list({ limit, cursor, revoked }: ListIssuersQuery): Promise<IssuerPage> {
      const rows = await prisma.trustedIssuer.findMany({
        where: {
          ...(revoked !== undefined && { revokedAt: revoked ? { not: null } : null }),
          ...(cursor && { id: { gt: cursor } }),
        },
        orderBy: { id: 'asc' },
        take: limit + 1,
      });
      const issuers = rows.slice(0, limit).map(present);
      const last = issuers.at(-1);
      return rows.length > limit && last ? { issuers, next: last.id } : { issuers };
    },

    /**
     * Tokens of the issuer are refused from now on, within 5 s by every instance.
     * @throws {AppError} `issuer-not-found`
     */
    async revoke({ caller, prisma }: CallContext, id: string): Promise<void> {
      const { count } = await prisma.trustedIssuer.updateMany({
        where: { id, revokedAt: null },
        data: { revokedAt: new Date(), revokedBy: caller.subject },
      });
      if (count === 0) await this.get(id);
    },
  };
}
