import { reachable } from '../../access/reachable.js';
import type { Scope } from '../../access/scopes.js';
import type { CallContext } from '../../database/context.js';
import { fromJson } from '../../database/json.js';
import type { Summary } from '../../documents/parsing/summary.js';
import type { Evidence as EvidenceRow } from '../../generated/prisma/client.js';
import { AppError } from '../../shared/app-error.js';
import { coverageOf, shownBy } from '../../vocabulary/coverage.js';
import type { STATUSES } from './evidence.schemas.js';
import type { Removal } from './removals.js';

type Status = (typeof STATUSES)[number];

/** Evidence as the API returns it. */
export type Evidence = Omit<
  EvidenceRow,
  'artifactSha256' | 'absolves' | 'rowCount' | 'supersededById' | 'summary'
> & {
  readonly artifact: string | null;
  readonly status: Status;
  readonly supersededBy: string | null;
  readonly summary: Summary;
  /** Null: the document is there. */
  readonly documentRemoved: Pick<Removal, 'at' | 'policy'> | null;
};

function statusOf({ retractedAt, supersededAt }: EvidenceRow): Status {
  if (retractedAt) return 'retracted';
  return supersededAt ? 'superseded' : 'current';
}

/** A summary as it is stored: evidence from before coverage was stored has none, and no targets. */
export type StoredSummary = Omit<Summary, 'coverage' | 'targets'> & Partial<Summary>;

/**
 * Completes the summary of evidence from before coverage was stored. A target of a tool that does not name itself is
 * stored with a space in front.
 */
export function toSummary({ testsRun: _testsRun, ...summary }: StoredSummary): Summary {
  const coverage = [...coverageOf(summary)];
  const targets = (summary.targets ?? []).map((target) => target.trim());
  return { ...summary, targets, shows: shownBy(coverage), coverage };
}

/** @param removal of its document, if retention removed the bytes */
export function toEvidence(row: EvidenceRow, removal?: Removal): Evidence {
  const {
    artifactSha256,
    absolves: _absolves,
    rowCount: _rowCount,
    supersededById,
    ...known
  } = row;
  const { summary, ...rest } = known;
  return {
    ...rest,
    artifact: artifactSha256,
    status: statusOf(row),
    supersededBy: supersededById,
    summary: toSummary(fromJson<Summary>(summary)),
    documentRemoved: removal ? { at: removal.at, policy: removal.policy } : null,
  };
}

const evidenceNotFound = () => new AppError('evidence-not-found', 'Evidence not found');

/** @throws {AppError} `evidence-not-found` if it does not exist, or is outside the caller's projects */
export async function requireEvidence(
  { caller, prisma }: CallContext,
  scope: Scope,
  id: string,
): Promise<EvidenceRow> {
  const row = await prisma.evidence.findUnique({ where: { id: id.toLowerCase() } });
  return reachable(row, caller, scope, evidenceNotFound);
}
