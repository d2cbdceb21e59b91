import { query, type TransactionContext } from '../../database/context.js';
import { counted } from '../../shared/text.js';
import { indexed } from '../../vocabulary/subject.js';
import type { StoredSummary } from './evidence.js';
import { mustKeep, type Replacing, whyBeside } from './replaces.js';
import { subjectsOf } from './subject.js';
import { MISSING_FINDINGS, type Missing, SAME_LABEL, SUPERSEDE } from './supersede.sql.js';

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

/** New evidence, whose rows are stored. */
interface New {
  readonly id: string;
  readonly document: Replacing;
  readonly mayAbsolve: boolean;
}

const whyMissing = ({ what, number, rule }: Missing) =>
  [
    `it has ${counted(number, 'finding')} (${what}) that this document does not have, such as ${rule},`,
    'and nothing in them shows that both scanned the same',
  ].join(' ');

/** Why older evidence has findings that the new one lacks, by the id of the older. */
async function missingIn(
  context: TransactionContext,
  by: New,
  older: readonly Older[],
): Promise<Map<string, string>> {
  const kept = older.flatMap(({ id, tool, summary }) =>
    mustKeep(by.document, { ...summary, tool }).map((what) => ({ id, what })),
  );
  if (kept.length === 0) return new Map();
  const values = [kept.map(({ id }) => id), kept.map(({ what }) => what), by.id];
  const missing = await query<Missing>(context, MISSING_FINDINGS, values);
  return new Map(missing.map((one) => [one.id, whyMissing(one)]));
}

/**
 * Supersedes current evidence of the same label that the new document replaces (`replaces.ts`). What it does
 * not replace counts beside it.
 */
export async function supersede(
  context: TransactionContext,
  { releaseId, kind, label, artifactSha256 }: Slot,
  by: New,
): Promise<{ superseded: Older[]; beside: Beside[] }> {
  if (label === null) return { superseded: [], beside: [] };
  const values = [releaseId, kind, label, artifactSha256, by.id, by.mayAbsolve];
  const older = await query<Older>(context, SAME_LABEL, values);
  if (older.length === 0) return { superseded: [], beside: [] };
  const artifacts = indexed(await subjectsOf(context, releaseId));
  const reasons = new Map<string, string>();
  for (const { id, tool, summary } of older) {
    const why = whyBeside(by.document, { ...summary, tool }, artifacts);
    if (why !== undefined) reasons.set(id, why);
  }
  const alike = older.filter(({ id }) => !reasons.has(id));
  for (const [id, why] of await missingIn(context, by, alike)) reasons.set(id, why);
  const superseded = alike.filter(({ id }) => !reasons.has(id));
  if (superseded.length > 0) {
    await query(context, SUPERSEDE, [superseded.map(({ id }) => id), by.id]);
  }
  const beside = older.flatMap(({ id }) => {
    const why = reasons.get(id);
    return why === undefined ? [] : [{ id, why }];
  });
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
