/** A link of names counts until its end, and for what was done before. */
const counts = (link: string) =>
  `(${link}.unlinked_at IS NULL OR ${link}.unlinked_at >= r.created_at)`;

/** Every name of the giver of the approval `a`: its own, its links, and other names of the same subject. */
const NAMES = `(
  SELECT to_jsonb(array_agg(DISTINCT known.name)) FROM (
    SELECT a.person_key AS name
    UNION ALL SELECT l.alias_key FROM identity_links l WHERE l.subject_key = a.person_key AND ${counts('l')}
    UNION ALL SELECT unnest(ARRAY[own.subject_key, other.alias_key])
      FROM identity_links own
      LEFT JOIN identity_links other ON other.subject_key = own.subject_key AND ${counts('other')}
     WHERE own.alias_key = a.person_key AND ${counts('own')}) known
   WHERE known.name IS NOT NULL)`;

/**
 * Verdict input: what people said of the release row `r` for the environment row `n` and did not withdraw, and who
 * stands behind the release.
 */
export const APPROVALS_INPUT = `(
  SELECT jsonb_build_object(
           'triggeredBy', r.triggered_by, 'authors', to_jsonb(r.authors),
           'given', COALESCE(jsonb_agg(jsonb_build_object(
             'id', a.id, 'decision', a.decision, 'person', a.person, 'names', ${NAMES},
             'groups', to_jsonb(a.groups), 'via', a.via, 'seen', a.seen, 'givenAt', a.given_at)
             ORDER BY a.id) FILTER (WHERE a.id IS NOT NULL), '[]'))
    FROM approvals a
   WHERE a.release_id = r.id AND a.environment = n.name AND a.withdrawn_at IS NULL)`;

/** What people saw. `$1`: release, `$2`: environment, `$3`: digests. */
export const SEEN = {
  name: 'facts-seen',
  text: `SELECT sha256, risk FROM decision_briefs
          WHERE release_id = $1 AND environment = $2 AND sha256 = ANY ($3::text[])`,
};
