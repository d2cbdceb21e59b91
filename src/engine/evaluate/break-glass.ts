import { counted, minuteUtc } from '../../shared/text.js';
import { byText, joined, shown } from '../rules/common/text.js';
import { builtIn } from './built-in.js';
import type { CanonicalInputs } from './canonical.js';
import type { Judgement, RuleResult } from './inputs.js';

/** The name of the built-in rule that says that the glass is broken. */
export const BREAK_GLASS = 'break-glass';

/** The name of the built-in rule that says why a break-glass does not count any more. */
export const BREAK_GLASS_VOID = 'break-glass-void';

/** What people said after it was opened, by the built-in rules that say it. Nobody opened it for that. */
export type SaidSince = 'release-revoked' | 'stopped';

/** A break-glass that is open for the release in the environment. */
export interface BreakGlassInput {
  readonly id: string;
  readonly reason: string;
  /** The person who asked for it. */
  readonly requestedBy: string;
  /** How the server knows that it is a person. */
  readonly requestedVia: 'sign-in' | 'token';
  /** The second person. Null: without force. */
  readonly confirmedBy: string | null;
  readonly confirmedVia: 'sign-in' | 'token' | null;
  /** Whether it passes what takes two people. False also if both turn out to be one person. */
  readonly force: boolean;
  /** ISO 8601: its end. */
  readonly until: string;
  /** What two people do not pass either. Absent: nothing. */
  readonly since?: readonly SaidSince[];
}

/** A break-glass that did not end, of a release that has another artifact since. It lets nothing pass. */
export type VoidBreakGlassInput = Pick<BreakGlassInput, 'id' | 'requestedBy' | 'until'>;

export const breakGlassInput = (input: BreakGlassInput): BreakGlassInput => ({
  id: input.id,
  reason: input.reason,
  requestedBy: input.requestedBy,
  requestedVia: input.requestedVia,
  confirmedBy: input.confirmedBy,
  confirmedVia: input.confirmedVia,
  force: input.force,
  until: input.until,
  ...(input.since &&
    input.since.length > 0 && { since: [...new Set(input.since)].toSorted(byText) }),
});

export const voidBreakGlassInput = ({
  id,
  requestedBy,
  until,
}: VoidBreakGlassInput): VoidBreakGlassInput => ({ id, requestedBy, until });

type Said = Pick<RuleResult, 'policy' | 'rule' | 'status' | 'denies' | 'approvals'>;

/** Built-in rules that only two people pass. */
const TWO_PEOPLE: ReadonlySet<string> = new Set(['release-revoked', 'stopped']);

/** Whether two people must pass it: a stopped line, a revoked release, a rule that cannot be asked. */
const needsTwo = ({ policy, rule, status }: Said): boolean =>
  status === 'error' || rule === 'policy-required' || (policy === null && TWO_PEOPLE.has(rule));

const isRejected = ({ approvals = [] }: Said) => approvals.some(({ state }) => state === 'rejects');

const isBroken = ({ policy, rule }: Said) => policy === null && rule === BREAK_GLASS;

/** Whether the results are of a question while the glass was broken, whatever was decided. */
export const isUnderBreakGlass = (results: readonly Said[]): boolean => results.some(isBroken);

/** What a break-glass passes: the denials as they stand, the rejections of people first. */
export function overriddenBy<Result extends Said>(results: readonly Result[]): Result[] {
  const denying = results.filter((one) => one.denies && !isBroken(one));
  return [...denying.filter(isRejected), ...denying.filter((one) => !isRejected(one))];
}

/** What a break-glass passes, in one line for each denial. */
export const overridesOf = (results: readonly (Said & Pick<RuleResult, 'message'>)[]): string[] =>
  overriddenBy(results).map(({ rule, message }) => `${rule}: ${message}`);

const byToken = (via: BreakGlassInput['confirmedVia']) => (via === 'token' ? ' (by a token)' : '');

function who(open: BreakGlassInput): string {
  const { requestedBy, requestedVia, confirmedBy, confirmedVia, until, reason } = open;
  const second =
    confirmedBy === null ? '' : `, and ${shown(confirmedBy)}${byToken(confirmedVia)} confirmed`;
  const first = `${shown(requestedBy)}${byToken(requestedVia)}`;
  return `${first} broke the glass until ${minuteUtc(until)}${second}: ${shown(reason, 2000)}`;
}

const nameOf = (result: Said) =>
  isRejected(result) ? `${shown(result.rule)} (rejected by a person)` : shown(result.rule);

const namesOf = (results: readonly Said[]) => joined([...new Set(results.map(nameOf))]);

/** Says of a denial why the break-glass does not pass it. */
function voided({ requestedBy, until }: VoidBreakGlassInput): RuleResult {
  const message = [
    `${shown(requestedBy)} broke the glass until ${minuteUtc(until)}, and an artifact was added to the release since`,
    'It does not cover what nobody saw then. End it, and break the glass again: POST /break-glass/{id}/end',
  ].join('. ');
  return builtIn(BREAK_GLASS_VOID, message);
}

/** Denials that the break-glass does not pass, with the reason. */
function beyond(open: BreakGlassInput, denying: readonly RuleResult[]) {
  if (!open.force) {
    const left = denying.filter(needsTwo);
    return { left, why: `One person does not pass ${namesOf(left)}` };
  }
  const since: ReadonlySet<string> = new Set(open.since);
  const left = denying.filter(({ policy, rule }) => policy === null && since.has(rule));
  return { left, why: `It was opened before people said that: ${namesOf(left)}` };
}

/**
 * The decision while the glass is broken. Each rule's result stays as it is. Those that the break-glass passes are
 * marked, and an additional result says who broke it.
 */
export function breakGlass(
  { breakGlass: open, breakGlassVoid: past }: CanonicalInputs,
  results: readonly RuleResult[],
): Pick<Judgement, 'decision' | 'results'> {
  const denying = overriddenBy(results);
  if (!open) {
    if (denying.length === 0) return { decision: 'allow', results };
    return { decision: 'deny', results: past ? [voided(past), ...results] : results };
  }
  const { left, why } = beyond(open, denying);
  if (left.length > 0) {
    const message = [
      who(open),
      why,
      'End it, and break the glass with "force": true, which a second person confirms: POST /break-glass/{id}/end',
    ].join('. ');
    return { decision: 'deny', results: [builtIn(BREAK_GLASS, message), ...results] };
  }
  const what =
    denying.length === 0
      ? 'No rule denies the release'
      : `It overrides ${counted(denying.length, 'denial')}: ${namesOf(denying)}`;
  const message = `${who(open)}. ${what}. Another person reviews it: POST /break-glass/{id}/review`;
  const said: RuleResult = { ...builtIn(BREAK_GLASS, message), status: 'pass', denies: false };
  return {
    decision: 'allow',
    results: [said, ...results.map((one) => (one.denies ? { ...one, overridden: true } : one))],
  };
}
