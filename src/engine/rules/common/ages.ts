import { counted } from '../../../shared/text.js';
import type { EvidenceInput } from '../rule.js';
import { evidenceName } from './covers.js';
import { joined } from './text.js';

const DAY = 86_400;

/** Limits on the age of evidence, in days. */
interface Limits {
  readonly maximumAgeDays?: number | undefined;
  readonly maximumDatabaseAgeDays?: number | undefined;
}

/** Not `>`: an unknown age is too old. */
export const isOlder = (seconds: number | null, days: number | undefined) =>
  days !== undefined && !((seconds ?? Number.NaN) <= days * DAY);

/** What the limits allow: `older than 7 days`. */
export function limits({ maximumAgeDays, maximumDatabaseAgeDays }: Limits): string {
  return [
    ...(maximumAgeDays === undefined ? [] : [`is older than ${counted(maximumAgeDays, 'day')}`]),
    ...(maximumDatabaseAgeDays === undefined
      ? []
      : [
          `was made with a database that is older than ${counted(maximumDatabaseAgeDays, 'day')} or of unknown age`,
        ]),
  ].join(', or ');
}

/** What to do about evidence that is too old. The same tool run again does not say more about its database. */
export function renewal({ maximumDatabaseAgeDays }: Limits, old: readonly EvidenceInput[]): string {
  const again = 'Run the tool again and upload the report';
  if (maximumDatabaseAgeDays === undefined) return again;
  const silent = old.filter(({ coverage }) => coverage.some(({ database }) => !database));
  if (silent.length === 0) return again;
  const names = joined([...new Set(silent.map(evidenceName))]);
  return [
    ...(silent.length < old.length ? [again] : []),
    `The age of the database is not known from ${names}`,
    'Upload a report that tells it, such as the JSON of a current Grype',
  ].join('. ');
}
