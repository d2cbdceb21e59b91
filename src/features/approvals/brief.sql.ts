/** `$1`: release, `$2`: environment, `$3`: digest. */
export const FIND_BRIEF = {
  name: 'brief-find',
  text: 'SELECT risk FROM decision_briefs WHERE release_id = $1 AND environment = $2 AND sha256 = $3',
};

/** `$1` to `$3`: as above, `$4`: project, `$5`: the risk as canonical JSON, `$6`: the caller. */
export const STORE_BRIEF = {
  name: 'brief-store',
  text: `INSERT INTO decision_briefs (release_id, environment, sha256, project_id, risk, shown_to)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
};

/** What a brief tells of the two releases. `$1`: release, `$2`: the running release or null. */
export const RELEASES_OF_BRIEF = {
  name: 'brief-releases',
  text: `SELECT r.id, r.version, r.commit, r.branch, r.notes, r.links, r.authors, r.triggered_by AS "triggeredBy"
           FROM releases r WHERE r.id IN ($1::uuid, $2::uuid)`,
};

/** `$1`: ids of waivers. */
export const WAIVERS_OF_BRIEF = {
  name: 'brief-waivers',
  text: `SELECT id, rule, purl, reason, expires_at AS "expiresAt", created_by AS "createdBy",
                approved_by AS "approvedBy"
           FROM waivers WHERE id = ANY ($1::uuid[]) ORDER BY id`,
};

/**
 * People who could approve: members of one of the groups who signed in within 90 days, or, for no groups, also holders
 * of a token of a person that was used since. `$1`: groups.
 */
export const PEOPLE_SEEN = {
  name: 'brief-people',
  text: `SELECT count(DISTINCT key)::int AS people FROM (
           SELECT i.key FROM identities i
            WHERE i.signed_in_at > now() - INTERVAL '90 days' AND i.disabled_at IS NULL
              AND (cardinality($1::text[]) = 0 OR i.groups && $1::text[])
           UNION ALL
           SELECT t.subject FROM api_tokens t
            WHERE cardinality($1::text[]) = 0 AND t.person AND t.revoked_at IS NULL
              AND COALESCE(t.last_used_at, t.created_at) > now() - INTERVAL '90 days') seen`,
};
