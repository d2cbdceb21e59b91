import { query, type TransactionContext } from '../../database/context.js';
import type { Summary } from '../../documents/parsing/summary.js';

/** Evidence of the same kind, label and artifact as an upload. */
interface Slot {
  readonly releaseId: string;
  readonly kind: string;
  readonly label: string | null;
  readonly artifactSha256: string | null;
}

/** Evidence that the new evidence supersedes, or that counts beside it. */
export interface Older {
  readonly id: string;
  readonly label: string | null;
  readonly artifact: string | null;
  readonly targets: readonly string[];
  readonly summary: Summary;
}

/**
 * Current evidence of a label, other than `$5`, and locks it. `$6`: also evidence whose claims take effect, which only
 * a caller with `vex:write` may supersede.
 */
const SAME_LABEL = {
  name: 'evidence-same-label',
  text: `SELECT id, label, artifact_sha256 AS artifact, COALESCE(summary -> 'targets', '[]') AS targets, summary
           FROM evidence
          WHERE release_id = $1::uuid AND kind = $2 AND label = $3 AND artifact_sha256 IS NOT DISTINCT FROM $4
            AND superseded_at IS NULL AND retracted_at IS NULL AND id <> $5::uuid AND ($6 OR NOT absolves)
          ORDER BY id FOR NO KEY UPDATE`,
};

const SUPERSEDE = {
  name: 'evidence-supersede',
  text: 'UPDATE evidence SET superseded_by = $2::uuid WHERE id = ANY ($1::uuid[])',
};

/** Whether a document is about everything that an older one is about. Then it replaces it. */
const includes = (targets: readonly string[], older: readonly string[]) =>
  older.every((target) => targets.includes(target));

/**
 * Supersedes current evidence of the same label that is about nothing else. A report of another image, suite or job of
 * a matrix does not make the one before disappear: both count.
 */
export async function supersede(
  context: TransactionContext,
  { releaseId, kind, label, artifactSha256 }: Slot,
  by: { readonly id: string; readonly targets: readonly string[]; readonly mayAbsolve: boolean },
): Promise<{ superseded: Older[]; beside: Older[] }> {
  if (label === null) return { superseded: [], beside: [] };
  const values = [releaseId, kind, label, artifactSha256, by.id, by.mayAbsolve];
  const older = await query<Older>(context, SAME_LABEL, values);
  const superseded = older.filter(({ targets }) => includes(by.targets, targets));
  if (superseded.length > 0) {
    await query(context, SUPERSEDE, [superseded.map(({ id }) => id), by.id]);
  }
  return { superseded, beside: older.filter((one) => !superseded.includes(one)) };
}

const shorten = (targets: readonly string[]) => {
  const [first = 'nothing that it names', ...rest] = targets;
  return rest.length === 0 ? first : `${first} and ${rest.length} more`;
};

/** Tells the uploader which evidence of the label still counts, and what to do. */
export function besideWarnings(
  beside: readonly Older[],
  label: string,
  targets: readonly string[],
): string[] {
  return beside.map(({ id, targets: others }) =>
    [
      `Evidence ${id} with the label ${label} still counts: it is about ${shorten(others)},`,
      `and this document is about ${shorten(targets)}. Give each its own label,`,
      `or retract the other one: POST /evidence/${id}/retract`,
    ].join(' '),
  );
}
