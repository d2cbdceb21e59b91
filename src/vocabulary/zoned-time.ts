const MINUTE = 60_000;
const DAY = 86_400_000;

const formats = new Map<string, Intl.DateTimeFormat>();

/** Names of zones come from clients, so few formats are kept. */
const MAX_FORMATS = 200;

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-US-u-ca-iso8601-nu-latn', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  if (formats.size >= MAX_FORMATS) formats.clear();
  formats.set(timeZone, format);
  return format;
}

/** An IANA name such as `Europe/Berlin`, or `UTC`. An offset such as `+02:00` knows no daylight saving time. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+\-/]*$/.test(name)) return false;
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}

/**
 * What clocks in the zone show, in milliseconds as if they showed UTC.
 * @param at milliseconds since 1970
 */
export function clockAt(at: number, timeZone: string): number {
  const parts: Record<string, number> = {};
  for (const { type, value } of formatOf(timeZone).formatToParts(at)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  const shown = new Date(0);
  shown.setUTCFullYear(year, month - 1, day);
  shown.setUTCHours(hour, minute, second, 0);
  return shown.getTime();
}

/** The instant of an offset change between two instants, to the minute: the first one of the new offset. */
function changeBetween(before: number, after: number, timeZone: string): number {
  const offset = (at: number) => clockAt(at, timeZone) - at;
  const old = offset(before);
  let [low, high] = [before, after];
  while (high - low > MINUTE) {
    const middle = low + Math.floor((high - low) / 2 / MINUTE) * MINUTE;
    if (offset(middle) === old) low = middle;
    else high = middle;
  }
  return high;
}

/**
 * The instant at which clocks in the zone show a time. A time that occurs twice, because clocks are set back, is its
 * first or its last occurrence. A time that clocks skip is the instant at which they skip it.
 * @param clock what clocks show, in milliseconds as if they showed UTC, in whole minutes
 */
export function instantOf(clock: number, timeZone: string, which: 'first' | 'last'): number {
  // No zone changes its offset twice within two days, and no offset is longer than a day.
  const [before, after] = [clock - DAY, clock + DAY];
  const early = clock - (clockAt(before, timeZone) - before);
  const late = clock - (clockAt(after, timeZone) - after);
  const real = [early, late].filter((at) => clockAt(at, timeZone) === clock).sort((a, b) => a - b);
  const [first] = real;
  const last = real.at(-1);
  if (first === undefined || last === undefined) return changeBetween(before, after, timeZone);
  return which === 'first' ? first : last;
}
