/** Types of findings. */
export const FINDING_TYPES = [
  'vulnerability',
  'misconfiguration',
  'secret',
  'licence',
  'code',
] as const;

export type FindingType = (typeof FINDING_TYPES)[number];

/** Everything that evidence can report. */
export const SHOWN = ['components', 'tests', ...FINDING_TYPES] as const;

export type Shown = (typeof SHOWN)[number];
