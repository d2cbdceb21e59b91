import { BREAK_GLASS_VOID, onlySoaks } from '../../engine/index.js';
import type { DecidedVerdict } from './verdict.js';
import { withIds } from './with-ids.js';

type Denied = Pick<
  DecidedVerdict,
  'decision' | 'environment' | 'opensAt' | 'results' | 'releaseId' | 'projectId'
>;

type Result = Denied['results'][number];

const AGAIN = 'and ask the gate again';

/**
 * What to do about a rule that denies. All of it is our own text: it goes to logs and comments, where text of strangers
 * could be a command.
 */
const STEPS: Readonly<Record<string, (verdict: Denied, result: Result) => string>> = {
  'release-revoked': () => 'A revoked release never ships. Build another version',
  'policy-required': ({ environment }) =>
    `Name the policies of the environment: PATCH /environments/${environment}`,
  frozen: wait,
  'outside-change-window': wait,
  stopped: ({ environment }) =>
    `Wait until a person resumes the line (POST /environments/${environment}/resume), ${AGAIN}`,
  promoted: (_verdict, { message }) =>
    onlySoaks(message)
      ? `Wait until the release has run long enough where the reasons say, ${AGAIN}`
      : `Deploy the release to the environments that come first, record it there, ${AGAIN}`,
  approvals: (_verdict, { approvals = [] }) =>
    approvals.some(({ state }) => state === 'rejects')
      ? `Ask who rejected the release to withdraw that (POST /approvals/{id}/withdraw), ${AGAIN}`
      : `Let people approve the release, ${AGAIN}`,
  [BREAK_GLASS_VOID]: () =>
    `If the release must go all the same, end the break-glass, break the glass again, ${AGAIN}`,
  'break-glass': () =>
    [
      'The break-glass does not pass this. If the release must go all the same, end it',
      'and break the glass again with two people',
    ].join(', '),
  'break-glass-reviewed': () =>
    `Let another person review each break-glass (POST /break-glass/{id}/review), ${AGAIN}`,
  'sealed-only': () => `Seal the release (POST /releases/{id}/seal), ${AGAIN}`,
  'semver-increases': () => `Make a release with a higher version, ${AGAIN}`,
};

function wait({ opensAt }: Denied): string {
  const when = opensAt === null ? 'a window opens' : opensAt.toISOString();
  return `Wait until ${when}, ${AGAIN}`;
}

const OTHERWISE = `Change what the reasons name, upload each new report with the label of the old one, ${AGAIN}`;

/** What cannot be asked has no step of its own: the reason says why. */
function stepOf(verdict: Denied, result: Result): string | undefined {
  if (result.status === 'error' || !Object.hasOwn(STEPS, result.rule)) return undefined;
  const step = STEPS[result.rule]?.(verdict, result);
  return step && withIds(step, verdict, result);
}

/** One line for each thing to do, in the order of the reasons. Empty if nothing denies. */
export function nextStepsOf(verdicts: readonly Denied[]): string[] {
  const steps = verdicts
    .filter(({ decision }) => decision === 'deny')
    .flatMap((verdict) =>
      verdict.results.filter(({ denies }) => denies).map((result) => stepOf(verdict, result)),
    );
  return [...new Set(steps.map((step) => step ?? OTHERWISE))];
}
