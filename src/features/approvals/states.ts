import { query } from '../../database/context.js';
import type { JudgedApproval } from '../../engine/index.js';
import type { ChangeContext } from '../../events/index.js';

/** A verdict that holds from now on. */
interface Held {
  readonly projectId: number;
  readonly releaseId: string;
  readonly environment: string;
  readonly results: readonly { readonly approvals?: readonly JudgedApproval[] }[];
}

/** Stores which approvals are void, and which hold again. `$1`: ids, `$2`: whether void, `$3`: lists of texts. */
const STORE = {
  name: 'approval-states',
  text: `WITH said AS (SELECT * FROM unnest($1::uuid[], $2::boolean[], $3::jsonb[]) AS said(id, is_void, because)),
              before AS (SELECT s.approval_id, s.is_void FROM approval_states s WHERE s.approval_id = ANY ($1::uuid[]))
         INSERT INTO approval_states AS state (approval_id, is_void, because)
         SELECT said.id, said.is_void, said.because
           FROM said LEFT JOIN before ON before.approval_id = said.id
          WHERE said.is_void OR before.is_void
         ON CONFLICT (approval_id) DO UPDATE
            SET is_void = excluded.is_void, because = excluded.because, since = now()
          WHERE (state.is_void, state.because) IS DISTINCT FROM (excluded.is_void, excluded.because)
         RETURNING state.approval_id AS id,
                   state.is_void AND NOT COALESCE((SELECT before.is_void FROM before
                                                    WHERE before.approval_id = state.approval_id), false) AS "isNew"`,
};

/** Stores what a verdict says of approvals, and records which became void. */
export async function recordStates(changing: ChangeContext, verdict: Held): Promise<void> {
  const { projectId, releaseId, environment, results } = verdict;
  const said = new Map(
    results.flatMap(({ approvals = [] }) =>
      approvals.filter(({ state }) => state !== 'rejects').map((one) => [one.id, one] as const),
    ),
  );
  if (said.size === 0) return;
  const all = [...said.values()];
  const because = ({ state, because: texts }: JudgedApproval) => (state === 'void' ? texts : []);
  const rows = await query<{ id: string; isNew: boolean }>(changing, STORE, [
    all.map(({ id }) => id),
    all.map(({ state }) => state === 'void'),
    all.map((one) => JSON.stringify(because(one))),
  ]);
  for (const { id, isNew } of rows) {
    const one = said.get(id);
    if (!isNew || !one) continue;
    const data = { environment, person: one.person, because: because(one) };
    changing.record('approval.voided', { id, projectId, releaseId, data });
  }
}
