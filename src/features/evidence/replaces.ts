import type { Summary } from '../../documents/parsing/summary.js';
import { counted } from '../../shared/text.js';
import type { Coverage } from '../../vocabulary/coverage.js';
import { FINDING_TYPES, SHOWN, type Shown } from '../../vocabulary/finding-types.js';
import { namedBy, type Subject, type Subjects } from '../../vocabulary/subject.js';

/** The parts of a summary that decide whether new evidence replaces older evidence of its label. */
export type Replacing = Pick<Summary, 'shows' | 'findings' | 'components'> &
  Partial<Pick<Summary, 'coverage' | 'targets'>>;

/** Clocks of build machines differ. */
const TOLERANCE_MS = 10 * 60_000;

/** The findings and components of a document, by what a tool looks for. */
function contentsOf({ findings, components }: Replacing): Shown[] {
  const found = FINDING_TYPES.filter((type) => (findings?.byType[type] ?? 0) > 0);
  return (components?.total ?? 0) > 0 ? [...found, 'components'] : found;
}

/** Rules for code find secrets and vulnerable packages by the way, so another analysis replaces those as well. */
const isByTheWay = (what: Shown, by: Replacing, older: Replacing) =>
  by.shows.includes('code') && !older.shows.includes(what);

/** What the older document has, and what the new one did not look for to its end. */
function unseen(by: Replacing, older: Replacing): Shown | undefined {
  return contentsOf(older).find((what) => !by.shows.includes(what) && !isByTheWay(what, by, older));
}

/** When the tools ran last. Reports of tests often have a local time without its zone. */
function timeOf({ coverage }: { readonly coverage?: readonly Coverage[] }): number | undefined {
  const times = (coverage ?? []).flatMap(({ what, at }) =>
    at !== undefined && what !== 'tests' ? [Date.parse(at)] : [],
  );
  return times.length === 0 ? undefined : Math.max(...times);
}

function newer(by: Replacing, older: Replacing): string | undefined {
  const [mine, theirs] = [timeOf(by), timeOf(older)];
  if (mine === undefined || theirs === undefined || theirs - mine <= TOLERANCE_MS) return undefined;
  const [now, then] = [mine, theirs].map((time) => new Date(time).toISOString());
  return `its tool ran at ${then}, and that of this document earlier, at ${now}`;
}

const shorten = (targets: readonly string[]) => {
  const [first = 'nothing that it names', ...rest] = targets;
  return rest.length === 0 ? first : `${first} and ${rest.length} more`;
};

/** An artifact of the release that the older document names by a digest, if the new one names only others. */
function otherArtifact(by: Replacing, older: Replacing, artifacts: Subjects<Subject>) {
  const named = ({ coverage }: { readonly coverage?: readonly Coverage[] }) =>
    new Set(
      (coverage ?? []).flatMap(({ of = [] }) => of.flatMap((one) => namedBy(one, artifacts))),
    );
  const own = named(by);
  return own.size === 0 ? undefined : [...named(older)].find((one) => !own.has(one));
}

/** How many things a document looked at for one type. NaN if it does not show it. */
function lookedAt(what: Shown, { coverage = [] }: Replacing): number {
  const counts = coverage.flatMap((entry) => (entry.what === what ? [entry.lookedAt] : []));
  return counts.length === 0 ? Number.NaN : counts.reduce<number>((sum, n) => sum + (n ?? NaN), 0);
}

/**
 * A release is one commit: its tests are the same when they run again, and its folders have the same packages. Where a
 * document names what it is about, only tests are compared: tools count packages in different ways.
 */
function otherAmount(by: Replacing, older: Replacing, isNameless: boolean): string | undefined {
  for (const what of isNameless ? SHOWN : (['tests'] as const)) {
    const [now, then] = [lookedAt(what, by), lookedAt(what, older)];
    if (what === 'tests' && now < then)
      return `${counted(then, 'test')} ran, and ${now} in this document, which may be a part of them`;
    // A document that looked at nothing did not look at something else.
    if (isNameless && now > 0 && then > 0 && now !== then)
      return `it looked at ${then} (${what}), and this document looked at ${now}. Neither names what it is about`;
  }
  return undefined;
}

/**
 * Why new evidence does not replace older evidence of the same label: it is about something else, it did not look for
 * what the older one found, it is a part of the older one, or its scan is the older one. Continues "still counts: ".
 * Undefined if it replaces it.
 */
export function whyBeside(
  by: Replacing,
  older: Replacing,
  artifacts: Subjects<Subject>,
): string | undefined {
  const [mine, theirs] = [by.targets ?? [], older.targets ?? []];
  // Evidence from before coverage was stored names nothing, and neither do some tools.
  const isNameless = theirs.length === 0 && older.coverage !== undefined;
  if (isNameless ? mine.length > 0 : !theirs.every((one) => mine.includes(one)))
    return `it is about ${shorten(theirs)}, and this document is about ${shorten(mine)}`;
  const other = otherArtifact(by, older, artifacts);
  if (other)
    return `it is about ${other.name} (sha256:${other.sha256}), and this document is about another artifact`;
  const what = unseen(by, older);
  if (what === 'components')
    return 'it has components, and this document does not show that it lists them';
  if (what !== undefined)
    return `it has findings of the type ${what}, and this document does not show a scan for them`;
  const areNameless = mine.length === 0 && theirs.length === 0;
  return otherAmount(by, older, areNameless) ?? newer(by, older);
}
