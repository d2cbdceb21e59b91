import { CURRENT, countedAt, currentOf } from './current.sql.js';

/**
 * Number of reports of the kind, label and artifact of the evidence `e` that are older and have claims. Those do not
 * apply to its findings. Null if there are none, and without a label. `claimsBefore` counts the same.
 */
const CLAIMS_BEFORE = `CASE WHEN e.label IS NOT NULL THEN NULLIF(
  count(*) FILTER (WHERE e.absolves) OVER (
    PARTITION BY e.kind, e.label, e.artifact_sha256 ORDER BY e.last_received_at, e.id
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) END`;

/** Number of failed tests that a denial can name. */
const NAMED_TESTS = 5;

/**
 * Current evidence of the release `r`, which is an input of verdicts. The times (seconds since 1970) are not inputs: a
 * verdict depends only on which evidence is too old. `withClaimsBefore` adds what a window over all rows costs too
 * much for.
 */
export const EVIDENCE_INPUT = `(
  SELECT COALESCE(jsonb_agg(jsonb_build_object(
           'id', e.id, 'kind', e.kind, 'label', e.label, 'artifact', e.artifact_sha256,
           'sha256', e.received_sha256, 'storedSha256', e.stored_sha256,
           'parserVersion', e.parser_version, 'mayAbsolve', e.may_absolve,
           'claimsPlace', CASE WHEN e.absolves THEN (
             SELECT count(*) FROM evidence other
              WHERE other.release_id = e.release_id AND other.absolves AND other.id < e.id
                AND ${currentOf('other')}) END,
           'artifactsSeen', CASE WHEN e.kind = 'openvex' AND e.may_absolve THEN (
             SELECT count(*) FROM artifacts seen
              WHERE seen.release_id = e.release_id AND seen.created_at <= e.last_received_at) END,
           'shows', COALESCE(e.summary -> 'shows', '[]'),
           'coverage', e.summary -> 'coverage',
           'tests', (e.summary -> 'tests') || jsonb_build_object('failed', jsonb_path_query_array(
             e.summary, '$.tests.failed[0 to ${NAMED_TESTS - 1}].name')),
           'now', extract(epoch FROM now())::float8,
           'registeredAt', extract(epoch FROM r.created_at)::float8,
           'receivedAt', extract(epoch FROM e.last_received_at)::float8,
           'firstReceivedAt', (SELECT extract(epoch FROM d.created_at)::float8 FROM documents d
             WHERE d.project_id = e.project_id AND d.sha256 = e.stored_sha256))), '[]')
    FROM evidence e WHERE e.release_id = r.id AND ${CURRENT})`;

/**
 * SHA-256 of the evidence of a release that counted at a time, independent of its order. For evidence whose claims take
 * effect, the digest includes its id and when it was last received: these decide between several claims, and which
 * artifacts a claim covers. `$1`: the release, `$2`: the time.
 */
export const EVIDENCE_DIGEST = {
  name: 'verdict-running-evidence',
  text: `SELECT encode(sha256(convert_to(COALESCE(string_agg(content, ',' ORDER BY content COLLATE "C"), ''), 'UTF8')),
                       'hex') AS evidence
           FROM (SELECT DISTINCT jsonb_build_array(e.kind, e.label, e.artifact_sha256, e.received_sha256,
                                                   e.stored_sha256, e.parser_version, e.may_absolve,
                                                   ${CLAIMS_BEFORE},
                                                   CASE WHEN e.absolves THEN e.id END,
                                                   CASE WHEN e.absolves THEN extract(epoch FROM e.last_received_at)
                                                   END)::text AS content
                   FROM evidence e WHERE e.release_id = $1 AND ${countedAt('e', '$2')}) counting`,
};
