import { describe, expect, it } from 'vitest';
import { one, result } from './sarif.support.js';

describe('SARIF: severities', () => {
  it.each([
    [{ level: 'error' }, {}, 'high'],
    [{ level: 'warning' }, {}, 'medium'],
    [{ level: 'note' }, {}, 'low'],
    [{ level: 'none' }, {}, 'none'],
    [{ level: 'terrible' }, {}, 'unknown'],
    [{ level: 'constructor' }, {}, 'unknown'],
    [{}, {}, 'medium'],
    [{}, { defaultConfiguration: { level: 'error' } }, 'high'],
    [{ level: 'note' }, { defaultConfiguration: { level: 'error' } }, 'low'],
    [{ kind: 'informational' }, { defaultConfiguration: { level: 'error' } }, 'none'],
    [{ kind: 'informational' }, { properties: { 'security-severity': 9 } }, 'none'],
    [{ kind: 'review' }, { properties: { 'security-severity': 9 } }, 'critical'],
    [{ kind: 'review' }, { defaultConfiguration: { level: 'error' } }, 'unknown'],
    [{ kind: 'open', level: 'none' }, {}, 'unknown'],
    [{ kind: 'informational', level: 'none' }, {}, 'none'],
    [{ kind: 'open', level: 'error' }, {}, 'high'],
    [{ kind: 'fail' }, {}, 'medium'],
    [{ level: 'note' }, { properties: { 'security-severity': '9.8' } }, 'critical'],
    [{ level: 'note' }, { properties: { 'security-severity': 7 } }, 'high'],
    [{ level: 'note' }, { properties: { 'Security-Severity': '9.8' } }, 'critical'],
    [{ level: 'note' }, { properties: { securitySeverity: 7 } }, 'high'],
    [{ level: 'note' }, { properties: { security_severity: 'medium' } }, 'medium'],
    [
      { level: 'note' },
      { properties: { 'security-severity': '2.0', securitySeverity: 'HIGH' } },
      'high',
    ],
    [{ level: 'error' }, { properties: { 'security-severity': '0.0' } }, 'high'],
    [{ level: 'error' }, { properties: { 'security-severity': 0 } }, 'high'],
    [{ level: 'error' }, { properties: { 'security-severity': 'none' } }, 'high'],
    [{}, { properties: { 'security-severity': '0.0' } }, 'medium'],
    [{ level: 'none' }, { properties: { 'security-severity': '0' } }, 'none'],
    [
      { level: 'note', properties: { 'security-severity': '0.0' } },
      { properties: { 'security-severity': '9.1' } },
      'critical',
    ],
    [
      { properties: { 'security-severity': '4' } },
      { properties: { 'security-severity': '9' } },
      'medium',
    ],
    [{ level: 'note' }, { properties: { 'security-severity': 'high' } }, 'high'],
    [{ level: 'warning' }, { properties: { 'security-severity': 'CRITICAL' } }, 'critical'],
    [{ level: 'error' }, { properties: { 'security-severity': ' Moderate ' } }, 'medium'],
    [{ level: 'error' }, { properties: { 'security-severity': 'unknown' } }, 'high'],
    [{ level: 'note' }, { properties: { 'security-severity': 'nine' } }, 'unknown'],
    [{ level: 'error' }, { properties: { 'security-severity': 'KRITISCH' } }, 'unknown'],
    [{ level: 'note' }, { properties: { 'security-severity': -1 } }, 'unknown'],
    [{ level: 'note' }, { properties: { 'security-severity': {} } }, 'unknown'],
    [{ level: 'note' }, { properties: { 'security-severity': true } }, 'unknown'],
    [{ level: 'note' }, { properties: { 'security-severity': 'P1' } }, 'unknown'],
    [{ level: 'note' }, { properties: { 'security-severity': 'extreme (2.0)' } }, 'unknown'],
    [{ level: 'note' }, { properties: { 'security-severity': '9,8' } }, 'critical'],
    [{ level: 'note' }, { properties: { 'security-severity': '9.8/10' } }, 'critical'],
    [{ level: 'note' }, { properties: { 'security-severity': '9.8 (Critical)' } }, 'critical'],
    [{ level: 'note' }, { properties: { 'security-severity': 'CRITICAL (9.8)' } }, 'critical'],
    [{ level: 'note' }, { properties: { 'security-severity': 'High: 2.0' } }, 'high'],
    [
      { level: 'note' },
      { properties: { 'security-severity': '2.0', securitySeverity: 'extreme' } },
      'unknown',
    ],
    [
      { level: 'note', properties: { 'security-severity': 'n/a' } },
      { properties: { 'security-severity': '9.8' } },
      'critical',
    ],
    [
      { level: 'note', properties: { 'security-severity': 'extreme' } },
      { properties: { 'security-severity': '2.0' } },
      'unknown',
    ],
    [
      { level: 'note', properties: { 'security-severity': '2.0' } },
      { properties: { 'security-severity': 'extreme' } },
      'low',
    ],
    [
      { level: 'note' },
      { properties: { 'security-severity': 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' } },
      'critical',
    ],
    [{ level: 'note' }, { properties: { 'security-severity': '' } }, 'low'],
    [{ level: 'note' }, { properties: { 'security-severity': 11 } }, 'critical'],
    [{ level: 'note' }, { properties: { 'security-severity': [9] } }, 'unknown'],
    [{ level: 'note' }, { properties: null }, 'low'],
  ])('%j of the rule %j: %s', (fields, rule, severity) => {
    expect(one(result(fields), { rules: [{ id: 'R1', ...rule }] })?.severity).toBe(severity);
  });
});

describe('SARIF: levels that an invocation configures', () => {
  const override = (level: string, descriptor: object = { id: 'R1' }) => ({
    executionSuccessful: true,
    ruleConfigurationOverrides: [{ descriptor, configuration: { level } }],
  });
  const rules = [{ id: 'R0' }, { id: 'R1', defaultConfiguration: { level: 'warning' } }];
  const by = (invocationIndex: number) => ({ provenance: { invocationIndex } });

  it.each<[object, object[], string]>([
    [by(0), [override('error')], 'high'],
    [by(0), [override('note')], 'low'],
    [by(0), [override('note', { index: 1 })], 'low'],
    [by(1), [override('note'), override('error')], 'high'],
    [by(1), [override('error')], 'high'],
    [{}, [override('error')], 'high'],
    [{}, [override('note')], 'medium'],
    [{}, [override('error', { id: 'R0' })], 'medium'],
    [{ level: 'note', ...by(0) }, [override('error')], 'low'],
    [by(0), [{ ruleConfigurationOverrides: [null, {}, { descriptor: 1 }] }], 'medium'],
  ])('%j of %j: %s', (fields, invocations, severity) => {
    expect(one(result(fields), { rules }, { invocations })?.severity).toBe(severity);
  });
});

describe('SARIF: rules', () => {
  const rules = [
    { id: 'R0', name: 'zero' },
    { id: 'CA1000', name: 'parent' },
    { id: '__proto__', name: 'proto' },
  ];
  const extensions = [
    { name: 'pack', guid: 'AB', rules: [{ id: 'P1', name: 'pack one' }] },
    {
      name: 'more',
      rules: [
        { id: 'P1', name: 'more one' },
        { id: 'P2', name: 'more two' },
      ],
    },
  ];
  const tool = { rules };
  const more = { tool: { driver: { name: 'Lint', rules }, extensions } };

  it.each([
    [{ ruleId: 'R0' }, 'R0', 'zero'],
    [{ rule: { id: 'R0' } }, 'R0', 'zero'],
    [{ ruleIndex: 1 }, 'CA1000', 'parent'],
    [{ rule: { index: 1 } }, 'CA1000', 'parent'],
    [{ ruleId: 'CA1000/1', ruleIndex: 1 }, 'CA1000/1', 'parent'],
    [{ ruleId: 'CA1000/1/x' }, 'CA1000/1/x', 'parent'],
    [{ ruleId: 'R0', ruleIndex: 1 }, 'R0', 'zero'],
    [{ ruleId: 'CA10' }, 'CA10', undefined],
    [{ ruleId: 'TYPO', ruleIndex: 0 }, 'TYPO', 'zero'],
    [{ ruleId: '__proto__' }, '__proto__', 'proto'],
    [{ ruleId: 'toString', ruleIndex: -1 }, 'toString', undefined],
    [{ ruleIndex: 99 }, 'unspecified', undefined],
    [{ rule: { index: 0, toolComponent: { index: 0 } } }, 'P1', 'pack one'],
    [{ ruleId: 'P1', rule: { index: 0, toolComponent: { index: 1 } } }, 'P1', 'more one'],
    [{ rule: { index: 0, toolComponent: { guid: 'ab' } } }, 'P1', 'pack one'],
    [{ rule: { index: 1, toolComponent: { name: 'more' } } }, 'P2', 'more two'],
    [{ ruleId: 'P2' }, 'P2', 'more two'],
  ])('%j is %s', (fields, rule, title) => {
    expect(one(fields, tool, more)).toMatchObject({ rule, title });
  });

  it('of a result that names it by its GUID', () => {
    const guid = '1f2c0b3a-0000-4000-8000-00000000000a';
    const driver = { rules: [{ id: 'R9', guid, defaultConfiguration: { level: 'error' } }] };
    expect(one({ rule: { guid: guid.toUpperCase() } }, driver)).toMatchObject({
      rule: 'R9',
      severity: 'high',
    });
  });

  it.each([
    [{ ruleId: 'R9' }, 'high'],
    [{ ruleId: 'R9', ruleIndex: 0 }, 'low'],
    [{ ruleId: 'R9/1' }, 'high'],
  ])('is the worst of those with one id, if %j does not say which', (fields, severity) => {
    const levels = ['note', 'error', 'warning'];
    const same = levels.map((level) => ({ id: 'R9', defaultConfiguration: { level } }));
    expect(one(fields, { rules: same })?.severity).toBe(severity);
  });

  it('accepts only http and https links', () => {
    const url = (helpUri: string) => one(result(), { rules: [{ id: 'R1', helpUri }] })?.url;
    expect(url('https://lint.example/R1')).toBe('https://lint.example/R1');
    expect(url('javascript:alert(1)')).toBeUndefined();
  });
});

describe('SARIF: messages', () => {
  const rules = [{ id: 'R1', messageStrings: { default: { text: '{0} is {1}, {{0}} {2}' } } }];
  const read = (message: unknown) => one({ ruleId: 'R1', message }, { rules })?.message;

  it.each([
    [{ text: 'plain {0}' }, 'plain {0}'],
    [{ text: 'a {0}', arguments: ['b'] }, 'a b'],
    [{ id: 'default', arguments: ['x', 'y'] }, 'x is y, {0} {2}'],
    [{ id: 'toString' }, undefined],
    [{ id: 'other', text: 'own' }, 'own'],
  ])('%j: %s', (message, text) => {
    expect(read(message)).toBe(text);
  });

  it('have a bounded length', () => {
    const message = { text: '{0}'.repeat(100_000), arguments: ['x'.repeat(100_000)] };
    expect(read(message)).toHaveLength(2000);
  });
});
