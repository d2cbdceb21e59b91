import { grantOf, hasScope } from '../../access/caller.js';
import { checkRights, storedProjects } from '../../access/rights.js';
import { requireVersion } from '../../contract/entity-tags.js';
import { mapPage, type Page, pageById } from '../../contract/page.js';
import { databaseNow } from '../../database/clock.js';
import type { CallContext, ReadClient } from '../../database/context.js';
import { change } from '../../events/index.js';
import type { ApiToken, Prisma } from '../../generated/prisma/client.js';
import { requireEnabled } from '../../security/authentication/identity.js';
import { createSecret, hashSecret } from '../../security/authentication/token-secret.js';
import { AppError, invalid } from '../../shared/app-error.js';
import { checkProjects } from '../projects/index.js';
import type { CreatedToken, CreateToken, ListTokensQuery, Token } from './tokens.schemas.js';

const DAY_MS = 86_400_000;

const tokenNotFound = () => new AppError('token-not-found', 'Token not found');

/** A token as the API shows it. `version` is its entity tag. */
export type VersionedToken = Token & { readonly version: number };

/** Leaves out the hash. An active token changes only by its last use, so the minute of that is its version. */
function toToken(row: ApiToken): VersionedToken {
  const { everyProject: _every, projectIds: _ids, hash: _hash, ...token } = row;
  return {
    ...token,
    ...grantOf(row),
    version: 1 + Math.floor((token.lastUsedAt?.getTime() ?? 0) / 60_000),
  };
}

function whereState(state: ListTokensQuery['state'], now: Date): Prisma.ApiTokenWhereInput {
  if (state === 'all') return {};
  if (state === 'revoked') return { revokedAt: { not: null } };
  if (state === 'expired') return { revokedAt: null, expiresAt: { lte: now } };
  return { revokedAt: null, expiresAt: { gt: now } };
}

/** Subjects of other kinds of callers. OpenID Connect has `issuer|sub`. */
const isReserved = (subject: string) => subject === 'anonymous' || /^cli:|\|/.test(subject);

const RESERVED = {
  in: 'body',
  pointer: '/subject',
  message: 'must not be anonymous, begin with cli: or contain |, which are reserved',
} as const;

async function requireToken(prisma: ReadClient, id: string): Promise<VersionedToken> {
  const token = await prisma.apiToken.findUnique({ where: { id, revokedAt: null } });
  if (!token) throw tokenNotFound();
  return toToken(token);
}

export type TokensService = ReturnType<typeof tokensService>;

/** API tokens. A token cannot exceed the rights of its creator. Revoked tokens are kept. */
export function tokensService() {
  return {
    /**
     * Creates a token. Only this answer has its secret.
     * @throws {AppError} `validation-failed`, `rights-exceeded`, `identity-disabled`
     */
    async create(context: CallContext, input: CreateToken): Promise<CreatedToken & VersionedToken> {
      const { scopes, projects, expiresInDays, name, subject, person } = input;
      if (isReserved(subject)) throw invalid([RESERVED]);
      checkRights(context.caller, { scopes, projects });
      if (person && !hasScope(context.caller, 'identities:admin')) {
        const detail = 'A token that counts as a person needs a creator with identities:admin';
        throw new AppError('rights-exceeded', detail);
      }
      await checkProjects(context, projects);
      const secret = createSecret();
      return change(context, async (changing) => {
        const { caller, prisma, record } = changing;
        await requireEnabled(changing, subject);
        const createdAt = await databaseNow(changing);
        const expiresAt = new Date(createdAt.getTime() + expiresInDays * DAY_MS);
        const token = await prisma.apiToken.create({
          data: {
            name,
            subject,
            scopes,
            ...storedProjects(projects),
            person,
            hash: hashSecret(secret),
            createdAt,
            createdBy: caller.subject,
            expiresAt,
          },
        });
        const data = { subject, scopes, projects, person, expiresAt: expiresAt.toISOString() };
        record('token.created', { id: token.id, data });
        return { ...toToken(token), secret };
      });
    },

    /** @throws {AppError} `token-not-found` */
    get(context: CallContext, id: string): Promise<VersionedToken> {
      return requireToken(context.prisma, id);
    },

    /** Lists the oldest first: an id begins with its time. */
    async list(
      context: CallContext,
      { limit, cursor, state }: ListTokensQuery,
    ): Promise<Page<Token>> {
      const rows = await context.prisma.apiToken.findMany({
        where: {
          ...whereState(state, await databaseNow(context)),
          ...(cursor && { id: { gt: cursor } }),
        },
        orderBy: { id: 'asc' },
        take: limit + 1,
      });
      return mapPage(pageById(rows, limit), toToken);
    },

    /**
     * Revokes the token permanently. Other instances refuse it within 5 s, when their caches expire.
     * @param versions the versions that `If-Match` accepts; without it, any
     * @throws {AppError} `token-not-found`, `precondition-failed`
     */
    async revoke(context: CallContext, id: string, versions?: number[]): Promise<void> {
      await change(context, async (changing) => {
        const { caller, prisma, record } = changing;
        if (versions) requireVersion((await requireToken(prisma, id)).version, versions);
        const [row] = await prisma.apiToken.updateManyAndReturn({
          where: { id, revokedAt: null },
          data: { revokedAt: await databaseNow(changing), revokedBy: caller.subject },
        });
        if (!row) throw tokenNotFound();
        record('token.revoked', { id: row.id, data: { subject: row.subject } });
      });
    },
  };
}
