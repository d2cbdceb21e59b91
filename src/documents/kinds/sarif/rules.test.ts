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
    [{ kind: 'review' }, { properties: { 'security-severity': 9 } }, 'none'],
    [{ kind: 'open', level: 'error' }, {}, 'high'],
    [{ kind: 'fail' }, {}, 'medium'],
    [{ level: 'note' }, { properties: { 'security-severity': '9.8' } }, 'critical'],
    [{ level: 'note' }, { properties: { 'security-severity': 7 } }, 'high'],
    [{ level: 'error' }, { properties: { 'security-severity': '0.0' } }, 'none'],
    [
      { properties: { 'security-severity': '4' } },
      { properties: { 'security-severity': '9' } },
      'medium',
    ],
    [{ level: 'note' }, { properties: { 'security-severity': 'high' } }, 'low'],
    [{ level: 'note' }, { properties: { 'security-severity': '' } }, 'low'],
    [{ level: 'note' }, { properties: { 'security-severity': 11 } }, 'low'],
    [{ level: 'note' }, { properties: { 'security-severity': [9] } }, 'low'],
    [{ level: 'note' }, { properties: null }, 'low'],
  ])('%j of the rule %j: %s', (fields, rule, severity) => {
    expect(one(result(fields), { rules: [{ id: 'R1', ...rule }] })?.severity).toBe(severity);
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
