/** The members `member` of a list in the inputs of the verdict `v`. */
const listed = (path: string, member: string) =>
  `SELECT one ->> '${member}' FROM jsonb_array_elements(v.inputs #> '{${path}}') AS one`;

/**
 * Whether what the verdict `v` depended on was taken back since, or is about something else now: an artifact was added,
 * or a person withdrew an approval or revoked a waiver. A rollback needs no approval.
 */
export const TAKEN_BACK = `(
  EXISTS (SELECT a.sha256 FROM artifacts a WHERE a.release_id = v.release_id
          EXCEPT ${listed('artifacts', 'sha256')})
  OR (NOT v.inputs ? 'rollback' AND EXISTS (
    SELECT 1 FROM approvals a WHERE a.id::text IN (${listed('approvals,given', 'id')})
       AND a.release_id = v.release_id AND a.withdrawn_at IS NOT NULL))
  OR EXISTS (
    SELECT 1 FROM waivers w
     WHERE w.id = ANY (ARRAY(${listed('waivers', 'id')})::uuid[]) AND w.revoked_at IS NOT NULL))`;
