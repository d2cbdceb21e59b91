import { REVIEW_HOURS } from './limits.js';

/**
 * Links make people of two lists of names one person. As for all that two people do: a link that was ended counts for
 * what was done before its end.
 */
function onePerson(these: string, those: string): string {
  const counts = (link: string) =>
    `(${link}.unlinked_at IS NULL OR ${link}.unlinked_at > b.requested_at)`;
  return `EXISTS (
  SELECT 1 FROM identity_links one
    LEFT JOIN identity_links other ON other.subject_key = one.subject_key AND ${counts('other')}
   WHERE ${counts('one')}
     AND ((one.alias_key = ANY (${these}) AND (one.subject_key = ANY (${those}) OR other.alias_key = ANY (${those})))
       OR (one.subject_key = ANY (${these}) AND one.alias_key = ANY (${those}))))`;
}

/** Both people of the row `b` are one. */
const LINKED = onePerson('b.requester_keys', 'b.confirmer_keys');

/** Reviews that do not count: by one of the people, under a name that was linked since. A trigger notes them. */
const OWN = `SELECT o.break_glass_id AS id FROM break_glass_own_reviews o
                JOIN break_glasses reviewed ON reviewed.id = o.break_glass_id AND reviewed.reviewed_at = o.reviewed_at`;

/**
 * Ids of break-glasses that opened, without a review that counts. It reads those without a review by a partial index,
 * so those that were reviewed cost nothing.
 */
export const UNREVIEWED = `
  SELECT missing.id FROM break_glasses missing WHERE missing.reviewed_at IS NULL AND missing.opened_at IS NOT NULL
  UNION ALL ${OWN}`;

/** Reviews that do not count. `$1`: ids of break-glasses, or null for all. */
export const OWN_REVIEWS = {
  name: 'break-glass-own-reviews',
  text: `${OWN} WHERE $1::uuid[] IS NULL OR o.break_glass_id = ANY ($1::uuid[])`,
};

/**
 * A page of those that wait for their review, newest first. `$1`: projects or null, `$2`: whether overdue, `$3`:
 * environment or null, `$4`: release or null, `$5`: who requested or null, `$6` and `$7`: times of the request, `$8`:
 * id of the row before the page or null, `$9`: number of rows. It has no name: the best plan depends on the values.
 */
export const WAITING = {
  text: `SELECT b.id FROM break_glasses b
          WHERE b.id IN (${UNREVIEWED}) AND (b.ended_at IS NOT NULL OR b.ends_at <= now())
            AND ($1::int[] IS NULL OR b.project_id = ANY ($1::int[]))
            AND (b.opened_at <= now() - INTERVAL '${REVIEW_HOURS} hours') = $2::boolean
            AND ($3::text IS NULL OR b.environment = $3) AND ($4::uuid IS NULL OR b.release_id = $4)
            AND ($5::text IS NULL OR b.requested_by = $5)
            AND b.requested_at >= $6::timestamptz AND b.requested_at < $7::timestamptz
            AND ($8::uuid IS NULL OR b.id < $8)
          ORDER BY b.id DESC LIMIT $9::int`,
};

/** An admin disabled one of the people. */
const DISABLED = `EXISTS (SELECT 1 FROM identities i
  WHERE i.disabled_at IS NOT NULL AND i.key = ANY (b.requester_keys || b.confirmer_keys))`;

/** An artifact was added since: the person did not see it. */
const CHANGED = `EXISTS (
  SELECT 1 FROM artifacts a WHERE a.release_id = b.release_id AND a.created_at > b.requested_at)`;

/** What people said of the release row `r` and the environment row `n` since the opening, as `SaidSince`. */
const SINCE = `to_jsonb(array_remove(ARRAY[
  CASE WHEN r.state = 'revoked' AND NOT COALESCE(r.revoked_at < b.opened_at, false) THEN 'release-revoked' END,
  CASE WHEN EXISTS (
    SELECT 1 FROM environment_stops s
     WHERE s.environment = n.name AND s.resumed_at IS NULL AND s.created_at >= b.opened_at
       AND (s.every_project OR r.project_id = ANY (s.project_ids))) THEN 'stopped' END], NULL))`;

/**
 * Verdict input: the break-glass that did not end for the release row `r` in the environment row `n`, or null. Without
 * `force` if an admin linked both people since: they are one.
 */
export const BREAK_GLASS_INPUT = `(
  SELECT jsonb_build_object(
           'id', b.id, 'reason', b.reason, 'requestedBy', b.requested_by, 'requestedVia', b.requested_via,
           'confirmedBy', b.confirmed_by, 'confirmedVia', b.confirmed_via, 'force', b.force AND NOT ${LINKED},
           'openedAt', b.opened_at, 'until', b.ends_at, 'since', ${SINCE}, 'isVoid', ${CHANGED})
    FROM break_glasses b
   WHERE b.release_id = r.id AND b.environment = n.name AND b.ended_at IS NULL
     AND b.opened_at <= now() AND b.ends_at > now() AND NOT ${DISABLED}
   ORDER BY b.id DESC LIMIT 1)`;

/** Missing reviews that a rule looks at: the oldest. */
const MAX_REVIEWS = 20;

/** Verdict input: break-glasses of the project of the release row `r` without a review that counts. */
export const REVIEWS_INPUT = `(
  SELECT COALESCE(jsonb_agg(jsonb_build_object(
           'id', missing.id, 'environment', missing.environment, 'version', broken.version,
           'dueAt', missing.opened_at + INTERVAL '${REVIEW_HOURS} hours') ORDER BY missing.id), '[]')
    FROM ((SELECT b.id, b.environment, b.release_id, b.opened_at FROM break_glasses b
            WHERE b.project_id = r.project_id AND b.reviewed_at IS NULL AND b.opened_at IS NOT NULL
            ORDER BY b.opened_at LIMIT ${MAX_REVIEWS})
          UNION ALL
          (SELECT b.id, b.environment, b.release_id, b.opened_at FROM break_glasses b
            WHERE b.id IN (${OWN}) AND b.project_id = r.project_id
            ORDER BY b.opened_at LIMIT ${MAX_REVIEWS})) missing
    JOIN releases broken ON broken.id = missing.release_id)`;
