import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { type CallContext, readTogether } from '../../database/context.js';
import { requireRelease } from '../releases/index.js';
import type { ChangedDefect, ChangedPackage, ReleaseDiff } from './diff.schemas.js';
import { SELECT_DEFECTS, SELECT_PACKAGES, SELECT_SHOWN } from './diff.sql.js';
import { newest, versionOrder } from './versions.js';

/** A package that is not the same in both releases; null: one of them has none of it. */
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

/** Versions that only one of the releases has. */
function without(versions: readonly string[], others: readonly string[]): string[] {
  const known = new Set(others);
  return versions.filter((version) => !known.has(version));
}

/** What became of a package: undefined when its versions are the same. A new version instead of an old one is one change. */
export function changeOf({
  key,
  from,
  to,
}: Pick<PackageRow, 'key' | 'from' | 'to'>): Change | undefined {
  if (from === null) return 'added';
  if (to === null) return 'removed';
  const gone = without(from, to);
  const come = without(to, from);
  if (gone.length === 0 && come.length === 0) return undefined;
  if (gone.length === 0) return 'added';
  if (come.length === 0) return 'removed';
  const compare = versionOrder(key);
  const order = compare(newest(gone, compare), newest(come, compare));
  if (order === 0) return undefined;
  return order < 0 ? 'upgraded' : 'downgraded';
}

const known = (texts: string[] | null) => (texts ?? []).filter((text) => text !== '').sort();

/** Several licences of one component, which are joined, in any order. */
const licencesOf = (texts: string[] | null) =>
  known(texts).map((text) => text.split(' AND ').sort().join(' AND '));

/** Do both releases have it, under other licences? */
function isRelicensed({ from, to, licencesFrom, licencesTo }: PackageRow): boolean {
  if (from === null || to === null) return false;
  return JSON.stringify(licencesOf(licencesFrom)) !== JSON.stringify(licencesOf(licencesTo));
}

function packageOf({ key, name, from, to }: PackageRow) {
  return { key, name, from: known(from), to: known(to) };
}

/** Comparing versions is work for this thread: others get their turn. */
const TURN = 1000;

async function sortOut(rows: readonly PackageRow[], limit: number) {
  const lists: Record<Change, ChangedPackage[]> = {
    added: [],
    removed: [],
    upgraded: [],
    downgraded: [],
  };
  const counts = { added: 0, removed: 0, upgraded: 0, downgraded: 0, licencesChanged: 0 };
  const licencesChanged: ChangedPackage[] = [];
  for (const [i, row] of rows.entries()) {
    if (i % TURN === TURN - 1) await yieldToOthers();
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

function sortDefects(rows: readonly DefectRow[]) {
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
 * What changed from one release to another, by the evidence of each that counts, all of one moment.
 * @param limit how long each list may be; the counts are of all
 * @throws {AppError} `release-not-found`
 */
export async function diffReleases(
  context: CallContext,
  [first, second]: readonly [string, string],
  limit: number,
): Promise<ReleaseDiff> {
  const from = await requireRelease(context, 'evidence:read', first);
  const to = await requireRelease(context, 'evidence:read', second);
  return readTogether(context, async (ask) => {
    const shownBy = async ({ id }: { id: string }) =>
      (await ask<{ shown: string }>(SELECT_SHOWN, [id])).map(({ shown }) => shown);
    const packages = await ask<PackageRow & { same: number }>(SELECT_PACKAGES, [from.id, to.id]);
    const changed = packages.filter(({ key }) => key !== null);
    const { counts, ...lists } = await sortOut(changed, limit);
    const fromShows = await shownBy(from);
    const toShows = await shownBy(to);
    const defects = await ask<DefectRow>(SELECT_DEFECTS, [from.id, to.id, limit, toShows]);
    return {
      from: { ...from, shows: fromShows },
      to: { ...to, shows: toShows },
      components: { counts: { ...counts, unchanged: packages[0]?.same ?? 0 }, ...lists },
      findings: sortDefects(defects),
    };
  });
}
