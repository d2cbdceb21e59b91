import { bannedComponents } from './banned-components.js';
import { evidenceRequired } from './evidence-required.js';
import { licences } from './licences.js';
import { maxFindings } from './max-findings.js';
import { noSecrets } from './no-secrets.js';
import type { Rule } from './rule.js';
import { sealedOnly } from './sealed-only.js';
import { semverIncreases } from './semver-increases.js';
import { testsPassed } from './tests-passed.js';

/** Every rule, a line each; their order is that of the API's description. */
export const rules: readonly Rule<never>[] = [
  testsPassed,
  evidenceRequired,
  maxFindings,
  noSecrets,
  licences,
  bannedComponents,
  sealedOnly,
  semverIncreases,
];

const byName = new Map(rules.map((rule) => [rule.name, rule]));

/** @returns undefined for a rule that this version does not know: it denies */
export const ruleNamed = (name: string): Rule<never> | undefined => byName.get(name);
