import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sarif } from './index.js';
import { parser } from './parser.js';
import { document, one, parse, result, run } from './sarif.support.js';

describe('SARIF: findings', () => {
  it('reads a report of Biome', () => {
    const text = readFileSync(new URL('fixtures/biome.sarif', import.meta.url), 'utf8');
    const read = parse(JSON.parse(text));
    expect(read).toMatchObject({ tool: 'Biome', specVersion: '2.1.0', claims: [] });
    expect(read).not.toHaveProperty('masked');
    expect(read.findings?.map(({ rule, severity, line }) => [rule, severity, line])).toEqual([
      ['lint/correctness/noUnusedVariables', 'medium', 4],
      ['lint/suspicious/noDebugger', 'high', 2],
      ['lint/suspicious/noDoubleEquals', 'high', 3],
    ]);
    expect(read.findings?.[1]).toMatchObject({
      type: 'code',
      title: 'Disallow the use of `debugger`',
      message: 'This is an unexpected use of the debugger statement.',
      location: 'src/same.js',
      url: 'https://biomejs.dev/linter/rules/no-debugger',
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('reads its own example', () => {
    expect(parser.recognizes(sarif.example)).toBe(true);
    expect(parse(sarif.example)).toMatchObject({
      tool: 'Biome',
      toolVersion: '2.5.15',
      findings: [{ severity: 'high' }],
      claims: [{ absolves: false, justification: 'Both are numbers' }],
    });
  });

  it('reads several runs and tools, and none', () => {
    const runs = [run([result()]), run([result()], { name: 'Other', version: '2' }), run(null)];
    const read = parse({ version: '2.1.0', runs });
    expect(read.findings).toHaveLength(2);
    expect(read).toMatchObject({ tool: 'ESLint, Other', toolVersion: undefined });
    expect(parse({ version: '2.1.0', runs: [] })).toMatchObject({ tool: undefined, findings: [] });
    expect(parse(document([], { version: '1', semanticVersion: '1.0.0' })).toolVersion).toBe(
      '1.0.0',
    );
  });

  it('reads results with only a message, or without any field', () => {
    expect(one({ message: { text: 'x' } })).toMatchObject({
      rule: 'unspecified',
      severity: 'medium',
    });
    expect(one({ ruleId: null, locations: null, level: null, suppressions: null })).toMatchObject({
      type: 'code',
      message: undefined,
      location: undefined,
    });
  });

  it.each(['pass', 'notApplicable'])('skips results of the kind %s', (kind) => {
    expect(parse(document([result({ kind })])).findings).toEqual([]);
    // What passed has no level: an error that passed contradicts itself, and the worse counts.
    expect(parse(document([result({ kind, level: 'error' })])).findings).toHaveLength(1);
  });

  it('skips results that are absent since the last analysis', () => {
    expect(one(result({ baselineState: 'absent' }))).toBeUndefined();
    expect(one(result({ baselineState: 'unchanged' }))).toBeDefined();
  });

  it('finds the file by its index, and accepts lines from 1', () => {
    const at = (physicalLocation: unknown) =>
      one(
        { locations: [{}, { physicalLocation }] },
        {},
        { artifacts: [{ location: { uri: 'a.c' } }] },
      );
    expect(at({ artifactLocation: { index: 0 }, region: { startLine: 7 } })).toMatchObject({
      location: 'a.c',
      line: 7,
    });
    expect(at({ artifactLocation: { index: 9 }, region: { startLine: 0 } })).toMatchObject({
      location: undefined,
      line: undefined,
    });
  });
});

describe('SARIF: refused documents', () => {
  it.each([
    null,
    1,
    '2.1.0',
    [],
    {},
    { version: '2.1.0' },
    { version: '2.1.0', runs: {} },
    { version: '2.0.0', runs: [] },
    { version: 2.1, runs: [] },
    JSON.parse('{"__proto__": {"version": "2.1.0", "runs": []}}'),
    { bomFormat: 'CycloneDX', specVersion: '1.6', version: 1 },
  ])('does not recognize %j', (value) => {
    expect(parser.recognizes(value)).toBe(false);
  });

  it.each([
    [{ version: '2.0.0', runs: [] }, '/version', 'must be "2.1.0"'],
    [{ version: '2.1.0', runs: [{}] }, '/runs/0/tool', 'is required'],
    [
      { version: '2.1.0', runs: [{ tool: { driver: {} } }] },
      '/runs/0/tool/driver/name',
      'is required',
    ],
    [document({}), '/runs/0/results', 'must be of type array or null'],
    [document([1]), '/runs/0/results/0', 'must be of type object'],
    [document([{ level: 1 }]), '/runs/0/results/0/level', 'must be of type string or null'],
  ])('refuses %j', (value, pointer, fault) => {
    expect(() => parse(value)).toThrow(
      expect.objectContaining({ name: 'DocumentFault', pointer, fault }),
    );
  });
});
