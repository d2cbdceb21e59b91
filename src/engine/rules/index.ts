import { approvals } from './approvals.js';
import { bannedComponents } from './banned-components.js';
import { breakGlassReviewed } from './break-glass-reviewed.js';
import { evidenceRequired } from './evidence-required.js';
import { type KnownRule, knownRule } from './known-rule.js';
import { licences } from './licences.js';
import { maxFindings } from './max-findings.js';
import { noSecrets } from './no-secrets.js';
import { promoted } from './promoted.js';
import { sealedOnly } from './sealed-only.js';
import { semverIncreases } from './semver-increases.js';
import { testsPassed } from './tests-passed.js';

/** Every rule, in the order of the OpenAPI document. */
export const rules: readonly KnownRule[] = [
  knownRule(testsPassed),
  knownRule(evidenceRequired),
  knownRule(maxFindings),
  knownRule(noSecrets),
  knownRule(licences),
  knownRule(bannedComponents),
  knownRule(sealedOnly),
  knownRule(semverIncreases),
  knownRule(promoted),
  knownRule(approvals),
  knownRule(breakGlassReviewed),
];

const byName = new Map(rules.map((rule) => [rule.name, rule]));

/** @returns undefined if this version does not know the rule, which then denies */
export const ruleNamed = (name: string): KnownRule | undefined => byName.get(name);
