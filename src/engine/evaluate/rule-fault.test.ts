import { describe, expect, it } from 'vitest';
import { RuleFault } from '../rules/common/fault.js';
import { ruleNamed, rules } from '../rules/index.js';
import type { PolicyRule } from './inputs.js';
import { faultOfRule } from './rule-fault.js';

const of = (name: string, rest: object = {}): PolicyRule => ({
  ...rest,
  rule: name,
  mode: 'block',
});

function parameters(name: string, rest: object = {}): unknown {
  const rule = ruleNamed(name);
  if (!rule) throw new Error(name);
  return rule.bind(of(name, rest)).parameters;
}

describe('the parameters of a rule', () => {
  it('have defaults', () => {
    expect(parameters('tests-passed')).toEqual({
      minimumTests: 1,
      maximumFailures: 0,
      scope: 'release',
    });
    expect(parameters('max-findings', { severity: 'low' })).toEqual({
      severity: 'low',
      maximum: 0,
      types: ['vulnerability'],
      fixableOnly: false,
      unknownFix: 'count',
      scope: 'release',
      onlyNew: false,
      countUnknown: true,
    });
  });

  it('do not change the policy or the defaults of the rule', () => {
    const entry = of('max-findings');
    const rule = ruleNamed('max-findings');
    if (!rule) throw new Error();
    const first = rule.bind(entry).parameters;
    Reflect.get(first, 'types').push('code');
    expect(entry).toEqual(of('max-findings'));
    expect(rule.bind(entry).parameters).toMatchObject({ types: ['vulnerability'] });
  });

  it.each([
    ['tests-passed', { minimumTests: '1' }, '/minimumTests must be integer'],
    ['tests-passed', { ofTomorrow: 1 }, 'ofTomorrow is not a known parameter'],
    ['max-findings', { severity: 'awful' }, '/severity must be equal to one of'],
    ['banned-components', {}, "must have required property 'components'"],
    ['tests-passed', { ['__proto__']: 1, constructor: 1 }, '__proto__ is not a known parameter'],
  ])('refuses %s %j', (name, rest, message) => {
    expect(() => parameters(name, rest)).toThrow(RuleFault);
    expect(() => parameters(name, rest)).toThrow(message);
  });
});

describe('faultOfRule', () => {
  it('accepts the examples', () => {
    for (const { name, example } of rules) expect(faultOfRule(of(name, example))).toBeUndefined();
  });

  it.each([
    [of('of-tomorrow'), 'Rule of-tomorrow does not exist'],
    [of('tests-passed', { minimumTests: 0 }), '/minimumTests must be >= 1'],
    [of('evidence-required'), 'not valid'],
    [of('licences'), 'not valid'],
    [
      of('banned-components', { components: [{ purl: 'pkg:npm/x', versions: '>=' }] }),
      'is not a SemVer range',
    ],
    [of('banned-components', { components: [{ purl: 'pkg:swift/x' }] }), 'is not a package URL'],
  ])('%j', (entry, message) => expect(faultOfRule(entry)).toContain(message));
});
