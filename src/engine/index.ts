export { agedOf, type Times } from './evaluate/ages.js';
export {
  BREAK_GLASS_VOID,
  type BreakGlassInput,
  isUnderBreakGlass,
  overridesOf,
  type VoidBreakGlassInput,
} from './evaluate/break-glass.js';
export { type CanonicalInputs, canonicalInputs } from './evaluate/canonical.js';
export { ENGINE, inputsHash, rulesSha256, storedInputsHash, verdictHash } from './evaluate/hash.js';
export type {
  ApprovalsInput,
  Judgement,
  PolicyRule,
  RuleResult,
  VerdictFacts,
  VerdictInputs,
} from './evaluate/inputs.js';
export {
  isRollback,
  ROLLBACK_DAYS,
  type RollbackInput,
  type StopInput,
  type WindowInput,
} from './evaluate/line.js';
export { type Prepared, prepare } from './evaluate/prepare.js';
export { onlySoaks, type PromotionDemand, type PromotionInput } from './evaluate/promotion.js';
export { namesOf, riskSha256 } from './evaluate/risk.js';
export { faultOfRule, groupsOfRule } from './evaluate/rule-fault.js';
export { aboutOf, WAIVER_ABOUT, type WaiverAbout } from './evaluate/waivers.js';
export {
  APPROVAL_STATES,
  type ApprovalInput,
  type ApprovalsAsked,
  type JudgedApproval,
} from './rules/common/approvals.js';
export { describe, type Filter } from './rules/common/defects.js';
export type { ReviewInput } from './rules/common/reviews.js';
export { type Difference, differences, type Risk } from './rules/common/risk.js';
export { ruleNamed, rules } from './rules/index.js';
export type { KnownRule } from './rules/known-rule.js';
export {
  type ComponentInput,
  type Components,
  type Defect,
  type Defects,
  MODES,
  type WaivedDefect,
} from './rules/rule.js';
