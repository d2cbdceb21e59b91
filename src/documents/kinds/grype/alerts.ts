import { counted } from '../../../shared/text.js';
import type { Note } from '../../kind.js';
import type { Report } from './schema.js';

type Alerting = Pick<Report, 'alertsByPackage'>;

interface Alert {
  readonly type: string;
  readonly text: string;
  /** Of how many packages. */
  readonly count: number;
}

/** What Grype says about packages, such as the end of life of their distribution: one entry for each kind. */
function alertsIn({ alertsByPackage }: Alerting): Alert[] {
  if (!Array.isArray(alertsByPackage)) return [];
  const found = new Map<string, Alert>();
  for (const entry of alertsByPackage) {
    const { alerts }: Record<string, unknown> = Object(entry);
    for (const alert of Array.isArray(alerts) ? alerts : []) {
      const { message, type }: Record<string, unknown> = Object(alert);
      const text = String(message || type || 'alert').slice(0, 200);
      const key = JSON.stringify([type, text]);
      const count = (found.get(key)?.count ?? 0) + 1;
      found.set(key, { type: String(type).toLowerCase(), text, count });
    }
  }
  return [...found.values()];
}

/** One warning for each kind of alert. */
export const alertsOf = (report: Alerting): Note[] =>
  alertsIn(report).map(({ text, count }) => ({
    message: `Grype warns about ${counted(count, 'package')}: ${text}`,
    pointer: '/alertsByPackage',
  }));

/** The packages were looked up, although their distribution gets no more fixes. */
const LOOKED_UP = 'distro-eol';

/** Grype has no data for the distribution of some packages (`distro-disabled`, `distro-unknown`). */
export function blindBy(report: Alerting): string | undefined {
  const blind = alertsIn(report).find(({ type }) => type !== LOOKED_UP);
  if (!blind) return undefined;
  const packages = counted(blind.count, 'package');
  return `Grype says of ${packages}: ${blind.text}. Name their distribution (--distro), or scan them with another tool`;
}

/** The first alert, for verdicts. Continues the name of the evidence. */
export function caveatOf(report: Alerting): string | undefined {
  const [first, ...others] = alertsIn(report);
  if (first === undefined) return undefined;
  const more = others.length > 0 ? `, and of ${others.length} more` : '';
  return `warns about ${counted(first.count, 'package')}: ${first.text}${more}`;
}
