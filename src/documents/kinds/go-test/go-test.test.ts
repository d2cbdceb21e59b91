import { describe, expect, it } from 'vitest';
import { faultOf } from '../../fault.support.js';
import { readJson } from '../../parsing/read-json.js';
import { goTest } from './index.js';
import { parser } from './parser.js';

const context = { secretKey: new Uint8Array(32) };
const readText = (text: string) => parser.parse(readJson(Buffer.from(text)), context);
const event = (Action: string, Package: string, Test?: string, more: object = {}) =>
  JSON.stringify({ Time: '2026-01-15T09:30:00.123456789Z', Action, Package, Test, ...more });
const output = (Output: string, name: string, test?: string) =>
  event('output', name, test, { Output });
const read = (...lines: string[]) => readText(`${lines.join('\n')}\n`);
const passing = (name: string) => [
  event('start', name),
  event('run', name, 'TestA'),
  event('pass', name, 'TestA', { Elapsed: 0.5 }),
  event('pass', name, undefined, { Elapsed: 0.6 }),
];

describe('go test -json', () => {
  it('reads actions in any case', () => {
    const failing = passing('a').map((line) => line.replace('"pass"', '"FAIL"'));
    expect(read(...failing).tests).toMatchObject({ passed: 0, failures: 1 });
  });

  it('reads its own example', () => {
    expect(readText(String(goTest.example))).toEqual({
      testNames: {
        tests: new Set(['example.com/shop/cart > TestAdd', 'example.com/shop/cart > TestTotal']),
        groups: new Set(['example.com/shop/cart', 'go test']),
      },
      tool: 'go test',
      coverage: [
        {
          what: 'tests',
          ran: 'yes',
          of: [{ type: 'suite', name: 'example.com/shop/cart' }],
          lookedAt: 2,
          at: '2026-01-15T09:30:00.000Z',
        },
      ],
      tests: {
        tests: 2,
        passed: 1,
        failures: 1,
        errors: 0,
        skipped: 0,
        durationSeconds: 0.75,
        failed: [{ name: 'example.com/shop/cart > TestTotal', message: 'got 1' }],
      },
      warnings: [],
    });
  });

  it('counts subtests, skipped tests, and packages whose events are mixed', () => {
    const { tests, coverage } = read(
      event('start', 'a'),
      event('start', 'b'),
      event('run', 'a', 'TestA'),
      event('run', 'b', 'TestA'),
      event('run', 'a', 'TestA/one'),
      event('pause', 'b', 'TestA'),
      event('fail', 'a', 'TestA/one', { Elapsed: 1 }),
      event('fail', 'a', 'TestA', { Elapsed: 1 }),
      event('skip', 'b', 'TestA', { Elapsed: 0 }),
      event('pass', 'b'),
      event('fail', 'a'),
    );
    expect(tests).toMatchObject({
      tests: 3,
      failures: 2,
      errors: 0,
      skipped: 1,
      durationSeconds: 1,
    });
    expect(coverage[0]).toMatchObject({ ran: 'yes', lookedAt: 2, at: '2026-01-15T09:30:00.123Z' });
  });

  it.each([
    ['no test files', [event('start', 'a'), event('skip', 'a')]],
    ['no test that matches', [event('start', 'a'), event('pass', 'a')]],
    ['one line', [event('pass', 'a')]],
  ])('ran nothing: %s', (_what, lines) => {
    expect(read(...lines).coverage).toMatchObject([
      { ran: 'unknown', reason: 'no test ran', lookedAt: 0 },
    ]);
  });
});

describe('go test -json: failures outside of tests', () => {
  it('a build', () => {
    const { tests } = read(
      JSON.stringify({
        ImportPath: 'b [b.test]',
        Action: 'build-output',
        Output: 'undefined: x\n',
      }),
      JSON.stringify({ ImportPath: 'b [b.test]', Action: 'build-fail' }),
      ...passing('a'),
      event('start', 'b'),
      output('FAIL\tb [build failed]\n', 'b'),
      event('fail', 'b', undefined, { FailedBuild: 'b [b.test]' }),
    );
    expect(tests).toMatchObject({ tests: 2, passed: 1, errors: 1 });
    expect(tests?.failed).toEqual([{ name: 'b', message: 'undefined: x' }]);
  });

  it('a build that no package reports, and one of Go before 1.24', () => {
    const alone = JSON.stringify({ ImportPath: 'b', Action: 'build-fail' });
    expect(read(...passing('a'), alone).tests).toMatchObject({ errors: 1, passed: 1 });
    const text = ['# b', 'b.go:3:1: undefined: x', ...passing('a'), 'FAIL\tb [build failed]'];
    const { tests, warnings } = read(...text);
    expect(tests).toMatchObject({ errors: 1, passed: 1 });
    expect(tests?.failed).toEqual([{ name: 'b', message: 'line 7: FAIL\tb [build failed]' }]);
    expect(warnings?.map(({ message }) => message)).toEqual([
      'Line 1 is not an event: # b',
      'Line 2 is not an event: b.go:3:1: undefined: x',
    ]);
  });

  it('a package, in TestMain', () => {
    const { tests } = read(
      event('start', 'e'),
      output('exit status 3\n', 'e'),
      output('FAIL\te\t0.003s\n', 'e'),
      event('fail', 'e'),
    );
    expect(tests).toMatchObject({ tests: 1, errors: 1 });
    expect(tests?.failed).toEqual([{ name: 'e', message: 'exit status 3' }]);
  });

  it('a test that did not end in a package that failed', () => {
    const { tests, coverage } = read(
      event('start', 'a'),
      event('run', 'a', 'TestA'),
      output('panic: boom\n', 'a', 'TestA'),
      event('fail', 'a'),
    );
    expect(tests).toMatchObject({ tests: 1, errors: 1 });
    expect(tests?.failed[0]?.message).toBe('did not end\npanic: boom');
    expect(coverage[0]?.ran).toBe('yes');
  });
});

describe('go test -json: output that is not complete', () => {
  it('a package without an end', () => {
    const { tests, coverage } = read(
      ...passing('a'),
      event('start', 'b'),
      event('run', 'b', 'TestB'),
    );
    expect(tests).toMatchObject({ passed: 1, errors: 1 });
    expect(coverage[0]).toMatchObject({
      ran: 'failed',
      reason: expect.stringContaining('package b began and did not end'),
    });
  });

  it('a package that began again before its end', () => {
    const { coverage } = read(event('start', 'b'), event('start', 'b'), event('start', 'a'));
    expect(coverage[0]?.reason).toContain('package b and 1 more began and did not end');
  });

  it('a line that is cut', () => {
    const { coverage } = read(...passing('a'), event('output', 'a').slice(0, 30));
    expect(coverage[0]).toMatchObject({
      ran: 'failed',
      reason: 'the output is cut or broken in line 5',
    });
  });

  it('but not a result that the output of a test hides', () => {
    const { tests, coverage, warnings } = read(
      event('start', 'a'),
      event('run', 'a', 'TestA'),
      output('no newline--- PASS: TestA (0.00s)\n', 'a', 'TestA'),
      event('pass', 'a'),
      output('late\n', 'a'),
    );
    expect(tests).toMatchObject({ tests: 1, passed: 1 });
    expect(coverage[0]?.ran).toBe('yes');
    expect(warnings).toHaveLength(1);
  });
});

it('a run that passed does not hide an earlier one that failed', () => {
  const failing = [
    event('start', 'a'),
    event('run', 'a', 'TestA'),
    event('fail', 'a', 'TestA'),
    event('fail', 'a'),
  ];
  expect(read(...failing, ...passing('a')).tests).toMatchObject({
    tests: 2,
    failures: 1,
    passed: 1,
  });
});

it('reads the output of test2json, which may not name the package', () => {
  const line = (fields: object) => JSON.stringify(fields);
  const begin = line({ Action: 'run', Test: 'TestA' });
  const { tests, coverage } = read(
    begin,
    line({ Action: 'fail', Test: 'TestA' }),
    line({ Action: 'fail', Elapsed: 1 }),
  );
  expect(tests).toMatchObject({ tests: 1, failures: 1, failed: [{ name: 'TestA' }] });
  expect(coverage[0]).toMatchObject({ ran: 'yes', of: [] });
  expect(read(begin).coverage[0]?.reason).toContain('package of the tests began');
});

it('is recognised by its first events, also after other JSON', () => {
  const recognizes = (text: string) => parser.recognizes(readJson(Buffer.from(text)));
  expect(recognizes(`{"x": 1}\n${event('start', 'a')}\n`)).toBe(true);
  expect(recognizes('{"ImportPath": "a", "Action": "build-fail"}')).toBe(true);
  for (const text of [
    '{"Action": "x"}',
    '[]',
    'null',
    '{"a": 1}\n{"b": 2}',
    '{"Action":1,"Package":"a"}',
  ])
    expect(recognizes(text), text).toBe(false);
  expect(faultOf(() => readText('{"a": 1}\n{"b": 2}')).fault).toBe(
    'must be the output of go test -json',
  );
});
