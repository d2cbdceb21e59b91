import { query } from '../../database/context.js';
import type { ChangeContext } from '../../events/index.js';

/**
 * Withdraws what these people approved, unless the release was deployed since with authorization. Rejections stay:
 * somebody else can withdraw them. `$1`: names in the form in which subjects are compared, `$2`: the admin, `$3`: the
 * reason.
 */
const WITHDRAW = {
  name: 'approvals-of-disabled',
  text: `UPDATE approvals a SET withdrawn_by = $2, withdraw_reason = $3
          WHERE a.person_key = ANY ($1::text[]) AND a.decision = 'approve' AND a.withdrawn_at IS NULL
            AND NOT EXISTS (SELECT 1 FROM deployments d
                             WHERE d.release_id = a.release_id AND d.environment = a.environment
                               AND (d."authorization" = 'authorized'
                                    OR (d."authorization" = 'unknown' AND d.decision = 'allow'))
                               AND d.created_at >= a.given_at)
         RETURNING id, project_id AS "projectId", release_id AS "releaseId", environment, person`,
};

type Withdrawn = {
  id: string;
  projectId: number;
  releaseId: string;
  environment: string;
  person: string;
};

/** Ends unused approvals of people who were disabled. @param keys their names, in the form for comparison */
export async function withdrawUnused(
  changing: ChangeContext,
  keys: readonly string[],
): Promise<void> {
  const values = [keys, changing.caller.subject, 'The person was disabled'];
  const rows = await query<Withdrawn>(changing, WITHDRAW, values);
  for (const { id, projectId, releaseId, environment, person } of rows) {
    const data = { environment, decision: 'approve', person };
    changing.record('approval.withdrawn', { id, projectId, releaseId, data });
  }
}
