import type { FindingType } from '../../vocabulary/finding-types.js';

/**
 * Current evidence of a label, other than `$5`, and locks it. `$6`: also evidence whose claims take effect, which only
 * a caller with `vex:write` may supersede.
 */
export const SAME_LABEL = {
  name: 'evidence-same-label',
  text: `SELECT id, label, artifact_sha256 AS artifact, tool, summary FROM evidence
          WHERE release_id = $1::uuid AND kind = $2 AND label = $3 AND artifact_sha256 IS NOT DISTINCT FROM $4
            AND superseded_at IS NULL AND retracted_at IS NULL AND id <> $5::uuid AND ($6 OR NOT absolves)
          ORDER BY id FOR NO KEY UPDATE`,
};

export const SUPERSEDE = {
  name: 'evidence-supersede',
  text: 'UPDATE evidence SET superseded_by = $2::uuid WHERE id = ANY ($1::uuid[])',
};

/** Findings of older evidence that the new evidence does not have. */
export interface Missing {
  /** The older evidence. */
  readonly id: string;
  readonly what: FindingType;
  readonly number: number;
  /** One of them. */
  readonly rule: string;
}

/**
 * Findings of `$1` with the types `$2` that `$3` lacks, or has in a milder form: less severe, or not fixable any more.
 * A hash of each side is compared, whatever the statistics of rows that this transaction inserted say.
 */
export const MISSING_FINDINGS = {
  name: 'evidence-missing-findings',
  text: `SELECT id, what, count(*)::int AS number, min(rule) AS rule FROM (
           SELECT kept.id, kept.what, o.rule, o.fingerprint, o.severity, o.unfixable, o.fixed_version IS NULL
             FROM unnest($1::uuid[], $2::finding_type[]) AS kept (id, what)
             JOIN findings o ON o.evidence_id = kept.id AND o.type = kept.what
           EXCEPT
           SELECT kept.id, kept.what, n.rule, n.fingerprint, n.severity, n.unfixable, n.fixed_version IS NULL
             FROM unnest($1::uuid[], $2::finding_type[]) AS kept (id, what)
             JOIN findings n ON n.evidence_id = $3::uuid AND n.type = kept.what) AS missing (id, what, rule)
          GROUP BY id, what`,
};
