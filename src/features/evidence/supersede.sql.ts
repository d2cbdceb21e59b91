import type { FindingType } from '../../vocabulary/finding-types.js';
import { ofSubject } from './subject.sql.js';

/** Current evidence of a label, other than `$5`, and locks it. `$6`: SHA-256 of the bytes of the new evidence. */
export const SAME_LABEL = {
  name: 'evidence-same-label',
  text: `SELECT id, label, artifact_sha256 AS artifact, tool, summary, absolves, created_by AS "createdBy",
                received_sha256 = $6 AS "isSameBytes", scanners::text[] AS scanners
           FROM evidence
          WHERE release_id = $1::uuid AND kind = $2 AND label = $3 AND artifact_sha256 IS NOT DISTINCT FROM $4
            AND superseded_at IS NULL AND retracted_at IS NULL AND id <> $5::uuid
          ORDER BY id FOR NO KEY UPDATE`,
};

/**
 * Evidence of a label with the same bytes that other bytes superseded, the latest first. `$1` to `$4`: as for
 * `SAME_LABEL`, `$5`: SHA-256 of the bytes.
 */
export const SUPERSEDED_BEFORE = {
  name: 'evidence-superseded-before',
  text: `SELECT e.superseded_by AS by FROM evidence e JOIN evidence n ON n.id = e.superseded_by
          WHERE e.release_id = $1::uuid AND e.kind = $2 AND e.label = $3 AND e.artifact_sha256 IS NOT DISTINCT FROM $4
            AND e.received_sha256 = $5 AND n.received_sha256 <> $5
          ORDER BY e.id DESC LIMIT 1`,
};

export const SUPERSEDE = {
  name: 'evidence-supersede',
  text: 'UPDATE evidence SET superseded_by = $2::uuid WHERE id = ANY ($1::uuid[])',
};

/** What older evidence has, and the new evidence does not. */
export interface Missing {
  /** The older evidence. */
  readonly id: string;
  readonly what: FindingType | 'components';
  readonly number: number;
  /** The rule or the name of one of them. */
  readonly example: string;
}

/** The worst of each defect. `unknown` may be worse than what a later report says. */
const IS_THERE = `bool_or(NOT is_older)
  AND (min(severity) FILTER (WHERE NOT is_older) = min(severity) FILTER (WHERE is_older)
       OR (min(severity) FILTER (WHERE is_older) <> 'unknown'
           AND min(severity) FILTER (WHERE NOT is_older) < min(severity) FILTER (WHERE is_older)))
  AND (bool_and(unfixable) FILTER (WHERE is_older) OR NOT bool_and(unfixable) FILTER (WHERE NOT is_older))
  AND (NOT bool_or(fixed) FILTER (WHERE is_older) OR bool_or(fixed) FILTER (WHERE NOT is_older))`;

const COLUMNS = `f.fingerprint, f.purl, f.package_version, f.rule, f.severity, f.unfixable,
  f.fixed_version IS NOT NULL AS fixed`;

/**
 * Findings of `$1` with the types `$2` that `$3` lacks, or has in a milder form: less severe, or not fixable any more.
 * A finding may go with the statement of its own report that it does not count: then the statement goes, too.
 * Grouped and not joined: there are no statistics of rows that this transaction inserted.
 */
export const MISSING_FINDINGS = {
  name: 'evidence-missing-findings',
  text: `SELECT id, what, count(*)::int AS number, min(rule) AS example FROM (
           SELECT id, what, min(rule) FILTER (WHERE is_older) AS rule FROM (
             SELECT kept.id, kept.what, true AS is_older, ${COLUMNS}
               FROM unnest($1::uuid[], $2::finding_type[]) AS kept (id, what)
               JOIN findings f ON f.evidence_id = kept.id AND f.type = kept.what
              WHERE NOT EXISTS (SELECT 1 FROM claims c
                                 WHERE c.evidence_id = f.evidence_id AND c.target = encode(f.fingerprint, 'hex')
                                   AND c.applied AND c.absolves)
                AND NOT EXISTS (SELECT 1 FROM claims c
                                 WHERE c.evidence_id = f.evidence_id AND c.target = f.rule
                                   AND c.applied AND c.absolves
                                   AND (c.purl IS NULL OR c.purl = f.purl))
             UNION ALL
             SELECT kept.id, kept.what, false, ${COLUMNS}
               FROM unnest($1::uuid[], $2::finding_type[]) AS kept (id, what)
               JOIN findings f ON f.evidence_id = $3::uuid AND f.type = kept.what) AS both_of
            GROUP BY id, what, fingerprint, purl, package_version
           HAVING bool_or(is_older) AND NOT COALESCE(${IS_THERE}, false)) AS missing
          GROUP BY id, what`,
};

/**
 * Components of `$1` that `$3` lacks, or whose licences `$3` does not know. A component has a version if `$2` says so,
 * else only a name.
 */
export const MISSING_COMPONENTS = {
  name: 'evidence-missing-components',
  text: `SELECT id, 'components' AS what, count(*)::int AS number, min(name) AS example FROM (
           SELECT id, min(name) FILTER (WHERE is_older) AS name,
                  bool_or(is_older) AS was, bool_or(NOT is_older) AS here,
                  bool_or(licences <> '{}') FILTER (WHERE is_older) AS licensed,
                  COALESCE(bool_or(licences <> '{}') FILTER (WHERE NOT is_older), false) AS stays_licensed,
                  all_of, bool_or(bool_or(NOT is_older)) OVER (PARTITION BY id, key) AS has_name
             FROM (
             SELECT kept.id, kept.all_of, true AS is_older, c.key, c.version, c.name, c.licences
               FROM unnest($1::uuid[], $2::boolean[]) AS kept (id, all_of)
               JOIN components c ON c.evidence_id = kept.id AND NOT ${ofSubject('c')}
             UNION ALL
             SELECT kept.id, kept.all_of, false, c.key, c.version, c.name, c.licences
               FROM unnest($1::uuid[], $2::boolean[]) AS kept (id, all_of)
               JOIN components c ON c.evidence_id = $3::uuid AND NOT ${ofSubject('c')}) AS both_of
            GROUP BY id, all_of, key, version) AS each
          WHERE was AND CASE WHEN here THEN licensed AND NOT stays_licensed
                             WHEN all_of THEN true
                             ELSE NOT has_name END
          GROUP BY id`,
};

/** Components of superseded evidence that the new evidence has with other licences. */
export interface Relicensed {
  /** The superseded evidence. */
  readonly id: string;
  readonly number: number;
  /** `left@1: AGPL-3.0-only → MIT` */
  readonly example: string;
}

/** Components with one version in `$1` and in `$2`, and other licences. The subject is one of them. */
export const RELICENSED = {
  name: 'evidence-relicensed',
  text: `SELECT id, count(*)::int AS number,
                min(concat_ws('@', name, version) || ': '
                    || COALESCE(before, 'none') || ' → ' || COALESCE(after, 'none')) AS example
           FROM (SELECT id, version, min(name) AS name,
                        string_agg(DISTINCT licence, ' AND ' ORDER BY licence) FILTER (WHERE is_older) AS before,
                        string_agg(DISTINCT licence, ' AND ' ORDER BY licence) FILTER (WHERE NOT is_older) AS after
                   FROM (
                   SELECT kept.id, true AS is_older, c.key, c.version, c.name, l.licence
                     FROM unnest($1::uuid[]) AS kept (id) JOIN components c ON c.evidence_id = kept.id
                     LEFT JOIN LATERAL unnest(c.licences) AS l (licence) ON true
                   UNION ALL
                   SELECT kept.id, false, c.key, c.version, c.name, l.licence
                     FROM unnest($1::uuid[]) AS kept (id) JOIN components c ON c.evidence_id = $2::uuid
                     LEFT JOIN LATERAL unnest(c.licences) AS l (licence) ON true) AS both_of
                  GROUP BY id, key, version HAVING bool_or(is_older) AND bool_or(NOT is_older)) AS each
          WHERE before IS DISTINCT FROM after
          GROUP BY id`,
};
