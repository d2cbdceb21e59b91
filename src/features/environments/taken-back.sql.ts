/** Whether the inputs of the verdict `v` list this id, in JSON at `path`. */
const lists = (path: string, id: string) =>
  `v.inputs #> '{${path}}' @> jsonb_build_array(jsonb_build_object('id', ${id}))`;

/**
 * Whether what the verdict `v` depended on was taken back since, or is about something else now: an artifact was added,
 * or a person withdrew an approval or revoked a waiver. A rollback needs no approval.
 */
export const TAKEN_BACK = `(
  EXISTS (SELECT 1 FROM artifacts a
           WHERE a.release_id = v.release_id
             AND NOT COALESCE(v.inputs -> 'artifacts' @> jsonb_build_array(jsonb_build_object('sha256', a.sha256)),
                              false))
  OR EXISTS (SELECT 1 FROM approvals a
              WHERE NOT v.inputs ? 'rollback' AND a.release_id = v.release_id AND a.environment = v.environment
                AND a.withdrawn_at IS NOT NULL AND ${lists('approvals,given', 'a.id')})
  OR EXISTS (SELECT 1 FROM waivers w
              WHERE w.project_id = v.project_id AND w.revoked_at IS NOT NULL AND ${lists('waivers', 'w.id')}))`;
