/** Waits after each failed attempt, in seconds: those of Standard Webhooks. They end after three days. */
export const WAITS_S: readonly number[] = [
  5,
  5 * 60,
  30 * 60,
  2 * 3600,
  5 * 3600,
  10 * 3600,
  14 * 3600,
  20 * 3600,
  24 * 3600,
];

/** The first attempt, and one after each wait. */
export const MAX_ATTEMPTS = WAITS_S.length + 1;

const DAY_S = 86_400;

/** The three forms of a date in HTTP (RFC 9110, section 5.6.7). `Date.parse` alone finds dates in any text. */
const HTTP_DATES = [
  /^[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT$/,
  /^[A-Z][a-z]+day, [0-9]{2}-[A-Z][a-z]{2}-[0-9]{2} [0-9:]{8} GMT$/,
  /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{8} [0-9]{4}$/,
];

function httpDate(text: string): number {
  if (!HTTP_DATES.some((form) => form.test(text))) return Number.NaN;
  return Date.parse(text.endsWith(' GMT') ? text : `${text} GMT`);
}

/**
 * Seconds that `Retry-After` asks for, as a number or as a date (RFC 9110, section 10.2.3). At most a day. What is
 * neither asks for nothing.
 */
export function retryAfterS(header: string | undefined, now: Date): number {
  if (header === undefined) return 0;
  const isNumber = /^[0-9]+$/.test(header);
  const seconds = isNumber ? Number(header) : (httpDate(header) - now.getTime()) / 1000;
  return Number.isNaN(seconds) ? 0 : Math.min(Math.max(seconds, 0), DAY_S);
}

/**
 * Seconds until the next attempt, up to 10 % more than the schedule, so that many deliveries do not come at once.
 * @param attempts those that were made
 * @param askedS what the receiver asks for
 * @returns undefined if there is no next attempt
 */
export function waitS(attempts: number, askedS = 0, random = Math.random()): number | undefined {
  const wait = WAITS_S[attempts - 1];
  return wait === undefined ? undefined : Math.max(wait, askedS) * (1 + 0.1 * random);
}
