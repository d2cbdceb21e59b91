import { query, type TransactionContext } from '../../database/context.js';
import type { Summary } from '../../documents/parsing/summary.js';
import { indexed } from '../../vocabulary/subject.js';
import type { StoredSummary } from './evidence.js';
import { whyBeside } from './replaces.js';
import { subjectsOf } from './subject.js';

/** Evidence of the same kind, label and artifact as an upload. */
interface Slot {
  readonly releaseId: string;
  readonly kind: string;
  readonly label: string | null;
  readonly artifactSha256: string | null;
}

/** Evidence that the new evidence supersedes. */
export interface Older {
  readonly id: string;
  readonly label: string | null;
  readonly artifact: string | null;
  readonly tool: string | null;
  readonly summary: StoredSummary;
}

/** Evidence that counts beside the new evidence, and why. */
export interface Beside {
  readonly id: string;
  readonly why: string;
}

/**
 * Current evidence of a label, other than `$5`, and locks it. `$6`: also evidence whose claims take effect, which only
 * a caller with `vex:write` may supersede.
 */
const SAME_LABEL = {
  name: 'evidence-same-label',
  text: `SELECT id, label, artifact_sha256 AS artifact, tool, summary FROM evidence
          WHERE release_id = $1::uuid AND kind = $2 AND label = $3 AND artifact_sha256 IS NOT DISTINCT FROM $4
            AND superseded_at IS NULL AND retracted_at IS NULL AND id <> $5::uuid AND ($6 OR NOT absolves)
          ORDER BY id FOR NO KEY UPDATE`,
};

const SUPERSEDE = {
  name: 'evidence-supersede',
  text: 'UPDATE evidence SET superseded_by = $2::uuid WHERE id = ANY ($1::uuid[])',
};

/**
 * Supersedes current evidence of the same label that the new document replaces (`replaces.ts`). What it does
 * not replace counts beside it.
 */
export async function supersede(
  context: TransactionContext,
  { releaseId, kind, label, artifactSha256 }: Slot,
  by: {
    readonly id: string;
    readonly tool: string | null;
    readonly summary: Summary;
    readonly mayAbsolve: boolean;
  },
): Promise<{ superseded: Older[]; beside: Beside[] }> {
  if (label === null) return { superseded: [], beside: [] };
  const values = [releaseId, kind, label, artifactSha256, by.id, by.mayAbsolve];
  const older = await query<Older>(context, SAME_LABEL, values);
  if (older.length === 0) return { superseded: [], beside: [] };
  const artifacts = indexed(await subjectsOf(context, releaseId));
  const own = { ...by.summary, tool: by.tool };
  const read = older.map((one) => ({
    one,
    why: whyBeside(own, { ...one.summary, tool: one.tool }, artifacts),
  }));
  const superseded = read.flatMap(({ one, why }) => (why === undefined ? [one] : []));
  if (superseded.length > 0) {
    await query(context, SUPERSEDE, [superseded.map(({ id }) => id), by.id]);
  }
  const beside = read.flatMap(({ one: { id }, why }) => (why === undefined ? [] : [{ id, why }]));
  return { superseded, beside };
}

/** Tells the uploader which evidence of the label still counts, and what to do. */
export const besideWarnings = (beside: readonly Beside[], label: string): string[] =>
  beside.map(({ id, why }) =>
    [
      `Evidence ${id} with the label ${label} still counts: ${why}.`,
      `Give each its own label, or retract the other one: POST /evidence/${id}/retract`,
    ].join(' '),
  );
