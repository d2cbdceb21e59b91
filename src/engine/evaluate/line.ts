import { counted, minuteUtc } from '../../shared/text.js';
import { shown } from '../rules/common/text.js';
import { builtIn } from './built-in.js';
import type { CanonicalInputs } from './canonical.js';
import type { RuleResult } from './inputs.js';

/** A window that matters now: a freeze that is open, or a change window, open or not. */
export interface WindowInput {
  readonly id: string;
  readonly kind: 'freeze' | 'change';
  readonly state: 'open' | 'closed';
  /**
   * ISO 8601: when the freeze ends, or when the closed change window opens. Null: never again, or of an open change
   * window, whose end does not matter before it comes.
   */
  readonly until: string | null;
  readonly reason: string;
  readonly by: string;
}

/** A stop that nobody resumed. */
export interface StopInput {
  readonly id: string;
  readonly reason: string;
  readonly by: string;
  /** Whether rollbacks pass. */
  readonly rollbacks: boolean;
}

/** Why a target can be rolled back to, or not. */
export const ROLLBACK_TARGETS = ['ran', 'runs', 'failed', 'long-ago', 'never'] as const;

/** What a question for a rollback depends on. Absent: an ordinary question. */
export interface RollbackInput {
  /**
   * `ran`: it ran here, authorized, before what runs now, and until at most 90 days ago. Or it runs now, authorized,
   * and another deployment was started or failed since, at most 90 days ago.
   */
  readonly target: (typeof ROLLBACK_TARGETS)[number];
  /** The deployment by which it ran. */
  readonly deployment: string | null;
}

/** How long after it ran a release can be rolled back to, in days. */
export const ROLLBACK_DAYS = 90;

export const windowInput = ({ id, kind, state, until, reason, by }: WindowInput): WindowInput => ({
  id,
  kind,
  state,
  until,
  reason,
  by,
});

export const stopInput = ({ id, reason, by, rollbacks }: StopInput): StopInput => ({
  id,
  reason,
  by,
  rollbacks,
});

const WHY_NOT: Readonly<Record<RollbackInput['target'], string>> = {
  ran: '',
  runs: [
    'it runs here now, and no other deployment was started or failed here since',
    'Record one that did, then ask again',
  ].join('. '),
  failed: 'its last deployment here failed',
  'long-ago': `it has not run here for ${counted(ROLLBACK_DAYS, 'day')}`,
  never: 'it never ran here with authorization and the artifacts that it has now',
};

/** Whether the release may pass windows and stops as a rollback. A revoked one is denied anyway. */
export const isRollback = ({ rollback }: Pick<CanonicalInputs, 'rollback'>): boolean =>
  rollback?.target === 'ran';

/** Rules of policies that let a rollback pass. */
const ASIDE: ReadonlySet<string> = new Set([
  'approvals',
  'break-glass-reviewed',
  'semver-increases',
]);

type Asked = Pick<CanonicalInputs, 'rollback'>;

const whyNot = ({ rollback }: Asked): string | undefined =>
  rollback && rollback.target !== 'ran'
    ? `This release cannot pass as a rollback: ${WHY_NOT[rollback.target]}`
    : undefined;

/** The message of a rule that does not pass. If a rollback would pass it, it says why this one is none. */
export function withWhyNot(inputs: Asked, rule: string, message: string): string {
  const why = ASIDE.has(rule) ? whyNot(inputs) : undefined;
  return why === undefined ? message : `${message}. ${why}`;
}

/** What to do at night: roll back, if that was not asked for. */
function orRollBack(inputs: CanonicalInputs): string {
  const { environment } = inputs;
  const why = whyNot(inputs);
  if (why !== undefined) return why;
  return `To roll back, ask with intent=rollback: GET /assert?environment=${shown(environment)}&intent=rollback`;
}

function frozen(inputs: CanonicalInputs): RuleResult[] {
  const { environment, windows } = inputs;
  return windows
    .filter(({ kind, state }) => kind === 'freeze' && state === 'open')
    .map(({ id, until, reason, by }) =>
      builtIn(
        'frozen',
        [
          `${shown(environment)} is frozen${until === null ? '' : ` until ${minuteUtc(until)}`} by ${shown(by)}: ${shown(reason, 2000)}`,
          `Wait, or end the freeze: DELETE /environments/${shown(environment)}/windows/${shown(id)}`,
          orRollBack(inputs),
        ].join('. '),
      ),
    );
}

function outside(inputs: CanonicalInputs): RuleResult[] {
  const { environment } = inputs;
  const changes = inputs.windows.filter(({ kind }) => kind === 'change');
  if (changes.length === 0 || changes.some(({ state }) => state === 'open')) return [];
  const opens = changes.flatMap(({ until }) => until ?? []).sort();
  const [first] = opens;
  const next = changes.find(({ until }) => until === first) ?? changes[0];
  const when =
    first === undefined ? 'none of them opens again' : `the next one opens at ${minuteUtc(first)}`;
  return [
    builtIn(
      'outside-change-window',
      [
        `${shown(environment)} takes changes only in its change windows, and ${when}: ${shown(next?.reason ?? '', 2000)} (by ${shown(next?.by ?? '')})`,
        `Wait, or see the windows: GET /environments/${shown(environment)}/windows`,
        orRollBack(inputs),
      ].join('. '),
    ),
  ];
}

function stopped(inputs: CanonicalInputs): RuleResult[] {
  const { environment, stops } = inputs;
  const passes = isRollback(inputs);
  return stops
    .filter(({ rollbacks }) => !(passes && rollbacks))
    .map(({ reason, by, rollbacks }) =>
      builtIn(
        'stopped',
        [
          `${shown(environment)} is stopped by ${shown(by)}${rollbacks ? '' : ', also for rollbacks'}: ${shown(reason, 2000)}`,
          `A person resumes it: POST /environments/${shown(environment)}/resume`,
          ...(rollbacks ? [orRollBack(inputs)] : []),
        ].join('. '),
      ),
    );
}

/** The failures of windows and stops. A rollback passes windows, and stops that let rollbacks pass. */
export const line = (inputs: CanonicalInputs): RuleResult[] => [
  ...stopped(inputs),
  ...(isRollback(inputs) ? [] : [...frozen(inputs), ...outside(inputs)]),
];
