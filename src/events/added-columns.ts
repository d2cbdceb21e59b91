import type { ImportedKind } from './catalogue.js';

/** What one migration added to a table: columns, and what they are in a row that is older. */
export interface AddedColumns {
  readonly columns: readonly string[];
  /** Condition over the row `t`: the columns have the values that the migration gave to the rows that were there. */
  readonly unset: string;
}

/**
 * Columns that tables gained since the first version that recorded digests of rows, in the order of the migrations. A
 * digest covers the columns of its time. A column that is younger must still have the value of the migration, because
 * the event of a change would have another digest.
 */
export const ADDED_COLUMNS: Readonly<Partial<Record<ImportedKind, readonly AddedColumns[]>>> = {
  project: [{ columns: ['key'], unset: 't.key IS NULL' }],
  artifact: [{ columns: ['digests'], unset: `t.digests = '{}'` }],
  release: [
    {
      columns: ['triggered_by', 'authors'],
      unset: `t.triggered_by IS NULL AND t.authors = '{}'`,
    },
  ],
  evidence: [
    { columns: ['scanners'], unset: `t.scanners = '{}'` },
    { columns: ['row_count'], unset: 't.row_count IS NULL' },
    { columns: ['triggered_by'], unset: 't.triggered_by IS NULL' },
  ],
  environment: [
    { columns: ['after'], unset: `t.after = '{}'` },
    { columns: ['sign_in_within_minutes'], unset: 't.sign_in_within_minutes IS NULL' },
  ],
  deployment: [
    {
      columns: ['decision', 'verdict_id'],
      unset: `t.decision = 'none' AND t.verdict_id IS NULL`,
    },
    {
      columns: [
        'state',
        'authorization',
        'judged_verdict_id',
        'succeeded_as',
        'ended_at',
        'ended_by',
      ],
      unset: `t.state = 'succeeded' AND t."authorization" = 'unknown' AND t.judged_verdict_id IS NULL
              AND t.ended_at IS NULL AND t.ended_by IS NULL`,
    },
  ],
  waiver: [
    {
      columns: ['about'],
      unset: `t.about IS NOT NULL AND (t.about = 'policy-rule') = (t.purl IS NULL AND t.rule IN (
                'tests-passed', 'evidence-required', 'max-findings', 'no-secrets', 'licences', 'banned-components',
                'sealed-only', 'semver-increases'))`,
    },
    { columns: ['fingerprints'], unset: `t.fingerprints = '{}'` },
  ],
  verdict: [{ columns: ['verdict_hash'], unset: 't.verdict_hash IS NULL' }],
  token: [{ columns: ['person'], unset: 'NOT t.person' }],
  issuer: [{ columns: ['actor_claim'], unset: 't.actor_claim IS NULL' }],
};
