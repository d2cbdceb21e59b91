import { Type } from '@sinclair/typebox';
import { describe, expect, it } from 'vitest';
import { RuleFault } from '../rules/common/fault.js';
import { ruleNamed } from '../rules/index.js';
import { knownRule } from '../rules/known-rule.js';
import type { Rule } from '../rules/rule.js';
import type { PolicyRule, VerdictInputs } from './inputs.js';
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

/** Finds every rule, and one that a test defines. */
function andRule(own: Pick<Rule<object>, 'evaluate' | 'needs' | 'tooOld'>, name = 'own') {
  const parameters = Type.Object({}, { additionalProperties: false });
  const rule = knownRule({ name, summary: '', parameters, example: {}, ...own });
  return (wanted: string) => (wanted === name ? rule : ruleNamed(wanted));
}

const throwing = (error: unknown) => (): never => {
  throw error;
};

describe('evaluate: a rule that cannot be evaluated denies in any mode', () => {
  const failing = (rules: PolicyRule[], facts = NO_FACTS, findRule = ruleNamed) => {
    const all = inputs({ ...sealed, policies: [policy('p', ...rules)] });
    const { decision, results } = evaluate(all, facts, {}, findRule);
    expect(decision).toBe('deny');
    expect(results[0]).toMatchObject({ status: 'error', denies: true, evidence: [] });
    return results[0]?.message;
  };

  it('an unknown rule', () => {
    expect(failing([warn('of-tomorrow')])).toContain('does not have a rule of-tomorrow');
    expect(failing([warn('__proto__')])).toContain('does not have a rule __proto__');
    expect(failing([{ mode: 'block' } as unknown as PolicyRule])).toContain(
      'does not have a rule undefined',
    );
  });

  it('parameters that are not valid', () => {
    expect(failing([warn('sealed-only', { ofTomorrow: true })])).toBe(
      'The parameters are not valid: ofTomorrow is not a known parameter',
    );
    const components = [{ purl: 'pkg:npm/x', versions: '>=' }];
    expect(
      failing([warn('banned-components', { components })], { ...NO_FACTS, components: [] }),
    ).toContain('is not a SemVer range');
  });

  it('an unknown mode', () => {
    const rule = { rule: 'sealed-only', mode: 'ask' } as unknown as PolicyRule;
    expect(failing([rule])).toBe(
      'The mode of the rule is neither block nor warn. Add a version of the policy with one of these modes',
    );
  });

  it('a missing fact that a rule needs', () => {
    expect(failing([warn('licences', { allow: ['MIT'] })])).toContain(
      'did not look up the components',
    );
    expect(failing([warn('max-findings', { onlyNew: true })])).toContain(
      'did not look up the new findings',
    );
  });

  it.each([
    [new RuleFault('It cannot be decided'), 'It cannot be decided'],
    [new TypeError('x is\nundefined'), 'The rule crashed: x is\ufffdundefined. This is a bug'],
    ['a text', 'The rule crashed. This is a bug'],
    [undefined, 'The rule crashed. This is a bug'],
  ])('a rule that throws %s', (error, message) => {
    const said = failing([warn('own')], NO_FACTS, andRule({ evaluate: throwing(error) }));
    expect(said).toContain(message);
    expect(said).not.toContain('.ts');
  });

  it('a rule that fails before its evaluation', () => {
    const passes = () => ({ status: 'pass', message: '' }) as const;
    const own = andRule({ needs: throwing(new TypeError('which?')), evaluate: passes });
    expect(failing([warn('own')], { ...NO_FACTS, components: [] }, own)).toContain('which?');
  });

  it('and the other rules are still evaluated', () => {
    const { results } = judge([block('of-tomorrow'), block('sealed-only')], sealed);
    expect(results.map(({ status }) => status)).toEqual(['error', 'pass']);
  });
});

describe('evaluate: time', () => {
  const components = Array.from({ length: 10 }, (_, n) => ({
    name: `c${n}`,
    version: '1.0.0',
    purl: null,
    licences: ['MIT'],
  }));
  const all = (...rules: PolicyRule[]): VerdictInputs =>
    inputs({
      ...sealed,
      policies: [policy('p', ...rules)],
      evidence: [record('1', { shows: ['components'] })],
    });

  it('denies after the time limit, even in mode warn', () => {
    let clock = 0;
    const now = () => (clock += 10);
    const verdict = evaluate(
      all(warn('licences', { allow: ['MIT'] }), block('sealed-only')),
      { ...NO_FACTS, components },
      { budgetMs: 50, now },
    );
    expect(verdict).toMatchObject({ decision: 'deny', timedOut: true });
    expect(verdict.results).toMatchObject([
      { rule: 'licences', status: 'error', denies: true },
      { rule: 'sealed-only', status: 'error', denies: true },
    ]);
    expect(verdict.results[0]?.message).toContain('exceeded their time limit of 50 ms');
  });

  it('denies a slow rule that does not check the time', () => {
    let clock = 0;
    const slow = andRule({
      evaluate() {
        clock = 51;
        return { status: 'pass', message: '' };
      },
    });
    const options = { budgetMs: 50, now: () => clock };
    expect(evaluate(all(block('own')), NO_FACTS, options, slow)).toMatchObject({
      decision: 'deny',
      timedOut: true,
    });
  });

  it('allows within the time limit, and denies if the clock is broken', () => {
    const licences = block('licences', { allow: ['MIT'] });
    const facts = { ...NO_FACTS, components };
    expect(evaluate(all(licences), facts, { now: () => 0 }).decision).toBe('allow');
    expect(evaluate(all(licences), facts, { now: () => Number.NaN }).decision).toBe('deny');
  });
});
