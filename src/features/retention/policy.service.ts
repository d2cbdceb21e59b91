import { type Page, pageById } from '../../contract/page.js';
import type { CallContext } from '../../database/context.js';
import { change } from '../../events/index.js';
import { invalidAt } from '../../shared/app-error.js';
import type {
  CreateRetentionPolicy,
  ListPoliciesQuery,
  RetentionPolicy,
} from './policy.schemas.js';

export type PolicyService = ReturnType<typeof policyService>;

/** How long documents are kept. Policies are never changed: the latest counts. */
export function policyService() {
  return {
    /** @throws {AppError} `validation-failed` if releases that ran would be kept for a shorter time than others */
    create(
      context: CallContext,
      { days, deployedDays }: CreateRetentionPolicy,
    ): Promise<RetentionPolicy> {
      if (deployedDays !== null && (days === null || deployedDays < days)) {
        const message =
          days === null ? 'must be null, as days is' : `must be null or at least ${days}`;
        throw invalidAt('body', '/deployedDays', message);
      }
      return change(context, async ({ caller, prisma, record }) => {
        const row = await prisma.retentionPolicy.create({
          data: { days, deployedDays, createdBy: caller.subject },
        });
        record('retention-policy.set', { id: row.id, data: { days, deployedDays } });
        return row;
      });
    },

    /** Lists the newest first: the first one counts. */
    async list(
      { prisma }: CallContext,
      { limit, cursor }: ListPoliciesQuery,
    ): Promise<Page<RetentionPolicy>> {
      const rows = await prisma.retentionPolicy.findMany({
        where: { ...(cursor !== undefined && { id: { lt: cursor } }) },
        orderBy: { id: 'desc' },
        take: limit + 1,
      });
      return pageById(rows, limit);
    },
  };
}
