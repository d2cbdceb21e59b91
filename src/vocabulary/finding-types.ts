/** What a finding is about. */
export const FINDING_TYPES = [
  'vulnerability',
  'misconfiguration',
  'secret',
  'licence',
  'code',
] as const;

export type FindingType = (typeof FINDING_TYPES)[number];
