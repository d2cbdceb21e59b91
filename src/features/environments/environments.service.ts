import { changed, requireVersion } from '../../contract/entity-tags.js';
import { mapPage, type Page, pageOf } from '../../contract/page.js';
import type { CallContext } from '../../database/context.js';
import { isUniqueViolation } from '../../database/errors.js';
import { AppError } from '../../shared/app-error.js';
import { checkPolicies } from '../policies/index.js';
import { type Environment, notFound, present, requireEnvironment } from './environment.js';
import type {
  CreateEnvironment,
  ListEnvironmentsQuery,
  UpdateEnvironment,
} from './environments.schemas.js';

export type EnvironmentsService = ReturnType<typeof environmentsService>;

/** Where releases run. An environment keeps its name and is never removed: verdicts and deployments refer to it. */
export function environmentsService() {
  return {
    /** @throws {AppError} `validation-failed` for a policy that there is not; `environment-exists` */
    async create(
      context: CallContext,
      { name, rank, policies }: CreateEnvironment,
    ): Promise<Environment> {
      await checkPolicies(context, policies);
      const { subject } = context.caller;
      const row = await context.prisma.environment
        .create({ data: { name, rank, policies, createdBy: subject, updatedBy: subject } })
        .catch((error: unknown) => {
          if (!isUniqueViolation(error)) throw error;
          throw new AppError('environment-exists', `There is an environment ${name} already`);
        });
      return present(row);
    },

    /** @throws {AppError} `environment-not-found` */
    get(context: CallContext, name: string): Promise<Environment> {
      return requireEnvironment(context, name);
    },

    /** In the order of promotion. */
    async list(
      { prisma }: CallContext,
      { limit, cursor }: ListEnvironmentsQuery,
    ): Promise<Page<Environment>> {
      const rows = await prisma.environment.findMany({
        orderBy: [{ rank: 'asc' }, { name: 'asc' }],
        ...(cursor !== undefined && { cursor: { name: cursor }, skip: 1 }),
        take: limit + 1,
      });
      return mapPage(
        pageOf(rows, limit, ({ name }) => name),
        present,
      );
    },

    /**
     * @param versions change it only if it is one of these
     * @throws {AppError} `environment-not-found`, `validation-failed` for a policy that there is not, `precondition-failed`
     */
    async update(
      context: CallContext,
      name: string,
      { rank, policies }: UpdateEnvironment,
      versions?: number[],
    ): Promise<Environment> {
      const { caller, prisma } = context;
      const current = await requireEnvironment(context, name);
      if (rank === undefined && policies === undefined) {
        requireVersion(current.revision, versions);
        return current;
      }
      if (policies) await checkPolicies(context, policies);
      const [row] = await prisma.environment.updateManyAndReturn({
        where: { name, ...(versions && { revision: { in: versions } }) },
        data: {
          ...(rank !== undefined && { rank }),
          ...(policies && { policies }),
          updatedBy: caller.subject,
        },
      });
      if (row) return present(row);
      if (!versions) throw notFound();
      throw changed((await requireEnvironment(context, name)).revision);
    },
  };
}
