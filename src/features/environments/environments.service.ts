import { requireVersion } from '../../contract/entity-tags.js';
import { mapPage, type Page, pageOf } from '../../contract/page.js';
import type { CallContext } from '../../database/context.js';
import { isUniqueViolation } from '../../database/errors.js';
import { lockRow } from '../../database/lock-row.js';
import { takeTurn } from '../../database/turns.js';
import { change } from '../../events/index.js';
import { AppError } from '../../shared/app-error.js';
import { checkPolicies } from '../policies/index.js';
import type { Deployment } from './deployment.js';
import { type Environment, requireEnvironment, toEnvironment } from './environment.js';
import type {
  CreateEnvironment,
  ListEnvironmentsQuery,
  UpdateEnvironment,
} from './environments.schemas.js';
import { checkOrder } from './order.js';
import { runningIn } from './running.js';

export type EnvironmentsService = ReturnType<typeof environmentsService>;

/** Environments cannot be renamed or deleted: verdicts and deployments refer to them by name. */
export function environmentsService() {
  return {
    /** @throws {AppError} `validation-failed` for a policy that does not exist; `environment-exists` */
    async create(
      context: CallContext,
      { name, rank, policies, after = [], signInWithinMinutes = null }: CreateEnvironment,
    ): Promise<Environment> {
      await checkPolicies(context, policies);
      await checkOrder(context, name, after);
      const { subject } = context.caller;
      return change(context, async ({ prisma, record }) => {
        const row = await prisma.environment
          .create({
            data: {
              ...{ name, rank, policies, after, signInWithinMinutes },
              ...{ createdBy: subject, updatedBy: subject },
            },
          })
          .catch((error: unknown) => {
            if (!isUniqueViolation(error)) throw error;
            throw new AppError('environment-exists', `Environment ${name} already exists`);
          });
        record('environment.created', {
          id: name,
          data: {
            ...{ rank, policies },
            ...(after.length > 0 && { after }),
            ...(signInWithinMinutes !== null && { signInWithinMinutes }),
          },
        });
        return toEnvironment(row);
      });
    },

    /** The environment, and what runs there. @throws {AppError} `environment-not-found` */
    async get(
      context: CallContext,
      name: string,
    ): Promise<Environment & { readonly running: Deployment[] }> {
      const environment = await requireEnvironment(context, name);
      return { ...environment, running: await runningIn(context, name) };
    },

    /** Lists environments by rank, then by name. */
    async list(
      { prisma }: CallContext,
      { limit, cursor, policy }: ListEnvironmentsQuery,
    ): Promise<Page<Environment>> {
      const rows = await prisma.environment.findMany({
        // There are few environments, and they cannot be deleted: this reads all of them.
        ...(policy !== undefined && {
          where: { policies: { array_contains: [{ name: policy }] } },
        }),
        orderBy: [{ rank: 'asc' }, { name: 'asc' }],
        ...(cursor !== undefined && { cursor: { name: cursor }, skip: 1 }),
        take: limit + 1,
      });
      return mapPage(
        pageOf(rows, limit, ({ name }) => name),
        toEnvironment,
      );
    },

    /**
     * @param versions the revisions of `If-Match`: the change is refused for any other
     * @throws {AppError} `environment-not-found`, `validation-failed` for a policy that does not exist,
     * `precondition-failed`
     */
    async update(
      context: CallContext,
      name: string,
      { rank, policies, after, signInWithinMinutes }: UpdateEnvironment,
      versions?: number[],
    ): Promise<Environment> {
      await requireEnvironment(context, name);
      if (policies) await checkPolicies(context, policies);
      return change(context, async (changing) => {
        const { caller, prisma, record } = changing;
        // Two changes at the same time could make a circle that neither of them sees.
        if (after) await takeTurn(changing, ['order of environments']);
        await lockRow(changing, 'environments', name);
        const before = await requireEnvironment(changing, name);
        requireVersion(before.revision, versions);
        if (after) await checkOrder(changing, name, after);
        const values = { rank, policies, after, signInWithinMinutes };
        if (Object.values(values).every((value) => value === undefined))
          return changing.unchanged(before);
        const row = await prisma.environment.update({
          where: { name },
          data: {
            ...(rank !== undefined && { rank }),
            ...(policies && { policies }),
            ...(after && { after }),
            ...(signInWithinMinutes !== undefined && { signInWithinMinutes }),
            updatedBy: caller.subject,
          },
        });
        // A trigger counts changes of the row. If it had all these values, nothing happened.
        if (row.revision === before.revision) return changing.unchanged(before);
        record('environment.updated', {
          id: name,
          data: {
            ...(rank !== undefined && { rank: { before: before.rank, after: rank } }),
            ...(policies && { policies: { before: before.policies, after: policies } }),
            ...(after && { after: { before: before.after, after } }),
            ...(signInWithinMinutes !== undefined && {
              signInWithinMinutes: {
                before: before.signInWithinMinutes,
                after: signInWithinMinutes,
              },
            }),
          },
        });
        return toEnvironment(row);
      });
    },
  };
}
