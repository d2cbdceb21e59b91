import type { Feature } from '../../platform/feature.js';
import { policiesRoutes } from './policies.routes.js';
import {
  CreatePolicy,
  CreatePolicyVersion,
  ListedPolicy,
  ListedPolicyVersion,
  Policy,
  PolicyVersion,
} from './policies.schemas.js';
import { policiesService } from './policies.service.js';
import { policyVersionsRoutes } from './policy-versions.routes.js';
import { AnyRule, RULE_SCHEMAS } from './rule.schemas.js';

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
export { resourceName } from './policies.schemas.js';
export { checkPolicies, type PolicyReference } from './policy.js';
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

const SCHEMAS = [
  ...RULE_SCHEMAS,
  AnyRule,
  ListedPolicy,
  Policy,
  ListedPolicyVersion,
  PolicyVersion,
  CreatePolicy,
  CreatePolicyVersion,
];

/** What releases have to meet, in numbered versions. */
export const policies: Feature = {
  tag: { name: 'policies', description: 'What releases have to meet: rules, in numbered versions' },
  async plugin(app) {
    for (const schema of SCHEMAS) app.addSchema(schema);
    const policies = policiesService();
    await app.register(policiesRoutes, { prefix: '/policies', policies });
    await app.register(policyVersionsRoutes, { prefix: '/policies/:name/versions', policies });
  },
};
