import { counted } from '../../../shared/text.js';
import type { Note } from '../../kind.js';
import type { Report } from './schema.js';

/** What Grype says about packages, with the number of packages of each text. */
function countsOf({ alertsByPackage }: Pick<Report, 'alertsByPackage'>): Map<string, number> {
  const counts = new Map<string, number>();
  if (!Array.isArray(alertsByPackage)) return counts;
  for (const entry of alertsByPackage) {
    const { alerts }: Record<string, unknown> = Object(entry);
    for (const alert of Array.isArray(alerts) ? alerts : []) {
      const { message, type }: Record<string, unknown> = Object(alert);
      const text = String(message || type || 'alert').slice(0, 200);
      counts.set(text, (counts.get(text) ?? 0) + 1);
    }
  }
  return counts;
}

/** What Grype says about packages, such as the end of life of their distribution: one warning for each kind. */
export const alertsOf = (report: Pick<Report, 'alertsByPackage'>): Note[] =>
  [...countsOf(report)].map(([text, count]) => ({
    message: `Grype warns about ${counted(count, 'package')}: ${text}`,
    pointer: '/alertsByPackage',
  }));

/** The first alert, for verdicts. Continues the name of the evidence. */
export function caveatOf(report: Pick<Report, 'alertsByPackage'>): string | undefined {
  const [first, ...others] = countsOf(report);
  if (first === undefined) return undefined;
  const [text, count] = first;
  const more = others.length > 0 ? `, and of ${others.length} more` : '';
  return `warns about ${counted(count, 'package')}: ${text}${more}`;
}
