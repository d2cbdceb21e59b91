import { Type } from '@sinclair/typebox';
import { invalidAt } from '../shared/app-error.js';

const instant = (description: string) =>
  Type.Optional(Type.String({ format: 'date-time', maxLength: 40, description }));

/** Parameters of a list that is limited in time. @param what of an item is compared, such as `Time of recording` */
export const queryByTime = (what: string) => ({
  from: instant(`Earliest time. ${what}`),
  to: instant(`Time before which items end: an item of exactly this time is left out. ${what}`),
});

/** From `from`, and before `to`. undefined: no limit. */
export interface TimeRange {
  readonly from: Date | undefined;
  readonly to: Date | undefined;
}

function timeOf(name: 'from' | 'to', text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const time = new Date(text);
  // Leap seconds are date-times, but JavaScript does not know them. PostgreSQL does not have year 0.
  if (Number.isNaN(time.getTime()) || time.getUTCFullYear() < 1) {
    throw invalidAt('query', `/${name}`, 'must be a date-time, such as 2026-11-25T10:00:00Z');
  }
  return time;
}

/** @throws {AppError} `validation-failed` */
export function timeRange(query: { from?: string; to?: string }): TimeRange {
  const range = { from: timeOf('from', query.from), to: timeOf('to', query.to) };
  if (range.from && range.to && range.from >= range.to) {
    throw invalidAt('query', '/from', 'must be before to');
  }
  return range;
}

/** The range as values of PostgreSQL. */
export const boundsOf = ({ from, to }: TimeRange) => [from ?? '-infinity', to ?? 'infinity'];
