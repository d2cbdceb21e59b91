import type { EnvironmentWindow as WindowRow } from '../../generated/prisma/client.js';
import { AppError, invalidAt } from '../../shared/app-error.js';
import {
  clockOf,
  DAYS,
  spansAfter,
  stateAt,
  WINDOW_KINDS,
  type WindowTimes,
} from '../../vocabulary/windows.js';
import { isTimeZone } from '../../vocabulary/zoned-time.js';
import {
  type CreateEnvironmentWindow,
  type EnvironmentWindow,
  MAX_AHEAD_DAYS,
  MAX_LENGTH_DAYS,
} from './windows.schemas.js';

const DAY_MS = 86_400_000;

export const windowNotFound = () => new AppError('window-not-found', 'Window not found');

/** The times of a row. Values that this version does not know are of a freeze, which denies. */
export const timesOf = (row: WindowRow): WindowTimes => ({
  kind: WINDOW_KINDS.find((one) => one === row.kind) ?? 'freeze',
  from: row.fromLocal,
  to: row.toLocal,
  days: DAYS.filter((day) => row.days.includes(day)),
  timeZone: row.timeZone,
});

/** The window as the API returns it. @param now by the clock of the database */
export function toWindow(row: WindowRow, now: Date): EnvironmentWindow {
  const { id, environmentName: environment, timeZone, reason, createdAt, createdBy } = row;
  const { endedAt, endedBy, everyProject, projectIds } = row;
  const times = timesOf(row);
  const { kind, from, to, days } = times;
  const { state, until } = stateAt(times, now.getTime());
  const ended = endedAt !== null;
  return {
    ...{ id, environment, kind },
    from: days.length === 0 ? from : null,
    to: days.length === 0 ? to : null,
    weekly: days.length === 0 ? null : { days: [...days], from, to },
    timeZone,
    projects: everyProject ? null : projectIds,
    reason,
    state: ended ? 'ended' : state,
    until: ended || until === null ? null : new Date(until),
    ...{ createdAt, createdBy, endedAt, endedBy },
  };
}

/** Times of a window once. @throws {AppError} `validation-failed` */
function onceOf({ kind, from, to, timeZone }: CreateEnvironmentWindow, now: Date): WindowTimes {
  for (const [name, text] of Object.entries({ from, to })) {
    if (text === undefined)
      throw invalidAt('body', `/${name}`, 'is required unless weekly is given');
    if (Number.isNaN(clockOf(text)))
      throw invalidAt('body', `/${name}`, 'is not a date and time that exists');
  }
  const window = { kind, from: from ?? '', to: to ?? '', days: [], timeZone };
  const [begins, ends] = [clockOf(window.from), clockOf(window.to)];
  if (ends <= begins) throw invalidAt('body', '/to', 'must be after from');
  if (ends - begins > MAX_LENGTH_DAYS * DAY_MS) {
    throw invalidAt('body', '/to', `must be at most ${MAX_LENGTH_DAYS} days after from`);
  }
  // Clocks of any zone differ from UTC by less than a day.
  if (begins - now.getTime() > MAX_AHEAD_DAYS * DAY_MS) {
    throw invalidAt('body', '/from', `must be at most ${MAX_AHEAD_DAYS} days from now`);
  }
  if (begins - now.getTime() < -MAX_LENGTH_DAYS * DAY_MS) {
    throw invalidAt('body', '/from', `must be at most ${MAX_LENGTH_DAYS} days ago`);
  }
  const [span] = spansAfter(window, now.getTime());
  if (!span) throw invalidAt('body', '/to', 'must be in the future');
  return window;
}

/** Times of a window each week. @throws {AppError} `validation-failed` */
function weeklyOf({ kind, from, to, timeZone, weekly }: CreateEnvironmentWindow): WindowTimes {
  for (const [name, text] of Object.entries({ from, to })) {
    if (text !== undefined)
      throw invalidAt('body', `/${name}`, 'must be absent if weekly is given');
  }
  const { days = [], from: begins = '', to: ends = '' } = weekly ?? {};
  const isWholeDay = begins === ends || (begins === '00:00' && ends === '24:00');
  if (isWholeDay && days.length === DAYS.length) {
    const message =
      'must leave a part of the week out: stop the line instead, with POST /environments/{name}/stop';
    throw invalidAt('body', '/weekly', message);
  }
  return { kind, from: begins, to: ends, days: DAYS.filter((day) => days.includes(day)), timeZone };
}

/** @throws {AppError} `validation-failed` for times that no clock shows, that are over, far away or endless */
export function readTimes(input: CreateEnvironmentWindow, now: Date): WindowTimes {
  if (!isTimeZone(input.timeZone)) {
    throw invalidAt('body', '/timeZone', 'is not an IANA time zone, such as Europe/Berlin or UTC');
  }
  return input.weekly ? weeklyOf(input) : onceOf(input, now);
}
