import { ANONYMOUS } from '../../access/caller.js';
import { comparable } from '../../access/four-eyes.js';
import type { ApprovalInput, ApprovalsInput } from '../../engine/index.js';

const DAY_MS = 86_400_000;

/** What `APPROVALS_INPUT` selects. */
export interface ApprovalsRow {
  readonly triggeredBy: string | null;
  readonly authors: readonly string[];
  readonly given: readonly (Omit<ApprovalInput, 'olderThanDays'> & { readonly givenAt: string })[];
}

interface Requested {
  readonly id: string;
  readonly requestedBy: string;
}

/** The longest limit that the approval is older than. */
function exceeded(givenAt: string, limits: readonly number[], now: Date): number | undefined {
  const days = (now.getTime() - Date.parse(givenAt)) / DAY_MS;
  const passed = limits.filter((limit) => !(days < limit));
  return passed.length === 0 ? undefined : Math.max(...passed);
}

/**
 * The input of rules that ask for approvals. Names have the form in which subjects are compared.
 * @param limits of the age of approvals, in days. Nothing else here depends on the time
 */
export function approvalsInput(
  { triggeredBy, authors, given }: ApprovalsRow,
  waivers: readonly Requested[],
  limits: readonly number[],
  now: Date,
): ApprovalsInput {
  return {
    given: given.map(({ givenAt, ...approval }) => ({
      ...approval,
      // The name that the record shows counts, whatever the row has as the form of it.
      names: [...approval.names, comparable(approval.person)],
      olderThanDays: exceeded(givenAt, limits, now),
    })),
    triggeredBy: triggeredBy === null ? null : comparable(triggeredBy),
    authors: authors.map(comparable),
    requesters: waivers.map(({ id, requestedBy }) => ({
      waiver: id,
      name: requestedBy === ANONYMOUS.subject ? null : comparable(requestedBy),
    })),
  };
}
