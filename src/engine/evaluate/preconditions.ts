import { shown } from '../rules/common/text.js';
import type { CanonicalInputs } from './canonical.js';
import type { RuleResult } from './inputs.js';

/** What no policy need ask for. */
function always(rule: string, message: string): RuleResult {
  return {
    policy: null,
    policyVersion: null,
    rule,
    mode: 'block',
    status: 'fail',
    denies: true,
    message,
    evidence: [],
    findings: [],
    waivers: [],
  };
}

function revoked({ release }: CanonicalInputs): RuleResult[] {
  if (release.state !== 'revoked') return [];
  const reason =
    release.revokedReason === null ? 'no reason is known' : shown(release.revokedReason, 2000);
  return [
    always(
      'release-revoked',
      `${shown(release.version)} was revoked and ships nowhere: ${reason}. Make a new release`,
    ),
  ];
}

function unguarded({ environment, policies }: CanonicalInputs): RuleResult[] {
  const missing = policies.filter(({ sha256 }) => sha256 === null);
  if (missing.length === 0 && policies.every(({ rules }) => rules.length === 0)) {
    return [
      always(
        'policy-required',
        `No policy guards ${shown(environment)}, so nothing may go there. Give it one: PATCH /environments/${shown(environment)}`,
      ),
    ];
  }
  return missing.map(({ name, version }) => ({
    ...always(
      'policy-required',
      `${shown(environment)} is guarded by ${version === 0 ? '' : `version ${version} of `}policy ${shown(name)}, which there is not, so nobody knows what it asks for. Add it, or take it out: PATCH /environments/${shown(environment)}`,
    ),
    policy: name,
  }));
}

/** What denies whatever the policies say. */
export const preconditions = (inputs: CanonicalInputs): RuleResult[] => [
  ...revoked(inputs),
  ...unguarded(inputs),
];
