import type { Coverage } from '../../vocabulary/coverage.js';
import { FINDING_TYPES, type FindingType } from '../../vocabulary/finding-types.js';
import { SEVERITIES } from '../../vocabulary/severity.js';
import { indexed, type Subject } from '../../vocabulary/subject.js';
import { type Replacing, whyBeside as whyBesideOf } from './replaces.js';

/** Makes small summaries of evidence for tests. */

export const whyBeside = (by: Replacing, older: Replacing, artifacts: readonly Subject[] = []) =>
  whyBesideOf(by, older, indexed(artifacts));

const zeros = <K extends string>(keys: readonly K[]) =>
  Object.fromEntries(keys.map((key) => [key, 0])) as Record<K, number>;

export function summary(shows: Replacing['shows'], found: readonly FindingType[] = []): Replacing {
  const none = zeros(SEVERITIES);
  return {
    shows,
    coverage: shows.map((what) => ({ what, ran: 'yes' })),
    targets: ['Trivy image shop'],
    findings: {
      total: found.length,
      distinct: found.length,
      reportedBySeverity: none,
      bySeverity: none,
      fixableBySeverity: none,
      byType: { ...zeros(FINDING_TYPES), ...Object.fromEntries(found.map((type) => [type, 1])) },
    },
  };
}
export const at = (what: Coverage['what'], time: string): Replacing => ({
  ...summary([what]),
  coverage: [{ what, ran: 'yes', at: time }],
});
export const looked = (
  what: Coverage['what'],
  lookedAt: number | undefined,
  targets = ['suite shop'],
): Replacing => ({
  ...{ ...summary([]), targets },
  coverage: [
    { what, ran: 'yes', lookedAt, of: targets.map((name) => ({ type: 'package', name })) },
  ],
});
/** Findings of an image, or of a folder. */
export const found = (
  about: Omit<Coverage, 'what' | 'ran'>,
  types: readonly FindingType[] = ['vulnerability'],
): Replacing => ({
  ...summary(['vulnerability'], types),
  coverage: [{ what: 'vulnerability', ran: 'yes', ...about }],
});
