import { describe, expect, it } from 'vitest';
import { document, one, parse, result } from './sarif.support.js';

const SECRET = 'hunter2-hunter2/=';

describe('SARIF: which results are secrets', () => {
  it.each<readonly [string, object]>([
    ['gitleaks', {}],
    ['TruffleHog', {}],
    ['detect-secrets', {}],
    ['GitGuardian ggshield', {}],
    ['Trivy', { tags: ['secret', 'security', 'CRITICAL'] }],
    ['Any', { tags: ['Secrets'] }],
    ['CodeQL', { tags: ['security', 'external/cwe/cwe-798'] }],
    ['CodeQL', { tags: ['external/cwe/cwe-259'] }],
    ['CodeQL', { tags: ['external/cwe/cwe-0321'] }],
    ['Semgrep', { tags: ['CWE-798: Use of Hard-coded Credentials'] }],
    ['SnykCode', { cwe: ['CWE-1', 'CWE-798'] }],
    ['SnykCode', { cwe: 'CWE-259' }],
    ['Any', { cwe: 321 }],
    ...[
      ...['gitleaks_v8', 'my2gitleaks', 'betterleaks', 'kingfisher', 'noseyparker', 'Nosey Parker'],
      ...['talisman', 'Whispers', 'detect_secrets', 'trufflehog3'],
    ].map((name) => [name, {}] as const),
  ])('%s %j', (name, properties) => {
    expect(one(result(), { name, rules: [{ id: 'R1', properties }] })?.type).toBe('secret');
  });

  it.each([
    ['CodeQL', { tags: ['external/cwe/cwe-079', 'cwe-7980', 'no secret', 1, null] }],
    ['CodeQL', { tags: 'secret' }],
    ['CodeQL', { cwe: ['CWE-79', 'CWE-7980', null, {}] }],
    ['gitleaksome', null],
    ['mytalisman', null],
    ['Lint', undefined],
  ])('not %s %j', (name, properties) => {
    const read = parse(document([result()], { name, rules: [{ id: 'R1', properties }] }));
    expect(read.findings?.[0]?.type).toBe('code');
    expect(read).not.toHaveProperty('masked');
  });
  const target = (id: unknown, name?: string) => ({ target: { id, toolComponent: { name } } });
  const ref = (id: unknown, name?: string) => ({ id, toolComponent: { name } });

  it.each<[object, object, string]>([
    [{ ruleId: 'CKV_SECRET_6' }, {}, 'secret'],
    [{ ruleId: 'CKV_AWS_6' }, {}, 'code'],
    [{}, { relationships: [null, target('CWE-79'), target('CWE-798')] }, 'secret'],
    [{}, { relationships: [target('259', 'CWE')] }, 'secret'],
    [{}, { relationships: [target('259', 'OWASP')] }, 'code'],
    [{}, { relationships: [target('CWE-79'), {}, 'CWE-798'] }, 'code'],
    [{}, { relationships: 'CWE-798' }, 'code'],
    [{ taxa: [ref('321', 'cwe')] }, {}, 'secret'],
    [{ taxa: [ref('CWE-0798')] }, {}, 'secret'],
    [{ taxa: [ref('798', 'CAPEC'), null, 1] }, {}, 'code'],
    [{ properties: { tags: ['secret'] } }, {}, 'secret'],
    [{ properties: { cwe: 'CWE-798' } }, {}, 'secret'],
    [{ properties: { cwe: 'CWE-79' } }, {}, 'code'],
  ])('the result %j of the rule %j: %s', (fields, rule, type) => {
    const read = parse(document([result(), result(fields)], { rules: [{ id: 'R1', ...rule }] }));
    expect(read.findings?.[1]?.type).toBe(type);
    expect(read.coverage.map(({ what }) => what)).toContain(type);
  });

  it('decides for each result, even of the same rule', () => {
    const { findings } = parse(
      document([result(), result({ taxa: [ref('CWE-798')] }), result()], { rules: [{ id: 'R1' }] }),
    );
    expect(findings?.map(({ type }) => type)).toEqual(['code', 'secret', 'code']);
  });
});

describe('SARIF: a secret', () => {
  const rules = [
    {
      id: 'R1',
      shortDescription: { text: 'API key' },
      helpUri: 'https://scan.example/R1',
      properties: { 'security-severity': '9.5' },
    },
  ];
  const driver = { name: 'gitleaks', rules };

  it('shows its rule instead of its text', () => {
    expect(one(result({ message: { text: `found ${SECRET}` } }, 3, SECRET), driver)).toMatchObject({
      severity: 'critical',
      rule: 'R1',
      title: 'API key',
      message: 'API key',
      location: 'src/a.js',
      line: 3,
      url: 'https://scan.example/R1',
    });
  });

  it('keeps its fingerprint in another line and tool, but not with another text, rule or file', () => {
    const print = (fields: object, line: number, snippet?: string, name = 'gitleaks') =>
      one(result(fields, line, snippet), { ...driver, name })?.fingerprint;
    const known = print({}, 3, SECRET);
    expect(print({ message: { text: 'new words' } }, 9, SECRET, 'ggshield')).toBe(known);
    const others = [
      print({}, 3, `${SECRET}x`),
      print({ ruleId: 'R2' }, 3, SECRET),
      print({ locations: [] }, 3),
      print({ partialFingerprints: { p: '1' } }, 3),
      print({ partialFingerprints: { p: '2' } }, 3),
      print({}, 3),
      // Withheld snippets are distinguished by line.
      print({}, 3, 'REDACTED'),
      print({}, 4, 'key = "REDACTED"'),
      print({}, 5, '*****'),
    ];
    expect(new Set([known, ...others]).size).toBe(10);
  });
});
