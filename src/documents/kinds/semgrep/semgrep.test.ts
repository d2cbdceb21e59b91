import { describe, expect, it } from 'vitest';
import { vulnerabilityFingerprint } from '../common/fingerprint.js';
import { MASK } from '../common/mask.js';
import { semgrep } from './index.js';
import { parser } from './parser.js';
import { dependency, findings, parse, report, result, SECRET, secret } from './semgrep.support.js';

const one = (fields: object) => findings(fields)[0];

describe('Semgrep: code', () => {
  it('reads one finding per result', () => {
    const metadata = { source: 'https://semgrep.dev/r/js.lang.eval' };
    expect(parse(report([result({ metadata })]))).toMatchObject({
      tool: 'Semgrep',
      toolVersion: '1.99.0',
      findings: [
        {
          type: 'code',
          severity: 'high',
          rule: 'js.lang.eval',
          message: 'Do not use eval.',
          location: 'src/a.js',
          line: 3,
          url: 'https://semgrep.dev/r/js.lang.eval',
          fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
        },
      ],
      claims: [],
      warnings: [],
    });
    expect(parse(report([result()]))).not.toHaveProperty('masked');
  });

  it.each([
    ['ERROR', 'high'],
    ['WARNING', 'medium'],
    ['INFO', 'low'],
    ['CRITICAL', 'critical'],
    ['HIGH', 'high'],
    ['MEDIUM', 'medium'],
    ['LOW', 'low'],
    ['INVENTORY', 'none'],
    ['NEW', 'unknown'],
    [null, 'unknown'],
  ])('of the severity %s is %s', (word, severity) => {
    expect(one(result({ severity: word }))?.severity).toBe(severity);
  });

  it('reads results with only a rule', () => {
    const bare = { check_id: 'r' };
    expect(one(bare)).toMatchObject({ type: 'code', severity: 'unknown', rule: 'r' });
    expect(one({ check_id: 'r', path: null, start: null, extra: null })).toMatchObject({
      location: undefined,
    });
  });

  it('keeps its fingerprint in another line, and tells equal results apart', () => {
    const print = (extra: object, line = 3) => one(result(extra, { start: { line } }))?.fingerprint;
    expect(print({}, 9)).toBe(print({}));
    const others = [
      print({}),
      print({ lines: 'eval(y)' }),
      print({ lines: 'requires login' }),
      print({ fingerprint: 'f1' }),
      ...findings(result(), result()).map(({ fingerprint }) => fingerprint),
    ];
    expect(new Set(others).size).toBe(5);
  });

  it('reads its own example', () => {
    expect(parser.recognizes(semgrep.example)).toBe(true);
    expect(parse(semgrep.example).findings).toHaveLength(1);
  });

  it('reads reports of early versions, which may not be complete', () => {
    const early = { results: [result()], errors: [] };
    expect(parser.recognizes(early)).toBe(true);
    expect(parse(early)).toMatchObject({ findings: [{}], coverage: [{ ran: 'unknown' }] });
  });

  it('reads ignored results with a claim', () => {
    const read = parse(report([result(), result({ is_ignored: true })]));
    expect(read.findings).toHaveLength(2);
    expect(read.claims).toEqual([
      {
        fingerprint: read.findings?.[1]?.fingerprint,
        status: 'suppressed',
        absolves: true,
        justification: 'nosemgrep',
      },
    ]);
  });
});

describe('Semgrep: vulnerabilities of Supply Chain', () => {
  it('have the id, the package and the fix', () => {
    const fixes = { 'sca-fix-versions': [{ minimist: '1.2.6' }, { minimist: '0.2.4' }] };
    expect(one(dependency({}, { ...fixes, 'sca-severity': 'CRITICAL' }))).toMatchObject({
      type: 'vulnerability',
      severity: 'critical',
      rule: 'CVE-2021-44906',
      purl: 'pkg:npm/minimist@1.2.5',
      packageName: 'minimist',
      packageVersion: '1.2.5',
      fixedVersion: '1.2.6, 0.2.4',
      location: 'web/package-lock.json',
      fingerprint: vulnerabilityFingerprint('CVE-2021-44906', 'pkg:npm/minimist'),
    });
    expect(one(dependency({}, { ghsa: ['GHSA-xvch-5gv4-984h', 1] }))).toMatchObject({
      rule: 'CVE-2021-44906',
      aliases: ['GHSA-xvch-5gv4-984h'],
      severity: 'high',
      fixedVersion: undefined,
    });
  });

  it('are not secrets, and are read without an id or an ecosystem', () => {
    expect(one(dependency({ ecosystem: 'new' }, { cwe: ['CWE-798'] }))).toMatchObject({
      type: 'vulnerability',
      purl: undefined,
      packageName: 'minimist',
    });
    const none = { 'sca-vuln-database-identifier': null };
    expect(one(dependency({}, none))?.rule).toMatch(/^ssc-/);
    expect(one(dependency({ ecosystem: 'gomod', package: 'golang.org/x/text' }))?.purl).toBe(
      'pkg:golang/golang.org/x/text@1.2.5',
    );
  });
});

describe('Semgrep: secrets', () => {
  it.each<[object, object, string]>([
    [{ metadata: { product: 'secrets' } }, {}, 'secret'],
    [{ validation_state: 'CONFIRMED_VALID' }, {}, 'secret'],
    [{ validation_state: 'NO_VALIDATOR' }, {}, 'code'],
    [{ metadata: { cwe: ['CWE-798: Hard-coded Credentials'] } }, {}, 'secret'],
    [{ metadata: { cwe: 'CWE-259' } }, {}, 'secret'],
    [{ metadata: { cwe: ['CWE-79', 'CWE-7980', 1, null] } }, {}, 'code'],
    [{}, { check_id: 'generic.secrets.security.detected-aws' }, 'secret'],
    [{}, { check_id: 'js.secretsmanager.use' }, 'code'],
  ])('%j %j: %s', (extra, fields, type) => {
    expect(one(result(extra, fields))?.type).toBe(type);
  });

  it('are masked in the finding and the stored document', () => {
    const copy = result({ message: `also ${SECRET}`, lines: 'password()' });
    const before = report([secret({ dataflow_trace: { told: SECRET } }), copy], {
      explanations: [{ told: 'told' }],
      errors: [{ level: 'warn', type: 'Timeout', message: `in ${SECRET}` }],
    });
    const unchanged = structuredClone(before);
    const read = parse(before);
    expect(JSON.stringify(read)).not.toMatch(/hunter2|told|note/);
    expect(before).toEqual(unchanged);
    expect(read.findings?.[0]).toMatchObject({ type: 'secret', line: 3 });
    expect(read.findings?.[0]?.message).toBeUndefined();
    expect(read.masked).toMatchObject({
      results: [
        {
          check_id: 'secrets.generic',
          path: 'src/a.js',
          start: { line: 3 },
          extra: { lines: MASK, message: MASK, metadata: { product: 'secrets' } },
        },
        { extra: { message: `also ${MASK}`, lines: 'password()' } },
      ],
      paths: { scanned: ['src/a.js', 'src/b.js'] },
    });
    // The masked document can be parsed again.
    expect(parser.recognizes(read.masked)).toBe(true);
    expect(parse(read.masked).findings).toHaveLength(2);
  });

  it('keep their fingerprint in another line, unless the code is withheld', () => {
    const print = (extra: object, line: number) =>
      one(secret(extra, { start: { line } }))?.fingerprint;
    expect(print({}, 9)).toBe(print({}, 3));
    const hidden = { lines: 'requires login' };
    expect(print(hidden, 9)).not.toBe(print(hidden, 3));
  });
});

describe('Semgrep: refused documents', () => {
  it.each([
    null,
    {},
    [],
    { results: [], errors: [] },
    { results: [], errors: [], paths: {} },
    { results: {}, errors: [], paths: { scanned: [] } },
    { errors: [], generated_at: '', metrics: {}, results: [] },
  ])('does not recognize %j', (document) => {
    expect(parser.recognizes(document)).toBe(false);
  });

  it.each([
    [report([1]), '/results/0'],
    [report([{}]), '/results/0/check_id'],
    [{ errors: [] }, '/results'],
  ])('refuses %j', (document, pointer) => {
    expect(() => parse(document)).toThrow(
      expect.objectContaining({ name: 'DocumentFault', pointer }),
    );
  });
});
