import { query, type TransactionContext } from '../../database/context.js';
import { quotaExceeded } from '../../shared/quota.js';

/** How much a release and a project may have. 0: no limit. */
export interface EvidenceQuota {
  readonly QUOTA_REPORTS_PER_RELEASE: number;
  readonly QUOTA_BYTES_PER_PROJECT: number;
}

/**
 * Runs the deferred triggers that keep the counts. They lock the row of the project, then that of the release, so two
 * uploads see each other's counts. This is the end of an upload: the locks are held for a moment.
 */
const COUNT_NOW = {
  text: 'SET CONSTRAINTS documents_measured, evidence_counted, evidence_recounted IMMEDIATE',
};

/** `$1`: the project, `$2`: the release. */
const USED = {
  name: 'evidence-quota',
  text: `SELECT (SELECT document_bytes::float8 FROM project_usage WHERE project_id = $1) AS bytes,
                (SELECT reports FROM release_facts WHERE release_id = $2) AS reports`,
};

/**
 * Refuses the upload that this transaction has stored if it exceeds a quota. Its cost does not depend on how much is
 * stored.
 * @throws {AppError} `quota-exceeded`
 */
export async function checkQuota(
  context: TransactionContext,
  { projectId, releaseId }: { readonly projectId: number; readonly releaseId: string },
  { QUOTA_REPORTS_PER_RELEASE: reports, QUOTA_BYTES_PER_PROJECT: bytes }: EvidenceQuota,
): Promise<void> {
  if (reports === 0 && bytes === 0) return;
  await query(context, COUNT_NOW, []);
  const [used] = await query<{ bytes: number; reports: number }>(context, USED, [
    projectId,
    releaseId,
  ]);
  if (!used) throw new Error('the counts of the upload are missing');
  if (reports > 0 && used.reports > reports) {
    throw quotaExceeded(
      { quota: 'QUOTA_REPORTS_PER_RELEASE', maximum: reports, wanted: used.reports },
      'reports that count for a release',
      [
        'Retract reports that need not count (POST /evidence/{id}/retract),',
        'or upload with the label of the report to replace',
      ].join(' '),
    );
  }
  if (bytes > 0 && used.bytes > bytes) {
    throw quotaExceeded(
      { quota: 'QUOTA_BYTES_PER_PROJECT', maximum: bytes, wanted: used.bytes },
      'bytes of documents for a project',
      'Use another project, or ask the operator to raise the quota, or to remove documents by retention',
    );
  }
}
