export { agedOf, type Times } from './evaluate/ages.js';
export { type CanonicalInputs, canonicalInputs } from './evaluate/canonical.js';
export { ENGINE, inputsHash, rulesSha256, storedInputsHash, verdictHash } from './evaluate/hash.js';
export type {
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
export type { PromotionDemand, PromotionInput } from './evaluate/promotion.js';
export { faultOfRule } from './evaluate/rule-fault.js';
export { aboutOf, WAIVER_ABOUT, type WaiverAbout } from './evaluate/waivers.js';
export { ruleNamed, rules } from './rules/index.js';
export type { KnownRule } from './rules/known-rule.js';
export {
  type ComponentInput,
  type Components,
  type Defects,
  MODES,
  type WaivedDefect,
} from './rules/rule.js';
