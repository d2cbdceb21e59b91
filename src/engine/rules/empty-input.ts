import { NO_APPROVALS } from './common/approvals.js';
import type { RuleInput } from './rule.js';

const NONE: RuleInput['defects'] = { counts: [], worst: [], waived: [] };

/** The input of an empty release: enough for a rule to check its parameters. */
export const EMPTY_INPUT: RuleInput = {
  release: { version: '0.0.0', state: 'open', revokedReason: null },
  artifacts: [],
  evidence: [],
  tooOld: new Set(),
  defects: NONE,
  running: null,
  unauthorized: null,
  rollback: false,
  promoted: [],
  reviews: [],
  newDefects: NONE,
  components: [],
  approvals: NO_APPROVALS,
  uploads: {},
  checkTime: () => undefined,
};
