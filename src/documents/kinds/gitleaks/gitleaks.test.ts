import { describe, expect, it } from 'vitest';
import { DocumentFault } from '../../fault.js';
import { findings, leak, parse } from './gitleaks.support.js';
import { gitleaks } from './index.js';
import { parser } from './parser.js';
import { ratingWord } from './severities.js';

describe('Gitleaks: findings', () => {
  it('reads one per leak', () => {
    expect(parse([leak({ Link: 'https://git.example/x#L21' })])).toMatchObject({
      tool: 'gitleaks',
      findings: [
        {
          type: 'secret',
          severity: 'high',
          rule: 'generic-api-key',
          title: 'Generic API key',
          message: 'In commit 3f1c2a9b7d5e of 2026-01-15',
          location: 'src/api.py',
          line: 21,
          url: 'https://git.example/x#L21',
          fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
        },
      ],
    });
  });

  it('reads leaks outside commits, and leaks with only a rule', () => {
    const [bare] = findings({ RuleID: 'r', Fingerprint: 'f:r:0', StartLine: 0, Tags: null });
    expect(bare).toMatchObject({ rule: 'r', severity: 'high' });
    expect(Object.entries(bare ?? {}).filter(([, value]) => value === undefined)).toHaveLength(5);
    expect(findings(leak({ Commit: '', Date: '' }))[0]?.message).toBeUndefined();
    expect(findings(leak({ Commit: 'not a commit' }))[0]?.message).toBeUndefined();
    expect(findings(leak({ Date: 'yesterday' }))[0]?.message).toBe('In commit 3f1c2a9b7d5e');
    expect(findings(leak({ Link: 'javascript:alert(1)' }))[0]?.url).toBeUndefined();
  });

  it('reads none from null or an empty list: that Gitleaks ran is the word of the caller', () => {
    const clean = {
      tool: 'gitleaks',
      coverage: [{ what: 'secret', ran: 'yes', declared: true }],
      findings: [],
    };
    expect(parse(null)).toEqual(clean);
    expect(parse([])).toEqual(clean);
    expect(parse([leak()]).coverage).toEqual([{ what: 'secret', ran: 'yes' }]);
  });

  it.each([
    [null, 'high'],
    [['tag', 'aws'], 'high'],
    [['CRITICAL'], 'critical'],
    [['severity:low'], 'low'],
    [['Severity: medium', 'low'], 'medium'],
    [['severity=high', 'x'], 'high'],
    [['toString', '__proto__'], 'high'],
  ] as const)('with the tags %j it is %s', (tags, severity) => {
    expect(ratingWord(tags)).toBe(severity);
  });

  it('reads its own example', () => {
    expect(parser.recognizes(gitleaks.example)).toBe(true);
    expect(parse(gitleaks.example).findings).toHaveLength(1);
  });
});

describe('Gitleaks: refused documents', () => {
  it.each([
    null,
    1,
    'RuleID',
    [],
    {},
    [null],
    [1],
    ['RuleID'],
    [[]],
    [{}],
    [{ RuleID: 'r' }],
    [{ RuleID: 1, Secret: 's' }],
    [{ rule: 'r', offender: 's' }],
    [JSON.parse('{"__proto__": {"RuleID": "r", "Secret": "s"}}')],
    { RuleID: 'r', Secret: 's' },
  ])('does not recognize %j', (document) => {
    expect(parser.recognizes(document)).toBe(false);
  });

  it.each([
    [{}, '', 'must be of type'],
    [[leak(), null], '/1', 'must be of type object'],
    [[{ Secret: 's' }], '/0/RuleID', 'is required'],
    [[leak({ Secret: 1 })], '/0/Secret', 'must be of type'],
    [[leak({ Match: { text: 'x' } })], '/0/Match', 'must be of type'],
    [[leak({ StartLine: '1' })], '/0/StartLine', 'must be of type'],
  ])('refuses %j', (document, pointer, fault) => {
    expect(() => parse(document)).toThrow(
      expect.objectContaining({
        name: 'DocumentFault',
        pointer,
        fault: expect.stringContaining(fault),
      }),
    );
  });

  it('refuses more than 200,000 findings', () => {
    const many = Array.from({ length: 200_001 }, () => ({ RuleID: 'r', Secret: 's' }));
    expect(() => parse(many)).toThrow(DocumentFault);
    expect(() => parse(many)).toThrow(expect.objectContaining({ reason: 'limit' }));
  });
});
