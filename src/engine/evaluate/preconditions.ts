import { shown } from '../rules/common/text.js';
import { builtIn } from './built-in.js';
import type { CanonicalInputs } from './canonical.js';
import type { RuleResult } from './inputs.js';
import { line } from './line.js';
import { order } from './promotion.js';

function revoked({ release }: CanonicalInputs): RuleResult[] {
  if (release.state !== 'revoked') return [];
  const reason =
    release.revokedReason === null ? 'no reason was given' : shown(release.revokedReason, 2000);
  return [
    builtIn(
      'release-revoked',
      `${shown(release.version)} is revoked and cannot ship to any environment: ${reason}. Register a new release`,
    ),
  ];
}

/** Version 0: the environment does not pin a version. */
const versionOf = (version: number) => (version === 0 ? '' : `version ${version} of `);

function unguarded({ environment, policies }: CanonicalInputs): RuleResult[] {
  const update = `PATCH /environments/${shown(environment)}`;
  const missing = policies.filter(({ sha256 }) => sha256 === null);
  if (missing.length === 0 && policies.every(({ rules }) => rules.length === 0)) {
    return [
      builtIn(
        'policy-required',
        `No policy guards ${shown(environment)}, so every release is denied. Assign a policy: ${update}`,
      ),
    ];
  }
  return missing.map(({ name, version }) => ({
    ...builtIn(
      'policy-required',
      [
        `${shown(environment)} requires ${versionOf(version)}policy ${shown(name)}, which does not exist`,
        `Create it, or remove it from the environment: ${update}`,
      ].join('. '),
    ),
    policy: name,
  }));
}

/** The failures of built-in rules, which deny regardless of the policies. */
export const preconditions = (inputs: CanonicalInputs): RuleResult[] => [
  ...revoked(inputs),
  ...unguarded(inputs),
  ...order(inputs),
  ...line(inputs),
];
