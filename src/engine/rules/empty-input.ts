import type { RuleInput } from './rule.js';

/** The input of an empty release: enough for a rule to check its parameters. */
export const EMPTY_INPUT: RuleInput = {
  release: { version: '0.0.0', state: 'open', revokedReason: null },
  artifacts: [],
  evidence: [],
  tooOld: new Set(),
  defects: { counts: [], worst: [], waived: [] },
  running: null,
  newDefects: undefined,
  components: undefined,
  uploads: {},
  checkTime: () => undefined,
};
