import { describe, expect, it } from 'vitest';
import { MASK } from '../common/mask.js';
import { document, one, parse, result } from './sarif.support.js';

const SECRET = 'hunter2-hunter2/=';

describe('SARIF: which results are secrets', () => {
  it.each([
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
  ])('%s %j', (name, properties) => {
    expect(one(result(), { name, rules: [{ id: 'R1', properties }] })?.type).toBe('secret');
  });

  it.each([
    ['CodeQL', { tags: ['external/cwe/cwe-079', 'cwe-7980', 'no secret', 1, null] }],
    ['CodeQL', { tags: 'secret' }],
    ['gitleaksome', null],
    ['Lint', undefined],
  ])('not %s %j', (name, properties) => {
    const read = parse(document([result()], { name, rules: [{ id: 'R1', properties }] }));
    expect(read.findings?.[0]?.type).toBe('code');
    expect(read).not.toHaveProperty('masked');
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

  it('is the same in another line and tool, and another with another text, rule or file', () => {
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
      // Withheld: told apart by line.
      print({}, 3, 'REDACTED'),
      print({}, 4, 'key = "REDACTED"'),
      print({}, 5, '*****'),
    ];
    expect(new Set([known, ...others]).size).toBe(10);
  });

  it('is in nothing that is shown or stored', () => {
    const snippet = { text: SECRET, rendered: { markdown: `**${SECRET}**` } };
    const inFlow = {
      location: {
        message: { text: 'flow text' },
        physicalLocation: {
          artifactLocation: { uri: 'src/b.js' },
          region: { startLine: 1, snippet: { text: 'flow code' } },
          contextRegion: { snippet: { text: 'flow context' } },
        },
      },
    };
    const secret = {
      ...result({
        message: { text: 'told', markdown: 'told too', arguments: ['told again'], id: 'default' },
        codeFlows: [{ threadFlows: [{ locations: [inFlow] }] }],
        relatedLocations: [{ ...inFlow.location, id: 1 }],
        fixes: [
          { artifactChanges: [{ replacements: [{ insertedContent: { text: 'new code' } }] }] },
        ],
        properties: { raw: 'raw secret' },
        partialFingerprints: { hash: 'stays' },
        suppressions: [{ justification: `${SECRET} is for tests` }],
      }),
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: `dir/${SECRET}.js` },
            region: { startLine: 3, snippet },
            contextRegion: { startLine: 2, snippet: { text: `before\n${SECRET}\nafter` } },
          },
        },
      ],
    };
    const before = document(
      [secret, result({ ruleId: 'R2', message: { text: `also ${SECRET}` } })],
      { ...driver, rules: [{ ...rules[0], shortDescription: { text: `API key ${SECRET}` } }] },
      {
        artifacts: [
          { location: { uri: 'x' }, contents: { text: 'embedded', binary: 'ZW1iZWRkZWQ=' } },
        ],
        threadFlowLocations: [inFlow],
        versionControlProvenance: [{ repositoryUri: `https://x/?q=${encodeURIComponent(SECRET)}` }],
      },
    );
    const copy = structuredClone(before);
    const read = parse(before);
    const text = JSON.stringify(read);
    for (const gone of [SECRET, encodeURIComponent(SECRET), 'told', 'flow text', 'flow code'])
      expect(text).not.toContain(gone);
    for (const gone of ['flow context', 'new code', 'raw secret', 'before', 'embedded', 'ZW1i'])
      expect(text).not.toContain(gone);
    expect(before).toEqual(copy);
    expect(read.claims).toMatchObject([{ justification: `${MASK} is for tests`, absolves: true }]);
    expect(read.findings?.[0]).toMatchObject({
      location: `dir/${MASK}.js`,
      title: `API key ${MASK}`,
    });
    expect(read.masked).toMatchObject({
      version: '2.1.0',
      runs: [
        {
          tool: { driver: { name: 'gitleaks' } },
          results: [
            {
              ruleId: 'R1',
              message: { text: MASK, markdown: MASK, arguments: [MASK], id: 'default' },
              partialFingerprints: { hash: 'stays' },
              relatedLocations: [{ id: 1, message: { text: MASK } }],
            },
            { ruleId: 'R2' },
          ],
          artifacts: [{ location: { uri: 'x' }, contents: { text: MASK, binary: MASK } }],
        },
      ],
    });
  });

  it('is taken out of results of other rules, also if only the code around it is told', () => {
    const line = `const password = "${SECRET}";`;
    const around = (fields: object) => ({
      ...result(fields),
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: 'src/a.js' },
            region: { startLine: 5 },
            contextRegion: { startLine: 4, snippet: { text: `x();\n  ${line}\ny();\n` } },
          },
        },
      ],
    });
    const read = parse(
      document([around({ ruleId: 'cred' }), around({ ruleId: 'style' })], {
        rules: [{ id: 'cred', properties: { tags: ['external/cwe/cwe-798'] } }],
      }),
    );
    expect(read.findings?.map(({ type }) => type)).toEqual(['secret', 'code']);
    expect(JSON.stringify(read)).not.toContain(SECRET);
    expect(JSON.stringify(read.masked)).toContain('x();');
  });

  it('is masked also where its result is gone or passes', () => {
    const read = parse(document([result({ baselineState: 'absent' }, 3, SECRET)], driver));
    expect(read.findings).toEqual([]);
    expect(JSON.stringify(read.masked)).not.toContain(SECRET);
  });
});

it('SARIF: masks 20,000 secrets in seconds', () => {
  const many = Array.from({ length: 20_000 }, (_, i) => result({}, i, `password = "${i}-abc"`));
  const start = performance.now();
  const { masked, findings } = parse(document(many, { name: 'gitleaks' }));
  expect(performance.now() - start).toBeLessThan(24_000);
  expect(new Set(findings?.map(({ fingerprint }) => fingerprint)).size).toBe(20_000);
  expect(JSON.stringify(masked)).not.toContain('-abc');
});
