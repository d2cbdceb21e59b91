import { type CallContext, query } from '../../database/context.js';
import { takeTurn } from '../../database/turns.js';
import { BREAK_GLASS_VOID, type JudgedApproval } from '../../engine/index.js';
import { change } from '../../events/index.js';

/** A decision of the gate. */
interface Denied {
  readonly id: string | null;
  readonly projectId: number;
  readonly releaseId: string;
  readonly environment: string;
  readonly results: readonly {
    readonly rule: string;
    readonly status: string;
    readonly denies: boolean;
    readonly approvals?: readonly JudgedApproval[];
  }[];
}

/** A request that did not end. `$1`: release, `$2`: environment. */
const FIND_OPEN = {
  name: 'approval-request-open',
  text: `SELECT id FROM approval_requests
          WHERE release_id = $1 AND $2 = ANY (environments) AND ends_at > now() LIMIT 1`,
};

/** `$1`: project, `$2`: release, `$3`: environment, `$4`: the caller. */
const INSERT = {
  name: 'approval-request-by-gate',
  text: `INSERT INTO approval_requests (project_id, release_id, environments, by_gate, requested_by, ends_at)
         VALUES ($1, $2, ARRAY[$3], true, $4, now() + INTERVAL '720 hours') RETURNING id, ends_at AS "endsAt"`,
};

/** Whether people can let the release through by approving: nothing else denies, and nobody rejected it. */
function needsApprovalsAlone({ results }: Denied): boolean {
  const denying = results.filter(({ denies, rule }) => denies && rule !== BREAK_GLASS_VOID);
  return (
    denying.length > 0 &&
    denying.every(
      ({ rule, status, approvals = [] }) =>
        rule === 'approvals' &&
        status === 'fail' &&
        !approvals.some(({ state }) => state === 'rejects'),
    )
  );
}

/**
 * Requests approvals if they alone are missing, unless there is an open request. The caller needs no scope for it: the
 * gate asks.
 */
export async function ensureRequested(context: CallContext, verdict: Denied): Promise<void> {
  // Without an id, the rules timed out, and nothing is known.
  if (verdict.id === null || !needsApprovalsAlone(verdict)) return;
  const { projectId, releaseId, environment } = verdict;
  const isOpen = async (where: CallContext | Parameters<typeof takeTurn>[0]) =>
    (await query(where, FIND_OPEN, [releaseId, environment])).length > 0;
  if (await isOpen(context)) return;
  await change(context, async (changing) => {
    await takeTurn(changing, ['approval-requests', releaseId]);
    if (await isOpen(changing)) return changing.unchanged(undefined);
    const values = [projectId, releaseId, environment, changing.caller.subject];
    const [row] = await query<{ id: string; endsAt: Date }>(changing, INSERT, values);
    if (!row) throw new Error('the request was not stored');
    const asked = { environments: [environment], plannedFor: null, byGate: true };
    const data = { ...asked, endsAt: row.endsAt.toISOString() };
    changing.record('approval.requested', { id: row.id, projectId, releaseId, data });
    return undefined;
  });
}
