import { CURRENT, ofSubject } from '../evidence/index.js';
import { defectsOf } from './defects.sql.js';

/** Current evidence of a release by kind: its number, and when the last was received. `$1`: the release. */
export const SELECT_EVIDENCE = {
  name: 'release-evidence',
  text: `SELECT e.kind, count(*)::int AS current, max(e.last_received_at) AS "lastReceivedAt",
                bool_or(e.summary ? 'findings') AS "hasFindings",
                bool_or(e.summary ? 'components') AS "hasComponents", bool_or(e.summary ? 'claims') AS "hasClaims"
           FROM evidence e WHERE e.release_id = $1 AND ${CURRENT} GROUP BY e.kind ORDER BY e.kind`,
};

/** The sums of all current test reports. */
export const SELECT_TESTS = {
  name: 'release-tests',
  text: `SELECT count(*)::int AS reports,
                sum((t ->> 'tests')::bigint)::float8 AS tests, sum((t ->> 'passed')::bigint)::float8 AS passed,
                sum((t ->> 'failures')::bigint)::float8 AS failures, sum((t ->> 'errors')::bigint)::float8 AS errors,
                sum((t ->> 'skipped')::bigint)::float8 AS skipped
           FROM (SELECT e.summary -> 'tests' AS t FROM evidence e
                  WHERE e.release_id = $1 AND ${CURRENT} AND e.summary ? 'tests') reports`,
};

/** Counts each version of each package once. */
export const COUNT_COMPONENTS = {
  name: 'release-components',
  text: `SELECT count(*)::int AS distinct FROM (
           SELECT DISTINCT c.key, c.version FROM evidence e JOIN components c ON c.evidence_id = e.id
            WHERE e.release_id = $1 AND ${CURRENT} AND NOT ${ofSubject('c')}) distinct_components`,
};

/** Counts defects by severity, type, whether they are fixable and whether they are suppressed. */
export const COUNT_FINDINGS = {
  name: 'release-findings',
  text: `SELECT severity, type, fixed_version IS NOT NULL AS fixable, suppressed, count(*)::int AS n
           FROM (${defectsOf('$1')}) defects
          GROUP BY severity, type, fixed_version IS NOT NULL, suppressed`,
};
