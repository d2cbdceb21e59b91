import { describe, expect, it } from 'vitest';
import { canonicalInputs } from './canonical.js';
import type { PolicyRule } from './inputs.js';
import { block, inputs, NO_FACTS, policy, sealed, warn } from './inputs.support.js';
import { prepare } from './prepare.js';

const old = [
  {
    id: '1',
    kind: 'trivy',
    ageSeconds: 3 * 86_400,
    uploadSeconds: 3 * 86_400,
    isDated: true,
    databaseAgeSeconds: null,
  },
  {
    id: '2',
    kind: 'trivy',
    ageSeconds: 3600,
    uploadSeconds: 3600,
    isDated: true,
    databaseAgeSeconds: null,
  },
];
const fresh = { shows: 'vulnerability', maximumAgeDays: 2 };
const NOTHING = { newDefects: false, components: false, approvals: false, reviews: false };

describe('prepare: needs', () => {
  it.each<[string, PolicyRule[], object]>([
    ['no rule', [], NOTHING],
    ['rules that need nothing', [block('sealed-only'), block('max-findings')], NOTHING],
    [
      'one that compares',
      [block('max-findings', { onlyNew: true })],
      { ...NOTHING, newDefects: true },
    ],
    [
      'one that lists, in another policy',
      [warn('licences', { allow: ['MIT'] })],
      { ...NOTHING, components: true },
    ],
    ['one that asks people', [block('approvals')], { ...NOTHING, approvals: true }],
    [
      'one that asks people about new findings',
      [warn('approvals', { onlyIf: 'new-findings' })],
      { ...NOTHING, newDefects: true, approvals: true },
    ],
    ['one about reviews', [block('break-glass-reviewed')], { ...NOTHING, reviews: true }],
    ['an entry that is not a rule', [block('of-tomorrow'), null as unknown as PolicyRule], NOTHING],
    ['parameters that are not valid', [block('licences', { of: 'tomorrow' })], NOTHING],
  ])('of %s', (_what, rules, needs) => {
    expect(prepare([policy('a', block('sealed-only')), policy('p', ...rules)]).needs).toEqual(
      needs,
    );
  });
});

describe('prepare: tooOld', () => {
  it('names the rule by its index in the policy', () => {
    const rules = [block('sealed-only'), warn('evidence-required', fresh)];
    const { tooOld } = prepare([policy('p', ...rules), policy('a', block('no-secrets'))]);
    expect(tooOld(old)).toEqual([{ policy: 'p', version: 1, index: 1, evidence: ['1'] }]);
    expect(tooOld([])).toEqual([]);
  });

  it('includes a rule with an unknown mode, because the age is an input', () => {
    const rule = { ...block('evidence-required', fresh), mode: 'ask' } as unknown as PolicyRule;
    expect(prepare([policy('p', rule)]).tooOld(old)).toMatchObject([{ evidence: ['1'] }]);
  });
});

describe('prepare: decide', () => {
  it('accepts only the prepared policies, in any order', () => {
    const [a, b] = [policy('a', block('sealed-only')), policy('b', block('sealed-only'))];
    const of = (...policies: (typeof a)[]) => canonicalInputs(inputs({ ...sealed, policies }));
    const prepared = prepare([b, a]);
    expect(prepared.decide(of(a, b), NO_FACTS).decision).toBe('allow');
    for (const others of [of(), of(a), of(a, { ...b, version: 2 }), of(a, b, policy('c'))]) {
      expect(() => prepared.decide(others, NO_FACTS)).toThrow('other policies');
    }
  });
});
