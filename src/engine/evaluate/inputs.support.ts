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

/** Inputs of verdicts, for tests. */

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
  coverage: (rest.shows ?? ['vulnerability' as const]).map((what) => ({ what, ran: 'yes' })),
  ...rest,
});

type Given = Partial<Omit<VerdictInputs, 'release'>> & {
  readonly release?: Partial<VerdictInputs['release']>;
};

/** An open release without evidence, in an environment without policies, with the given fields replaced. */
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

/** Evaluates inputs in any order. @param findRule replaces the lookup of rules */
export const evaluate = (
  all: VerdictInputs,
  facts: VerdictFacts,
  options?: BudgetOptions,
  findRule?: Parameters<typeof prepare>[1],
): Judgement => prepare(all.policies, findRule).decide(canonicalInputs(all), facts, options);

/** Evaluates one policy with these rules. */
export const judge = (
  rules: readonly PolicyRule[],
  given: Parameters<typeof inputs>[0] = {},
  facts: VerdictFacts = NO_FACTS,
) => evaluate(inputs({ policies: [policy('p', ...rules)], ...given }), facts);

export const sealed = { release: { state: 'sealed' } } as const;
