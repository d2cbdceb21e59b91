import { counted } from '../../../shared/text.js';
import type { FindingType } from '../../../vocabulary/finding-types.js';
import { SEVERITIES, type Severity } from '../../../vocabulary/severity.js';
import type { Defect, DefectCount, Defects, Fix, WaivedDefect } from '../rule.js';
import { byText, firstOf, joined, shown } from './text.js';

/** Maximum number of defects that a message names. */
const NAMED = 5;

/** Which defects a rule counts. */
export interface Filter {
  readonly types: readonly FindingType[];
  readonly severities: readonly Severity[];
  readonly fixes: readonly Fix[];
}

/** Every fix: it does not matter whether a defect can be fixed. */
export const ANY_FIX: readonly Fix[] = ['available', 'none', 'unknown'];

/** The defects that match a filter. */
export interface Matching {
  /** Without waived defects, as are `bySeverity` and `worst`. */
  readonly total: number;
  readonly bySeverity: ReadonlyMap<Severity, number>;
  /** Some of the defects, the worst first. */
  readonly worst: readonly Defect[];
  readonly waived: readonly WaivedDefect[];
  /** Ids of the waivers that cover `waived`. */
  readonly waivers: readonly string[];
}

const byBadness = (a: Defect, b: Defect) =>
  SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
  Number(b.fixedVersion !== null) - Number(a.fixedVersion !== null) ||
  byText(a.rule, b.rule) ||
  byText(a.purl ?? a.location ?? '', b.purl ?? b.location ?? '') ||
  byText(a.fingerprint, b.fingerprint);

/** One defect for each fingerprint, even if two waivers cover it or two documents report it. */
const distinct = <D extends Defect>(defects: readonly D[]): D[] => [
  ...new Map(defects.toSorted(byBadness).map((one) => [one.fingerprint, one])).values(),
];

/** The severity by which a defect counts. One that not every tool rates also counts as unknown. */
function countedAs(
  { severity, unsure }: Pick<DefectCount, 'severity' | 'unsure'>,
  { severities }: Filter,
): Severity | undefined {
  if (severities.includes(severity)) return severity;
  return unsure && severities.includes('unknown') ? 'unknown' : undefined;
}

/** Whether a rule counts the defect, also if the running release has it, or a waiver covers it. */
export const isCounted = (defect: Omit<DefectCount, 'count'>, filter: Filter): boolean =>
  filter.types.includes(defect.type) &&
  countedAs(defect, filter) !== undefined &&
  filter.fixes.includes(defect.fix);

/** Counts the defects that match, without waived ones. */
export function matching(defects: Defects, filter: Filter): Matching {
  // A defect that the running release has, and that would have counted there, is not new.
  const isMatch = (one: Omit<DefectCount, 'count'>) =>
    isCounted(one, filter) && !(one.was && filter.severities.includes(one.was));
  const bySeverity = new Map<Severity, number>();
  const add = (severity: Severity, n: number) =>
    bySeverity.set(severity, (bySeverity.get(severity) ?? 0) + n);
  for (const one of defects.counts) {
    const severity = countedAs(one, filter);
    if (severity && isMatch(one)) add(severity, one.count);
  }
  const waived = distinct(defects.waived.filter(isMatch));
  for (const one of waived) {
    const severity = countedAs(one, filter) ?? one.severity;
    // A waived defect that was not counted must not reduce the count of the others.
    if ((bySeverity.get(severity) ?? 0) > 0) add(severity, -1);
  }
  const hidden = new Set(waived.map(({ fingerprint }) => fingerprint));
  const worst = distinct(defects.worst.filter(isMatch));
  return {
    total: [...bySeverity.values()].reduce((sum, n) => sum + n, 0),
    bySeverity,
    worst: worst.filter(({ fingerprint }) => !hidden.has(fingerprint)),
    waived,
    waivers: [...new Set(waived.flatMap(({ waivers }) => waivers))].toSorted(byText),
  };
}

/** `CVE-2021-44228 in pkg:maven/…@2.14.1, fixed in 2.15.0`. */
export function describe(defect: Defect): string {
  const { rule, purl, packageName, packageVersion, fixedVersion, location } = defect;
  const named = packageName && (packageVersion ? `${packageName}@${packageVersion}` : packageName);
  const place = purl ?? named ?? location;
  return [
    shown(rule),
    place ? ` in ${shown(place)}` : '',
    fixedVersion ? `, fixed in ${shown(fixedVersion, 100)}` : '',
  ].join('');
}

/** The worst defects, which a message names. */
export const named = ({ worst }: Matching): Defect[] => worst.slice(0, NAMED);

/** `: CVE-… in …; CVE-… in …; and 3 more`, or nothing. */
export function list({ worst, total }: Matching): string {
  if (total === 0) return '';
  return worst.length === 0 ? '' : `: ${firstOf(worst.map(describe), NAMED, total)}`;
}

/** `2 critical and 1 high`: the number for each severity, the worst first. `No` if there are none. */
export function bySeverity({ bySeverity }: Matching): string {
  const parts = SEVERITIES.flatMap((severity) => {
    const n = bySeverity.get(severity) ?? 0;
    const word = severity === 'unknown' || severity === 'none' ? `${severity}-severity` : severity;
    return n > 0 ? [`${n} ${word}`] : [];
  });
  return parts.length === 0 ? 'No' : joined(parts);
}

/** `. 2 waived findings do not count (1 waiver): …`, so that exceptions stay visible. */
export function waivedNote({ waived, waivers }: Matching): string {
  if (waived.length === 0) return '';
  const verb = waived.length === 1 ? 'does' : 'do';
  const names = firstOf(waived.map(describe), NAMED);
  const by = counted(waivers.length, 'waiver');
  return `. ${counted(waived.length, 'waived finding')} ${verb} not count (${by}): ${names}`;
}

/** Ends the advice about what only another commit changes. */
export const NEW_RELEASE_OR_WAIVE =
  'and make a new release of the corrected commit, or request a waiver: POST /waivers, with the `fingerprints` of these findings';

/** Ends the advice about packages. */
export const RESCAN_OR_WAIVE =
  'scan again and upload the report with the same label, or request a waiver: POST /waivers';
