import { BREAK_GLASS_VOID } from '../../engine/index.js';
import type { DecidedVerdict } from './verdict.js';

type Denied = Pick<DecidedVerdict, 'decision' | 'environment' | 'opensAt' | 'results'>;

const AGAIN = 'and ask the gate again';

/**
 * What to do about a rule that denies. All of it is our own text: it goes to logs and comments, where text of strangers
 * could be a command.
 */
const STEPS: Readonly<Record<string, (verdict: Denied) => string>> = {
  'release-revoked': () => 'A revoked release never ships. Build another version',
  'policy-required': ({ environment }) =>
    `Name the policies of the environment: PATCH /environments/${environment}`,
  frozen: wait,
  'outside-change-window': wait,
  stopped: ({ environment }) =>
    `Wait until a person resumes the line (POST /environments/${environment}/resume), ${AGAIN}`,
  promoted: () =>
    `Deploy the release to the environments that come first, record it there, ${AGAIN}`,
  approvals: () => `Let people approve the release, ${AGAIN}`,
};

function wait({ opensAt }: Denied): string {
  const when = opensAt === null ? 'a window opens' : opensAt.toISOString();
  return `Wait until ${when}, ${AGAIN}`;
}

const OTHERWISE = `Change what the reasons name, upload each new report with the label of the old one, ${AGAIN}`;

/** One line for each thing to do, in the order of the reasons. Empty if nothing denies. */
export function nextStepsOf(verdicts: readonly Denied[]): string[] {
  const steps = verdicts
    .filter(({ decision }) => decision === 'deny')
    .flatMap((verdict) =>
      verdict.results
        // It says why something else denies.
        .filter(({ denies, rule }) => denies && rule !== BREAK_GLASS_VOID)
        .map(({ rule }) => (Object.hasOwn(STEPS, rule) ? STEPS[rule]?.(verdict) : undefined)),
    );
  return [...new Set(steps.map((step) => step ?? OTHERWISE))];
}
