import { type Place, query } from '../../database/context.js';
import { AppError } from '../../shared/app-error.js';

/** That retention removed the bytes of a document. */
export interface Removal {
  readonly sha256: string;
  readonly at: Date;
  /** Id of the retention policy. */
  readonly policy: string;
}

/** Documents whose bytes are gone, each with its latest removal. `$1`: project, `$2`: digests. */
const REMOVALS = {
  name: 'document-removals',
  text: `SELECT DISTINCT ON (r.sha256) r.sha256, r.removed_at AS at, r.policy_id AS policy FROM document_removals r
          WHERE r.project_id = $1 AND r.sha256 = ANY ($2::text[])
            AND NOT EXISTS (SELECT 1 FROM document_chunks c WHERE c.project_id = $1 AND c.sha256 = r.sha256)
          ORDER BY r.sha256, r.id DESC`,
};

/** The removals of documents of a project, by digest. */
export async function removalsOf(
  place: Place,
  projectId: number,
  digests: readonly string[],
): Promise<ReadonlyMap<string, Removal>> {
  const rows = await query<Removal>(place, REMOVALS, [projectId, [...new Set(digests)]]);
  return new Map(rows.map((row) => [row.sha256, row]));
}

/** The answer to a question that needs the bytes. */
export function documentRemoved({ at }: Removal): AppError {
  const removed = `Retention removed the bytes of this document at ${at.toISOString()}`;
  const detail = `${removed}. Its digest, findings and verdicts stay`;
  return new AppError('document-removed', detail);
}
