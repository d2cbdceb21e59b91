import { databaseNow } from '../../database/clock.js';
import type { CallContext } from '../../database/context.js';
import { fromJson, toJson } from '../../database/json.js';
import { type ApprovalsAsked, prepare } from '../../engine/index.js';
import { change } from '../../events/index.js';
import type { ApprovalRequest as RequestRow } from '../../generated/prisma/client.js';
import { type FieldError, invalid, invalidAt } from '../../shared/app-error.js';
import { requireReleaseRef } from '../releases/index.js';
import { type CreateApprovalRequest, MAX_PLANNED_DAYS, REQUEST_DAYS } from './approvals.schemas.js';
import { warningsOf } from './decision-brief.js';
import { rulesOf } from './rules-of.js';

const DAY_MS = 86_400_000;

/** A request as the API shows it. */
export type ApprovalRequest = Omit<RequestRow, 'links'> & {
  readonly references: { title: string; url: string }[];
  readonly warnings?: string[];
};

const toRequest = ({ links, ...row }: RequestRow): ApprovalRequest => ({
  ...row,
  references: fromJson<ApprovalRequest['references']>(links),
});

/** @throws {AppError} `validation-failed` */
function plannedAt(text: string | undefined, now: Date): Date | null {
  if (text === undefined) return null;
  const plannedFor = new Date(text);
  const days = (plannedFor.getTime() - now.getTime()) / DAY_MS;
  if (Number.isNaN(days)) throw invalidAt('body', '/plannedFor', 'must be a date-time');
  if (days <= 0) throw invalidAt('body', '/plannedFor', 'must be in the future');
  if (days > MAX_PLANNED_DAYS) {
    throw invalidAt('body', '/plannedFor', `must be at most ${MAX_PLANNED_DAYS} days from now`);
  }
  return plannedFor;
}

/** What the rules of these environments ask for. @throws {AppError} `validation-failed` for one that does not exist */
async function askedBy(
  context: CallContext,
  environments: readonly string[],
): Promise<ApprovalsAsked[]> {
  const rules = await rulesOf(context, environments);
  const errors = environments.flatMap((name, index): FieldError[] =>
    rules.has(name)
      ? []
      : [{ in: 'body', pointer: `/environments/${index}`, message: `does not exist: ${name}` }],
  );
  if (errors.length > 0) throw invalid(errors);
  return [...rules.values()].flatMap((policies) => [...prepare(policies).asks]);
}

/** Requests for approvals. They are kept, and end by themselves. */
export const requestsService = {
  /** @throws {AppError} `release-not-found`, `validation-failed` */
  async create(
    context: CallContext,
    releaseId: string,
    { environments, plannedFor: planned, references = [], note }: CreateApprovalRequest,
  ): Promise<ApprovalRequest> {
    const { id, projectId } = await requireReleaseRef(context, 'approvals:write', releaseId);
    const warnings = await warningsOf(context, await askedBy(context, environments));
    const request = await change(context, async (changing) => {
      const { caller, prisma, record } = changing;
      const requestedAt = await databaseNow(changing);
      const plannedFor = plannedAt(planned, requestedAt);
      const endsAt = new Date(requestedAt.getTime() + REQUEST_DAYS * DAY_MS);
      const about = { projectId, releaseId: id, environments, plannedFor, note: note ?? null };
      const row = await prisma.approvalRequest.create({
        data: {
          ...about,
          links: toJson(references),
          ...{ requestedAt, requestedBy: caller.subject, endsAt },
        },
      });
      record('approval.requested', {
        ...{ id: row.id, projectId, releaseId: id },
        data: {
          ...{ environments, plannedFor: plannedFor?.toISOString() ?? null },
          ...{ byGate: false, endsAt: endsAt.toISOString() },
        },
      });
      return toRequest(row);
    });
    return { ...request, ...(warnings.length > 0 && { warnings }) };
  },
};
