import { counted } from '../../../shared/text.js';
import type { EvidenceInput } from '../rule.js';
import { evidenceName } from './cover-notes.js';
import { joined, shown } from './text.js';

const DAY = 86_400;

/** Limits on the age of evidence, in days. */
interface Limits {
  readonly maximumAgeDays?: number | undefined;
  readonly unknownAge?: 'upload' | 'last-upload' | 'deny' | undefined;
  readonly maximumDatabaseAgeDays?: number | undefined;
}

/** Not `>`: an unknown age is too old. */
export const isOlder = (seconds: number | null, days: number | undefined) =>
  days !== undefined && !((seconds ?? Number.NaN) <= days * DAY);

/** What the limits allow: `older than 7 days`. */
export function limits(
  { maximumAgeDays, maximumDatabaseAgeDays, unknownAge }: Limits,
  old: readonly EvidenceInput[],
): string {
  const unknown = unknownAge === 'deny' || old.some(unreadOf) ? ' or of unknown age' : '';
  return [
    ...(maximumAgeDays === undefined
      ? []
      : [`is older than ${counted(maximumAgeDays, 'day')}${unknown}`]),
    ...(maximumDatabaseAgeDays === undefined
      ? []
      : [
          `was made with a database that is older than ${counted(maximumDatabaseAgeDays, 'day')} or of unknown age`,
        ]),
  ].join(', or ');
}

/** Whether a document says when its tool ran. */
const isDated = ({ coverage }: EvidenceInput) => coverage.some(({ at }) => at !== undefined);

/** A time of a document that is not understood. */
const unreadOf = ({ coverage }: EvidenceInput) =>
  coverage.find(({ unreadTime }) => unreadTime !== undefined)?.unreadTime;

const namesOf = (evidence: readonly EvidenceInput[]) =>
  joined([...new Set(evidence.map(evidenceName))]);

/** Ends a message about evidence that is not too old: old documents without a time look new. */
export function undatedNote(
  { maximumAgeDays, unknownAge }: Limits,
  evidence: readonly EvidenceInput[],
): string {
  const undated = evidence.filter((one) => !isDated(one));
  if (maximumAgeDays === undefined || undated.length === 0) return '';
  const which = unknownAge === 'last-upload' ? 'last' : 'first';
  return `. Warning: ${namesOf(undated)} does not say when its tool ran, so its age counts from its ${which} upload`;
}

/** What to do about evidence that is too old. The same tool run again does not say more about its database. */
export function renewal(
  { maximumAgeDays, maximumDatabaseAgeDays, unknownAge }: Limits,
  old: readonly EvidenceInput[],
): string {
  const again = 'Run the tool again and upload the report';
  const unread = maximumAgeDays === undefined ? undefined : old.find(unreadOf);
  if (unread)
    return [
      `${evidenceName(unread)} has a time that is not understood: ${shown(unreadOf(unread) ?? '')}`,
      'Let the tool write it as 2026-01-31T12:00:00Z, and upload the report again',
    ].join('. ');
  const undated = maximumAgeDays === undefined ? [] : old.filter((one) => !isDated(one));
  if (undated.length > 0 && unknownAge === 'deny')
    return `${namesOf(undated)} does not say when its tool ran. Upload a report with its time`;
  const same =
    undated.length > 0 && unknownAge !== 'last-upload'
      ? [
          `${namesOf(undated)} does not say when its tool ran, and the same bytes stay as old as their first upload`,
          'If it writes the same again, upload a report with a time, or let the policy count the last upload (unknownAge: last-upload)',
        ]
      : [];
  if (maximumDatabaseAgeDays === undefined) return [again, ...same].join('. ');
  const silent = old.filter(({ coverage }) => coverage.some(({ database }) => !database));
  if (silent.length === 0) return [again, ...same].join('. ');
  return [
    ...(silent.length < old.length ? [again] : []),
    `The age of the database is not known from ${namesOf(silent)}`,
    'Upload a report that tells it, such as the JSON of a current Grype',
  ].join('. ');
}
