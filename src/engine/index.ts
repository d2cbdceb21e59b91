export { canonicalInputs } from './evaluate/canonical.js';
export { type EvaluateOptions, evaluate } from './evaluate/evaluate.js';
export { ENGINE, hashedInputs, inputsHash, rulesSha256 } from './evaluate/hash.js';
export type {
  EvidenceRecord,
  PolicyInput,
  PolicyRule,
  RuleResult,
  TooOld,
  Verdict,
  VerdictFacts,
  VerdictInputs,
  WaiverInput,
} from './evaluate/inputs.js';
export { parametersOf } from './evaluate/parameters.js';
export { ruleNamed } from './rules/index.js';
export {
  type Aged,
  type ComponentInput,
  type Defect,
  type DefectCount,
  type Defects,
  MODES,
  type Mode,
  type Needs,
  type WaivedDefect,
} from './rules/rule.js';
