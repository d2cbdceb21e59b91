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

/** Every rule, and one that does what a test wants. */
function andRule(own: Pick<Rule<object>, 'evaluate' | 'needs' | 'tooOld'>, name = 'own') {
  const parameters = Type.Object({}, { additionalProperties: false });
  const rule = knownRule({ name, summary: '', parameters, example: {}, ...own });
  return (wanted: string) => (wanted === name ? rule : ruleNamed(wanted));
}

const throwing = (error: unknown) => (): never => {
  throw error;
};

describe('evaluate: what cannot be decided denies, whatever the mode', () => {
  const failing = (rules: PolicyRule[], facts = NO_FACTS, findRule = ruleNamed) => {
    const all = inputs({ ...sealed, policies: [policy('p', ...rules)] });
    const { decision, results } = evaluate(all, facts, {}, findRule);
    expect(decision).toBe('deny');
    expect(results[0]).toMatchObject({ status: 'error', denies: true, evidence: [] });
    return results[0]?.message;
  };

  it('an unknown rule', () => {
    expect(failing([warn('of-tomorrow')])).toContain('has no rule of-tomorrow');
    expect(failing([warn('__proto__')])).toContain('has no rule __proto__');
    expect(failing([{ mode: 'block' } as unknown as PolicyRule])).toContain('no rule undefined');
  });

  it('parameters that are not valid', () => {
    expect(failing([warn('sealed-only', { ofTomorrow: true })])).toBe(
      'Its parameters are not valid: ofTomorrow is no parameter of it',
    );
    const components = [{ purl: 'pkg:npm/x', versions: '>=' }];
    expect(
      failing([warn('banned-components', { components })], { ...NO_FACTS, components: [] }),
    ).toContain('no range of versions');
  });

  it('a mode of tomorrow', () => {
    const rule = { rule: 'sealed-only', mode: 'ask' } as unknown as PolicyRule;
    expect(failing([rule])).toBe('Its mode is neither block nor warn');
  });

  it('what a rule needs and nobody looked up', () => {
    expect(failing([warn('licences', { allow: ['MIT'] })])).toContain('which components there are');
    expect(failing([warn('max-findings', { onlyNew: true })])).toContain('which findings are new');
  });

  it.each([
    [new RuleFault('It cannot be decided'), 'It cannot be decided'],
    [
      new TypeError('x is\nundefined'),
      'It broke, which is a mistake of the platform: x is\ufffdundefined.',
    ],
    ['a text', 'It broke, which is a mistake of the platform.'],
    [undefined, 'It broke, which is a mistake of the platform.'],
  ])('a rule that throws %s', (error, message) => {
    const said = failing([warn('own')], NO_FACTS, andRule({ evaluate: throwing(error) }));
    expect(said).toContain(message);
    expect(said).not.toContain('.ts');
  });

  it('a rule that breaks before it is asked', () => {
    const passes = () => ({ status: 'pass', message: '' }) as const;
    const own = andRule({ needs: throwing(new TypeError('which?')), evaluate: passes });
    expect(failing([warn('own')], { ...NO_FACTS, components: [] }, own)).toContain('which?');
  });

  it('and the other rules are still asked', () => {
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

  it('denies what takes longer than it may, also where it only warns', () => {
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
    expect(verdict.results[0]?.message).toContain('the 50 ms for all rules were over');
  });

  it('denies a rule that never looks at the clock', () => {
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

  it('is enough for what takes none, and a clock that is broken is no excuse', () => {
    const licences = block('licences', { allow: ['MIT'] });
    const facts = { ...NO_FACTS, components };
    expect(evaluate(all(licences), facts, { now: () => 0 }).decision).toBe('allow');
    expect(evaluate(all(licences), facts, { now: () => Number.NaN }).decision).toBe('deny');
  });
});
