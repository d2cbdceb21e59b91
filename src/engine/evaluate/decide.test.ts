import { describe, expect, it } from 'vitest';
import { defect, defects } from '../rules/input.support.js';
import {
  block,
  evaluate,
  inputs,
  judge,
  NO_FACTS,
  policy,
  record,
  sealed,
  warn,
} from './inputs.support.js';

describe('evaluate: allow', () => {
  it('when every rule passes', () => {
    expect(judge([block('sealed-only')], sealed)).toEqual({
      decision: 'allow',
      timedOut: false,
      results: [
        {
          policy: 'p',
          policyVersion: 1,
          rule: 'sealed-only',
          mode: 'block',
          status: 'pass',
          denies: false,
          message: 'The release is sealed',
          evidence: [],
          findings: [],
          waivers: [],
        },
      ],
    });
  });

  it('when only rules in mode warn fail or are not evidenced', () => {
    const { decision, results } = judge([warn('sealed-only'), warn('tests-passed')]);
    expect(decision).toBe('allow');
    expect(results).toMatchObject([
      { mode: 'warn', status: 'fail', denies: false },
      { mode: 'warn', status: 'not-evidenced', denies: false },
    ]);
  });

  it('with a waived finding, which stays visible', () => {
    const one = defect('CVE-2024-1');
    const verdict = judge(
      [block('max-findings')],
      { evidence: [record('1')] },
      { defects: defects([one], { 'CVE-2024-1': ['w1'] }) },
    );
    expect(verdict).toMatchObject({
      decision: 'allow',
      results: [{ evidence: ['1'], waivers: ['w1'] }],
    });
    expect(verdict.results[0]?.message).toContain('CVE-2024-1');
  });
});

describe('evaluate: deny', () => {
  it('when a rule fails', () => {
    expect(judge([block('sealed-only')])).toMatchObject({
      decision: 'deny',
      results: [{ status: 'fail', denies: true }],
    });
  });

  it('when a rule is not evidenced', () => {
    expect(judge([block('tests-passed')])).toMatchObject({
      decision: 'deny',
      results: [{ status: 'not-evidenced', denies: true }],
    });
  });

  it('when one rule of one policy fails', () => {
    const policies = [policy('b', block('sealed-only'), block('tests-passed')), policy('a')];
    expect(judge([], { ...sealed, policies }).decision).toBe('deny');
  });

  it('a revoked release first, with the reason', () => {
    const given = { release: { state: 'revoked', revokedReason: 'Charges\ntwice' } } as const;
    const { decision, results } = judge([warn('semver-increases')], given);
    expect(decision).toBe('deny');
    expect(results[0]).toMatchObject({
      policy: null,
      policyVersion: null,
      rule: 'release-revoked',
      status: 'fail',
      denies: true,
      message:
        '1.4.0 is revoked and cannot ship to any environment: Charges\ufffdtwice. Register a new release',
    });
    expect(results[1]).toMatchObject({ rule: 'semver-increases', status: 'pass' });
  });

  it.each([
    ['without policies', []],
    ['with policies without rules', [policy('a'), policy('b')]],
  ])('in an environment %s', (_what, policies) => {
    const { decision, results } = evaluate(inputs({ ...sealed, policies }), NO_FACTS);
    expect(decision).toBe('deny');
    expect(results).toMatchObject([{ policy: null, rule: 'policy-required', denies: true }]);
    expect(results[0]?.message).toContain('No policy guards staging');
  });
});

describe('evaluate denies if a policy does not exist', () => {
  it.each([
    [0, 'policy gone, which does not exist'],
    [7, 'version 7 of policy gone, which does not exist'],
  ])('regardless of other policies: version %d', (version, text) => {
    const gone = { name: 'gone', version, sha256: null, rules: [] };
    const policies = [policy('a', block('sealed-only')), gone];
    const { decision, results } = evaluate(inputs({ ...sealed, policies }), NO_FACTS);
    expect(decision).toBe('deny');
    expect(results).toMatchObject([
      { policy: 'gone', rule: 'policy-required', status: 'fail', denies: true },
      { policy: 'a', rule: 'sealed-only', status: 'pass' },
    ]);
    expect(results[0]?.message).toContain(`staging requires ${text}`);
  });
});

describe('evaluate: order and age', () => {
  it('gives results in the order of policies and their rules', () => {
    const policies = [
      policy('b', block('sealed-only')),
      { ...policy('a', block('no-secrets'), block('sealed-only')), version: 10 },
      { ...policy('a', block('tests-passed')), version: 9 },
    ];
    const { results } = evaluate(inputs({ policies }), NO_FACTS);
    expect(results.map(({ policy, policyVersion, rule }) => [policy, policyVersion, rule])).toEqual(
      [
        ['a', 9, 'tests-passed'],
        ['a', 10, 'no-secrets'],
        ['a', 10, 'sealed-only'],
        ['b', 1, 'sealed-only'],
      ],
    );
  });

  it('counts the same document once', () => {
    const tests = { tests: 5, failures: 1, errors: 0, skipped: 0 };
    const junit = {
      sha256: 'x',
      storedSha256: 'x',
      kind: 'junit',
      shows: ['tests'] as const,
      tests,
    };
    const evidence = [record('1', junit), record('2', junit)];
    expect(judge([block('tests-passed', { maximumFailures: 1 })], { evidence }).decision).toBe(
      'allow',
    );
    expect(judge([block('tests-passed', { minimumTests: 6 })], { evidence }).decision).toBe('deny');
  });

  it('passes each rule only the evidence that is too old for that rule', () => {
    const rule = block('evidence-required', { shows: 'vulnerability', maximumAgeDays: 1 });
    const tooOld = [{ policy: 'p', version: 1, index: 1, evidence: ['1'] }];
    const { results } = judge([rule, rule], { evidence: [record('1')], tooOld });
    expect(results.map(({ status }) => status)).toEqual(['pass', 'not-evidenced']);
  });
});
