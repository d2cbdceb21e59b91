import { REVIEW_HOURS } from './limits.js';

/** As for all that two people do: a link that was ended counts for what was done before its end. */
const counts = (link: string) =>
  `(${link}.unlinked_at IS NULL OR ${link}.unlinked_at > b.requested_at)`;

/** Links that count join these names. */
const LINKED = `EXISTS (
  SELECT 1 FROM identity_links one
    LEFT JOIN identity_links other ON other.subject_key = one.subject_key AND ${counts('other')}
   WHERE ${counts('one')}
     AND ((one.alias_key = ANY (b.requester_keys)
           AND (one.subject_key = ANY (b.confirmer_keys) OR other.alias_key = ANY (b.confirmer_keys)))
       OR (one.subject_key = ANY (b.requester_keys) AND one.alias_key = ANY (b.confirmer_keys))))`;

/** An admin disabled one of the people. */
const DISABLED = `EXISTS (SELECT 1 FROM identities i
  WHERE i.disabled_at IS NOT NULL AND i.key = ANY (b.requester_keys || b.confirmer_keys))`;

/** An artifact was added since: the person did not see it. */
const CHANGED = `EXISTS (
  SELECT 1 FROM artifacts a WHERE a.release_id = b.release_id AND a.created_at > b.requested_at)`;

/**
 * Verdict input: the break-glass that is open for the release row `r` in the environment row `n`, or null. Without
 * `force` if an admin linked both people since: they are one.
 */
export const BREAK_GLASS_INPUT = `(
  SELECT jsonb_build_object(
           'id', b.id, 'reason', b.reason, 'requestedBy', b.requested_by, 'requestedVia', b.requested_via,
           'confirmedBy', b.confirmed_by, 'confirmedVia', b.confirmed_via, 'force', b.force AND NOT ${LINKED},
           'openedAt', b.opened_at, 'until', b.ends_at)
    FROM break_glasses b
   WHERE b.release_id = r.id AND b.environment = n.name AND b.ended_at IS NULL
     AND b.opened_at <= now() AND b.ends_at > now() AND NOT ${DISABLED} AND NOT ${CHANGED}
   ORDER BY b.id DESC LIMIT 1)`;

/** Reviews that a rule looks at: the oldest. */
const MAX_REVIEWS = 20;

/** Verdict input: break-glasses of the project of the release row `r` without a review. */
export const REVIEWS_INPUT = `(
  SELECT COALESCE(jsonb_agg(jsonb_build_object(
           'id', b.id, 'environment', b.environment, 'version', broken.version,
           'dueAt', b.opened_at + INTERVAL '${REVIEW_HOURS} hours') ORDER BY b.id), '[]')
    FROM (SELECT id, environment, release_id, opened_at FROM break_glasses
           WHERE project_id = r.project_id AND reviewed_at IS NULL AND opened_at IS NOT NULL
           ORDER BY opened_at LIMIT ${MAX_REVIEWS}) b
    JOIN releases broken ON broken.id = b.release_id)`;
