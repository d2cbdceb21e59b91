/** When a tool ran, or the text of a time that is not understood: then the age of the document is unknown. */
export interface Timed {
  /** ISO 8601 in UTC. */
  readonly at?: string | undefined;
  readonly unreadTime?: string | undefined;
}

const ISO =
  /^(?<year>\d{4})-?(?<month>\d\d)-?(?<day>\d\d)(?:[T ]+(?<hour>\d\d):?(?<minute>\d\d)(?::?(?<second>\d\d)(?:[.,](?<part>\d{1,12}))?)?)?(?: ?(?<zone>Z|UTC|GMT|[+-]\d\d(?::?\d\d)?))?(?: [A-Z]{1,5}| [+-]\d\d)?(?: m=[+-][\d.]{1,30})?$/i;

/** `Wed, 01 Jan 2020 00:00:00 GMT`, and `Wed Jan 1 00:00:00 UTC 2020` of `date`. */
const NAMED =
  /^(?:[A-Z][a-z]{2,8},? )?(?:\d{1,2}[ -][A-Z][a-z]{2,8}[ -]\d{4}|[A-Z][a-z]{2,8} {1,2}\d{1,2},?(?: \d{4})?) \d{1,2}:\d\d(?::\d\d)?(?: (?:GMT|UTC|Z|[+-]\d{4}))?(?: \d{4})?$/;

/** The end of a time of `NAMED` that has a zone. */
const NAMED_ZONE = /(?:GMT|UTC|Z|[+-]\d{4})(?: \d{4})?$/;

/** `13/01/2020 10:00:00`: a day above 12 tells the order. */
const SLASHED = /^(\d{1,2})\/(\d{1,2})\/(\d{4})(?:[ T](\d\d:\d\d(?::\d\d)?))?$/;

const DAY_MS = 86_400_000;
/** 2001. Smaller numbers are seconds of some other clock, or not times. */
const FIRST_SECOND = 1e9;

const two = (text: string) => text.padStart(2, '0');

/** `Date.parse` reads 31 November as 1 December. */
const isDay = (year: number, month: number, day: number) =>
  day <= new Date(Date.UTC(year, month, 0)).getUTCDate();

function ofIso(text: string): number | undefined {
  const found = ISO.exec(text)?.groups;
  if (!found) return undefined;
  const { year, month, day, hour = '00', minute = '00', second = '00', part = '0', zone } = found;
  if (!isDay(Number(year), Number(month), Number(day))) return undefined;
  const offset =
    !zone || /^[a-z]/i.test(zone)
      ? 'Z'
      : `${zone.slice(0, 3)}:${zone.slice(3).replace(':', '') || '00'}`;
  return Date.parse(
    `${year}-${month}-${day}T${hour}:${minute}:${second}.${part.slice(0, 3).padEnd(3, '0')}${offset}`,
  );
}

/** Seconds, milliseconds, microseconds or nanoseconds since 1970, by the number of digits. */
function ofNumber(text: string): number | undefined {
  if (!/^\d{10}(?:\d{3}){0,3}(?:\.\d{1,9})?$/.test(text)) return undefined;
  const [whole = ''] = text.split('.');
  const seconds = Number(whole) / 10 ** (whole.length - 10);
  return seconds >= FIRST_SECOND ? seconds * 1000 : undefined;
}

function ofNamed(text: string): number | undefined {
  if (!NAMED.test(text)) return undefined;
  const inUtc = Date.parse(`${text.replace(/ (?:GMT|UTC|Z|[+-]\d{4})(?= \d{4}$|$)/, '')} UTC`);
  const day = /(?<!\d)\d{1,2}(?=[ ,-])/.exec(text)?.[0];
  if (new Date(inUtc).getUTCDate() !== Number(day)) return undefined;
  return Date.parse(NAMED_ZONE.test(text) ? text : `${text} UTC`);
}

function ofSlashed(text: string): number | undefined {
  const [, first = '', second = '', year = '', time = '00:00'] = SLASHED.exec(text) ?? [];
  if (!year) return undefined;
  const orders: [string, string][] = [
    [first, second],
    [second, first],
  ];
  const times = orders.flatMap(([day, month]) =>
    Number(month) <= 12 ? (ofIso(`${year}-${two(month)}-${two(day)}T${time}`) ?? []) : [],
  );
  return new Set(times).size === 1 ? times[0] : undefined;
}

/**
 * Reads a time as tools write it: ISO 8601, extended or basic, with or without a zone, also as Go and Python print it;
 * RFC 1123; numbers since 1970. Times without a zone are taken for UTC. A date that could be two days is not
 * understood. Years 1 and 1970 are the zero of programs: they are not times.
 */
export function timed(value: unknown): Timed {
  if (value === undefined || value === null || value === '' || value === 0) return {};
  const text = (typeof value === 'object' ? JSON.stringify(value) : String(value)).trim();
  const short = text.slice(0, 100);
  if (text === '' || text === '0') return {};
  const time =
    text.length > 100
      ? undefined
      : (ofIso(text) ?? ofNumber(text) ?? ofNamed(text) ?? ofSlashed(text));
  if (time === undefined || Number.isNaN(time)) return { unreadTime: short };
  if (time < DAY_MS) return {};
  return { at: new Date(time).toISOString() };
}

/** Whether a value is an instant without a time zone. Numbers since 1970 need none. */
export function isLocalTime(value: unknown): boolean {
  if (timed(value).at === undefined) return false;
  const text = String(value).trim();
  if (ofNumber(text) !== undefined) return false;
  return ISO.exec(text)?.groups?.zone === undefined && !(NAMED.test(text) && NAMED_ZONE.test(text));
}

/** The earliest of several times. If one of them is not understood, the age is unknown. */
export function earliestOf(values: readonly unknown[]): Timed {
  const times = values.map(timed);
  const at = times.flatMap((one) => one.at ?? []).sort()[0];
  const unread = times.find(({ unreadTime }) => unreadTime !== undefined)?.unreadTime;
  return { ...(at && { at }), ...(unread && { unreadTime: unread }) };
}
