import { describe, expect, it } from 'vitest';
import { dependency, parse, report, result, secret } from './semgrep.support.js';

const covers = (more: object, ...results: unknown[]) => parse(report(results, more)).coverage;
const many = (length: number) => Array.from({ length }, (_, i) => `${i}.js`);
const error = (fields: object) => ({ errors: [{ code: 3, ...fields }] });

describe('Semgrep: coverage', () => {
  it.each<[string, object]>([
    ['nothing went wrong', {}],
    [
      'a plugin is missing',
      { paths: { scanned: many(2) }, ...error({ level: 'warn', type: 'Missing plugin' }) },
    ],
    ['a rule is for another version', error({ level: 'info', type: 'Incompatible rule' })],
    ['rules ran', { time: { rules: ['r'] } }],
    [
      'rules are not listed, as Semgrep 1.142 writes it without --time',
      {
        time: {
          rules: [],
          rules_parse_time: 0.7,
          profiling_times: { config_time: 1.7, core_time: 8.4, total_time: 10.2 },
          scanning_time: { total_time: 12.6, very_slow_files: [] },
          targets: [],
          total_bytes: 0,
        },
      },
    ],
  ])('it ran: %s', (_case, more) => {
    expect(covers(more)).toMatchObject([{ what: 'code', ran: 'yes', lookedAt: 2 }]);
  });

  it.each<[object, string, string]>([
    [
      error({ level: 'error', type: 'Fatal error', message: 'no memory\nat x' }),
      'failed',
      'no memory',
    ],
    [
      { errors: [{ level: 'error', short_msg: 'a' }, { level: 'error' }, { level: 'warn' }] },
      'failed',
      'reports an error: a, and 1 more',
    ],
    [error({ level: 'Error', message: 'a' }), 'failed', 'reports an error: a'],
    [error({ message: 'a' }), 'failed', 'reports an error: a'],
    [
      {
        errors: ['src/a.js', 'src/b.js'].flatMap((path) =>
          ['r', 's'].map((rule_id) => ({ level: 'warn', type: 'Timeout', path, rule_id })),
        ),
      },
      'failed',
      'could not analyse 2 of 2 files completely',
    ],
    [
      {
        paths: { scanned: ['a', 'b', 'c'] },
        errors: [
          { level: 'warn', type: 'Timeout', path: 'a' },
          { level: 'warn', type: 'Syntax error', path: 'b' },
          { level: 'warn', type: ['PartialParsing', []], path: 'c' },
        ],
      },
      'failed',
      'could not analyse 2 of 3 files completely',
    ],
    [
      error({ level: 'warn', type: 'Timeout', path: 'src/a.js', rule_id: 'r' }),
      'failed',
      'could not analyse 1 of 2 files completely',
    ],
    [
      error({ level: 'warn', type: 'Timeout', rule_id: 'r' }),
      'failed',
      'could not analyse 1 of 3 files completely',
    ],
    [
      {
        paths: { scanned: many(19) },
        ...error({ level: 'warn', type: 'Out of memory', path: '0.js' }),
      },
      'failed',
      'could not analyse 1 of 19 files completely',
    ],
    [
      {
        paths: { scanned: ['src/a.js'] },
        ...error({ level: 'warn', type: ['PartialParsing', []], path: 'src/a.js' }),
      },
      'unknown',
      'could parse 1 of 1 files only in part',
    ],
    [
      {
        paths: { scanned: many(39) },
        errors: [
          { level: 'warn', type: 'Timeout', path: '0.js' },
          { level: 'warn', type: 'Partial parsing', path: '1.js' },
          { level: 'warn', type: 'PartialParsing', path: '1.js' },
        ],
      },
      'unknown',
      'could parse 2 of 39 files only in part',
    ],
    [{ paths: { scanned: [] } }, 'unknown', 'looked at nothing'],
    [{ paths: { scanned: ['', ' '] } }, 'unknown', 'looked at nothing'],
    [{ paths: null }, 'failed', 'has no `paths`'],
    [{ time: { rules: [] } }, 'failed', 'ran no rule'],
    [
      {
        paths: { scanned: ['src/a.js'] },
        ...error({ level: 'warn', type: 'Syntax error', path: 'src/a.js' }),
      },
      'unknown',
      'looked at nothing',
    ],
    [
      {
        paths: {
          scanned: ['src/a.js'],
          skipped: [{ path: 'src/a.js', reason: 'analysis_failed_parser_or_internal_error' }],
        },
        ...error({ level: 'warn', type: ['PartialParsing', []], path: 'src/a.js' }),
      },
      'unknown',
      'looked at nothing',
    ],
  ])('of %j: %s', (more, ran, reason) => {
    expect(covers(more)).toMatchObject([
      { what: 'code', ran, reason: expect.stringContaining(reason) },
    ]);
  });

  it('ran rules if one of them found something', () => {
    expect(covers({ time: { rules: [] } }, result())).toMatchObject([{ ran: 'yes' }]);
  });

  it('counts the files that were parsed', () => {
    const unread = error({ level: 'warn', type: 'Syntax error', path: '0.js' });
    expect(covers({ paths: { scanned: many(20) }, ...unread })).toEqual([
      {
        ...{ what: 'code', ran: 'yes', lookedAt: 19 },
        caveat: 'could not analyse 1 of 20 files completely, as after a timeout',
      },
    ]);
  });

  it('tells in how few files a part was not parsed', () => {
    const inPart = error({ level: 'warn', type: ['PartialParsing', []], path: '0.js' });
    expect(covers({ paths: { scanned: many(20) }, ...inPart })).toMatchObject([
      { ran: 'yes', lookedAt: 20, caveat: 'could parse 1 of 20 files only in part' },
    ]);
  });

  it('is of what the products of Semgrep found', () => {
    const all = covers({}, result(), dependency(), secret());
    expect(all).toMatchObject([
      { what: 'code', ran: 'yes' },
      { what: 'vulnerability', ran: 'yes' },
      { what: 'secret', ran: 'yes' },
    ]);
    const byTheWay = result({ metadata: { cwe: ['CWE-798'] } });
    expect(covers({}, byTheWay)).toMatchObject([
      { what: 'code', ran: 'yes' },
      { what: 'secret', ran: 'unknown' },
    ]);
    expect(covers(error({ level: 'error' }), byTheWay)).toMatchObject([
      { ran: 'failed' },
      { ran: 'failed' },
    ]);
  });
});

describe('Semgrep: warnings', () => {
  it('tell which files and rules were left out', () => {
    const more = {
      errors: [
        {
          level: 'warn',
          type: 'Syntax error',
          message: 'Syntax error at line 3',
          path: 'src/a.js',
        },
        { level: 'warn', type: ['PartialParsing', []], path: 'src/b.js' },
        { level: 'info', type: 'Incompatible rule', message: 'old' },
      ],
      paths: {
        scanned: ['src/b.js'],
        skipped: [
          { path: 'big.js', reason: 'exceeded_size_limit' },
          { path: 'node_modules', reason: 'semgrepignore_patterns_match' },
          { path: 'c.js', reason: 'something_new' },
          null,
        ],
      },
      skipped_rules: [{ rule_id: 'r1', details: 'x' }],
    };
    expect(parse(report([], more)).warnings).toEqual([
      { message: 'Syntax error at line 3 (src/a.js)', pointer: '/errors/0' },
      { message: 'PartialParsing (src/b.js)', pointer: '/errors/1' },
      { message: 'big.js was not scanned: exceeded_size_limit', pointer: '/paths/skipped/0' },
      { message: 'c.js was not scanned: something_new', pointer: '/paths/skipped/2' },
      { message: 'a file was not scanned: without a reason', pointer: '/paths/skipped/3' },
      { message: 'The rule r1 was not run', pointer: '/skipped_rules/0' },
    ]);
  });
});

it.each(['no network', { message: 'no network' }])(
  'Semgrep: an error at the top of the report means that it failed: %j',
  (error) => {
    expect(parse(report([], { error })).coverage).toMatchObject([
      { ran: 'failed', reason: expect.stringContaining('no network') },
    ]);
  },
);

describe('Semgrep: errors that are not known', () => {
  const of = (type: unknown, more: object = {}) =>
    parse(
      report([], {
        errors: [{ level: 'warn', type, path: 'src/a.js', ...more }],
        paths: { scanned: ['src/a.js', 'src/b.js'] },
      }),
    ).coverage[0];

  it.each(['Something new', 'Rule parse error', ['SomethingNew', []], undefined])(
    '%j left a file out',
    (type) => {
      expect(of(type)).toMatchObject({
        ...{ what: 'code', ran: 'failed' },
        reason: expect.stringContaining('could not analyse 1 of 2 files completely'),
      });
    },
  );

  it.each(['Incompatible rule', 'Missing plugin', 'Dependency resolution error'])(
    '%j is about a rule or another product',
    (type) => {
      expect(of(type)).toMatchObject({ ran: 'yes' });
    },
  );
});

describe('Semgrep: rules that did not run', () => {
  const caveat = (more: object) => parse(report([], more)).coverage[0]?.caveat;
  const paths = { scanned: ['a.js'] };
  const incompatible = (id: string) => ({
    level: 'info',
    type: ['IncompatibleRule', {}],
    rule_id: id,
    message: 'needs a newer version',
  });

  it('are told in verdicts', () => {
    expect(caveat({ paths, skipped_rules: [{ rule_id: 'r1', details: 'x' }] })).toBe(
      'did not run 1 rule of those that it was given: r1',
    );
    expect(caveat({ paths, errors: [incompatible('r2'), incompatible('r3')] })).toBe(
      'did not run 2 rules of those that it was given: r2',
    );
    expect(caveat({ paths, errors: [incompatible('r2'), incompatible('r2')] })).toContain('1 rule');
    expect(caveat({ paths, skipped_rules: [] })).toBeUndefined();
  });
});
