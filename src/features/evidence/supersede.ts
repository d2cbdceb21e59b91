import { query, type TransactionContext } from '../../database/context.js';
import { counted } from '../../shared/text.js';
import { indexed } from '../../vocabulary/subject.js';
import type { StoredSummary } from './evidence.js';
import { componentsToKeep, isDeclared, mustKeep, type Replacing, whyBeside } from './replaces.js';
import { subjectsOf } from './subject.js';
import {
  MISSING_COMPONENTS,
  MISSING_FINDINGS,
  type Missing,
  RELICENSED,
  type Relicensed,
  SAME_LABEL,
  SUPERSEDE,
  SUPERSEDED_BEFORE,
} from './supersede.sql.js';

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
  readonly createdBy: string;
  /** Whether its claims take effect. Only a caller with `vex:write` may supersede it. */
  readonly absolves: boolean;
  /** Whether it has the bytes of the new evidence. */
  readonly isSameBytes: boolean;
  /** What the uploader said that its tool looked for. */
  readonly scanners: readonly string[];
}

/** Evidence that counts beside the new evidence, and why. */
export interface Beside {
  readonly id: string;
  readonly why: string;
  /** Whether its claims take effect. */
  readonly absolves: boolean;
}

/** New evidence, whose rows are stored. */
interface New {
  readonly id: string;
  readonly document: Replacing;
  readonly mayAbsolve: boolean;
  /** SHA-256 of the received bytes. */
  readonly receivedSha256: string;
  readonly scanners: readonly string[];
}

function whyMissing({ what, number, example }: Missing, { document }: New): string {
  if (what === 'components') {
    const components = counted(number, 'component');
    return `it has ${components} that this document does not have with a licence, such as ${example}`;
  }
  const findings = `it has ${counted(number, 'finding')} of the type ${what}, such as ${example}`;
  if (!document.shows.includes(what))
    return `${findings}, and this document does not show a scan for them`;
  if (isDeclared(what, document))
    return `${findings}, and only the word of the uploader says that the tool of this document looked for them`;
  return `${findings}, that this document does not have, or has in a milder form`;
}

/** Why older evidence has findings or components that the new one lacks, by the id of the older. */
async function missingIn(
  context: TransactionContext,
  by: New,
  older: readonly Older[],
): Promise<Map<string, string>> {
  const found: Missing[] = [];
  const findings = older.flatMap(({ id, tool, summary }) =>
    mustKeep(by.document, { ...summary, tool }).map((what) => ({ id, what })),
  );
  if (findings.length > 0) {
    const values = [findings.map(({ id }) => id), findings.map(({ what }) => what), by.id];
    found.push(...(await query<Missing>(context, MISSING_FINDINGS, values)));
  }
  const components = older.flatMap(({ id, summary }) => {
    const which = componentsToKeep(by.document, summary);
    return which === undefined ? [] : [{ id, all: which === 'all' }];
  });
  if (components.length > 0) {
    const values = [components.map(({ id }) => id), components.map(({ all }) => all), by.id];
    found.push(...(await query<Missing>(context, MISSING_COMPONENTS, values)));
  }
  return new Map(found.map((one) => [one.id, whyMissing(one, by)]));
}

const ABSOLVES = 'only a caller with the scope vex:write supersedes claims that take effect';

/** Why the new evidence does not replace the older one, before their findings and components are compared. */
function whyKept(
  by: New,
  { tool, summary, absolves, isSameBytes, scanners }: Older,
  supersededBy: string | undefined,
  artifacts: Parameters<typeof whyBeside>[2],
): string | undefined {
  if (absolves && !by.mayAbsolve) return ABSOLVES;
  // The bytes are from before what superseded them, so they say nothing about what came later.
  if (supersededBy !== undefined && !isSameBytes)
    return `this document was evidence with this label before, and evidence ${supersededBy} superseded it`;
  const unnamed = scanners.filter((one) => !by.scanners.includes(one));
  if (isSameBytes && unnamed.length > 0)
    return `it is the same document, uploaded with scanners that this upload does not name (${unnamed.join(', ')})`;
  return whyBeside(by.document, { ...summary, tool }, artifacts);
}

/** What an upload does to evidence of its label. */
interface Superseding {
  readonly superseded: readonly Older[];
  readonly beside: readonly Beside[];
  readonly replaced: readonly Replaced[];
  readonly relicensed: readonly Relicensed[];
}

const NOTHING: Superseding = { superseded: [], beside: [], replaced: [], relicensed: [] };

/**
 * Supersedes current evidence of the same label that the new document replaces (`replaces.ts`). What it does
 * not replace counts beside it.
 */
export async function supersede(
  context: TransactionContext,
  { releaseId, kind, label, artifactSha256 }: Slot,
  by: New,
): Promise<Superseding> {
  if (label === null) return NOTHING;
  const slot = [releaseId, kind, label, artifactSha256];
  const { receivedSha256 } = by;
  const older = await query<Older>(context, SAME_LABEL, [...slot, by.id, receivedSha256]);
  if (older.length === 0) return NOTHING;
  const before = await query<{ by: string }>(context, SUPERSEDED_BEFORE, [...slot, receivedSha256]);
  const artifacts = indexed(await subjectsOf(context, releaseId));
  const reasons = new Map<string, string>();
  for (const one of older) {
    const why = whyKept(by, one, before[0]?.by, artifacts);
    if (why !== undefined) reasons.set(one.id, why);
  }
  const alike = older.filter(({ id }) => !reasons.has(id));
  for (const [id, why] of await missingIn(context, by, alike)) reasons.set(id, why);
  const superseded = alike.filter(({ id }) => !reasons.has(id));
  if (superseded.length > 0) {
    await query(context, SUPERSEDE, [superseded.map(({ id }) => id), by.id]);
  }
  const beside = older.flatMap(({ id, absolves }) => {
    const why = reasons.get(id);
    return why === undefined ? [] : [{ id, why, absolves }];
  });
  return {
    superseded,
    beside,
    replaced: await replacedIn(context, by, superseded),
    relicensed: await relicensedIn(context, by, superseded),
  };
}

/** Superseded evidence whose components the new one has in other versions only. */
interface Replaced {
  readonly id: string;
  readonly what: string;
}

/** What differs between SBOMs with equally many components: an update, or the SBOM of another folder of that name. */
async function replacedIn(
  context: TransactionContext,
  by: New,
  superseded: readonly Older[],
): Promise<Replaced[]> {
  const alike = superseded.filter(
    ({ summary }) => componentsToKeep(by.document, summary) === 'names',
  );
  if (alike.length === 0) return [];
  const values = [alike.map(({ id }) => id), alike.map(() => true), by.id];
  const missing = await query<Missing>(context, MISSING_COMPONENTS, values);
  return missing.map(({ id, number, example }) => ({
    id,
    what: `${counted(number, 'component')} in another version, such as ${example}`,
  }));
}

/** The superseded evidence whose components have other licences in the new one: a release is one commit. */
async function relicensedIn(
  context: TransactionContext,
  by: New,
  superseded: readonly Older[],
): Promise<Relicensed[]> {
  const sboms = superseded.filter(({ summary }) => summary.components !== undefined);
  if (sboms.length === 0 || by.document.components === undefined) return [];
  return query<Relicensed>(context, RELICENSED, [sboms.map(({ id }) => id), by.id]);
}

/** Tells the uploader that licences of the same components changed, and whose word each is. */
export const relicensedWarnings = (
  relicensed: readonly Relicensed[],
  superseded: readonly Older[],
  label: string,
  uploader: string,
): string[] =>
  relicensed.map(({ id, number, example }) => {
    const before = superseded.find((one) => one.id === id)?.createdBy ?? 'unknown';
    return [
      `Evidence ${id} with the label ${label}, uploaded by ${before}, was superseded, and had other licences of`,
      `${counted(number, 'component')}, such as ${example.slice(0, 300)}. Now the word of ${uploader} counts`,
    ].join(' ');
  });

/** Tells the uploader that a superseded SBOM may be about something else that has the same name. */
export const replacedWarnings = (replaced: readonly Replaced[], label: string): string[] =>
  replaced.map(({ id, what }) =>
    [
      `Evidence ${id} with the label ${label} was superseded, and had ${what}.`,
      'If it was about another folder or job, upload it again with its own label',
    ].join(' '),
  );

/** Tells the uploader which evidence of the label still counts, and what to do. */
export const besideWarnings = (beside: readonly Beside[], label: string): string[] =>
  beside.map(({ id, why, absolves }) =>
    [
      `Evidence ${id} with the label ${label} still counts: ${why}.`,
      ...(absolves ? ['Its claims do not apply to findings of this document.'] : []),
      `Give each its own label, or retract the other one: POST /evidence/${id}/retract`,
    ].join(' '),
  );
