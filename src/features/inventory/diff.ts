import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { type CallContext, readTogether } from '../../database/context.js';
import { requireRelease } from '../releases/index.js';
import type { ChangedDefect, ChangedPackage, ReleaseDiff } from './diff.schemas.js';
import { SELECT_DEFECTS, SELECT_PACKAGES, SELECT_SHOWS } from './diff.sql.js';
import { newest, versionOrder } from './versions.js';

/** A package that differs between the releases. The lists of a release without the package are null. */
export interface PackageRow {
  readonly key: string;
  readonly name: string;
  readonly from: string[] | null;
  readonly to: string[] | null;
  readonly licencesFrom: string[] | null;
  readonly licencesTo: string[] | null;
}

type DefectRow = ChangedDefect & {
  readonly change: 'new' | 'fixed' | 'unchanged' | 'unknown';
  readonly total: number;
};

const CHANGES = ['added', 'removed', 'upgraded', 'downgraded'] as const;
export type Change = (typeof CHANGES)[number];

/** The versions that `others` does not have. */
function without(versions: readonly string[], others: readonly string[]): string[] {
  const known = new Set(others);
  return versions.filter((version) => !known.has(version));
}

/** Classifies a package. Returns undefined if its versions are equal. A replaced version is one change. */
export function changeOf({
  key,
  from,
  to,
}: Pick<PackageRow, 'key' | 'from' | 'to'>): Change | undefined {
  if (from === null) return 'added';
  if (to === null) return 'removed';
  const removed = without(from, to);
  const added = without(to, from);
  if (removed.length === 0 && added.length === 0) return undefined;
  if (removed.length === 0) return 'added';
  if (added.length === 0) return 'removed';
  const compare = versionOrder(key);
  const order = compare(newest(removed, compare), newest(added, compare));
  if (order === 0) return undefined;
  return order < 0 ? 'upgraded' : 'downgraded';
}

const known = (texts: string[] | null) => (texts ?? []).filter((text) => text !== '').sort();

/** Sorts the licences within each joined text, so that their order does not matter. */
const licencesOf = (texts: string[] | null) =>
  known(texts).map((text) => text.split(' AND ').sort().join(' AND '));

/** Whether both releases have the package, with different licences. */
function isRelicensed({ from, to, licencesFrom, licencesTo }: PackageRow): boolean {
  if (from === null || to === null) return false;
  return JSON.stringify(licencesOf(licencesFrom)) !== JSON.stringify(licencesOf(licencesTo));
}

function packageOf({ key, name, from, to }: PackageRow) {
  return { key, name, from: known(from), to: known(to) };
}

/** Packages compared before the event loop may serve other requests. */
const BATCH_SIZE = 1000;

async function classify(rows: readonly PackageRow[], limit: number) {
  const lists: Record<Change, ChangedPackage[]> = {
    added: [],
    removed: [],
    upgraded: [],
    downgraded: [],
  };
  const counts = { added: 0, removed: 0, upgraded: 0, downgraded: 0, licencesChanged: 0 };
  const licencesChanged: ChangedPackage[] = [];
  for (const [i, row] of rows.entries()) {
    if (i % BATCH_SIZE === BATCH_SIZE - 1) await yieldToOthers();
    const change = changeOf(row);
    if (change) {
      counts[change] += 1;
      if (lists[change].length < limit) lists[change].push(packageOf(row));
    }
    if (!isRelicensed(row)) continue;
    counts.licencesChanged += 1;
    const { key, name, licencesFrom, licencesTo } = row;
    if (licencesChanged.length < limit) {
      licencesChanged.push({ key, name, from: known(licencesFrom), to: known(licencesTo) });
    }
  }
  return { counts, ...lists, licencesChanged };
}

function groupDefects(rows: readonly DefectRow[]) {
  const of = (change: DefectRow['change']) => rows.filter((row) => row.change === change);
  const total = (change: DefectRow['change']) => of(change)[0]?.total ?? 0;
  return {
    counts: {
      new: total('new'),
      fixed: total('fixed'),
      unchanged: total('unchanged'),
      unknown: total('unknown'),
    },
    new: of('new'),
    fixed: of('fixed'),
    unchanged: of('unchanged'),
    unknown: of('unknown'),
  };
}

/**
 * Compares the current evidence of two releases in one snapshot.
 * @param limit maximum length of each list; the counts include all entries
 * @throws {AppError} `release-not-found`
 */
export async function diffReleases(
  context: CallContext,
  [first, second]: readonly [string, string],
  limit: number,
): Promise<ReleaseDiff> {
  const from = await requireRelease(context, 'evidence:read', first);
  const to = await requireRelease(context, 'evidence:read', second);
  return readTogether(context, async (read) => {
    const showsOf = async ({ id }: { id: string }) =>
      (await read<{ shows: string }>(SELECT_SHOWS, [id])).map(({ shows }) => shows);
    const packages = await read<PackageRow & { same: number }>(SELECT_PACKAGES, [from.id, to.id]);
    const changed = packages.filter(({ key }) => key !== null);
    const { counts, ...lists } = await classify(changed, limit);
    const fromShows = await showsOf(from);
    const toShows = await showsOf(to);
    const defects = await read<DefectRow>(SELECT_DEFECTS, [from.id, to.id, limit, toShows]);
    return {
      from: { ...from, shows: fromShows },
      to: { ...to, shows: toShows },
      components: { counts: { ...counts, unchanged: packages[0]?.same ?? 0 }, ...lists },
      findings: groupDefects(defects),
    };
  });
}
