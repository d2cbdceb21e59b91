import type { BudgetOptions } from './budget.js';
import { canonicalInputs } from './canonical.js';
import { rulesSha256 } from './hash.js';
import type {
  EvidenceRecord,
  Judgement,
  PolicyInput,
  PolicyRule,
  VerdictFacts,
  VerdictInputs,
} from './inputs.js';
import { prepare } from './prepare.js';

/** Makes inputs of verdicts, for tests. */

export const policy = (name: string, ...rules: PolicyRule[]): PolicyInput => ({
  name,
  version: 1,
  sha256: rulesSha256(rules),
  rules,
});

export const record = (id: string, rest: Partial<EvidenceRecord> = {}): EvidenceRecord => ({
  id,
  kind: 'trivy',
  label: null,
  artifact: null,
  sha256: id.padStart(64, '0'),
  storedSha256: id.padStart(64, '0'),
  parserVersion: 1,
  mayAbsolve: false,
  shows: ['vulnerability'],
  ...rest,
});

type Given = Partial<Omit<VerdictInputs, 'release'>> & {
  readonly release?: Partial<VerdictInputs['release']>;
};

/** An open release that nothing is known of, in an environment without policies, but for what is given. */
export const inputs = (given: Given = {}): VerdictInputs => ({
  environment: 'staging',
  artifacts: [],
  evidence: [],
  policies: [],
  waivers: [],
  running: null,
  tooOld: [],
  ...given,
  release: {
    id: 'release',
    projectId: 1,
    version: '1.4.0',
    commit: '8f3c2a1b',
    state: 'open',
    revokedReason: null,
    ...given.release,
  },
});

export const NO_FACTS: VerdictFacts = { defects: { counts: [], worst: [], waived: [] } };

export const block = (rule: string, rest: object = {}): PolicyRule => ({
  ...rest,
  rule,
  mode: 'block',
});
export const warn = (rule: string, rest: object = {}): PolicyRule => ({
  ...rest,
  rule,
  mode: 'warn',
});

/** What the engine says of inputs as they come. @param findRule which rules there are, where that is not every rule */
export const evaluate = (
  all: VerdictInputs,
  facts: VerdictFacts,
  options?: BudgetOptions,
  findRule?: Parameters<typeof prepare>[1],
): Judgement => prepare(all.policies, findRule).decide(canonicalInputs(all), facts, options);

/** What one policy of these rules says. */
export const judge = (
  rules: readonly PolicyRule[],
  given: Parameters<typeof inputs>[0] = {},
  facts: VerdictFacts = NO_FACTS,
) => evaluate(inputs({ policies: [policy('p', ...rules)], ...given }), facts);

export const sealed = { release: { state: 'sealed' } } as const;
