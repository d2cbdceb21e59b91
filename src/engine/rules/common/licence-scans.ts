import type { RuleInput } from '../rule.js';
import { evidenceName, whyUncounted } from './cover-notes.js';
import { byText, firstOf } from './text.js';

/** Maximum number of documents that a message names. */
const NAMED = 5;

/** Tools that list licences of packages in reports of which no rule reads them. */
const OF_OTHER_SCANS: readonly string[] = ['trivy', 'grype'];

/** `. Not asked for licences, …`, for scans that show nothing about licences, though their packages name some. */
export function unreadScansNote({
  evidence,
  artifacts,
}: Pick<RuleInput, 'evidence' | 'artifacts'>): string {
  const scans = evidence.filter(({ kind }) => OF_OTHER_SCANS.includes(kind));
  const others = scans.filter(({ coverage }) => !coverage.some(({ what }) => what === 'licence'));
  const names = firstOf([...new Set(others.map(evidenceName))].toSorted(byText), NAMED);
  const looked = others.length === 1 ? 'it' : 'they';
  const uncounted = whyUncounted(scans, 'licence', artifacts);
  return [
    others.length > 0
      ? `. Not asked for licences, because ${looked} looked for something else: ${names}`
      : '',
    uncounted.length > 0 ? `. Warning: ${firstOf(uncounted, NAMED)}` : '',
  ].join('');
}
