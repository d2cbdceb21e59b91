import { describe, expect, it } from 'vitest';
import { readJson } from '../../parsing/read-json.js';
import { parser } from './parser.js';

/** Runs of which a part did not end, or not in a way that Go documents. */

const line = (fields: object) => JSON.stringify(fields);
const event = (Action: string, Test?: string, more: object = {}) =>
  line({ Action, Package: 'a', Test, ...more });
const read = (...lines: string[]) =>
  parser.parse(readJson(Buffer.from(`${lines.join('\n')}\n`)), { secretKey: new Uint8Array(32) });
const passing = [event('start'), event('run', 'TestA'), event('pass', 'TestA'), event('pass')];

describe('go test -json: a test without an end', () => {
  it('did not pass, although its package did', () => {
    const { tests } = read(
      event('start'),
      event('run', 'TestA'),
      event('pass', 'TestA'),
      event('run', 'TestB'),
      event('output', 'TestB', { Output: 'calls os.Exit(0)\n' }),
      event('pass'),
    );
    expect(tests).toMatchObject({ tests: 2, passed: 1, errors: 1 });
    expect(tests?.failed).toEqual([
      {
        name: 'a > TestB',
        message: 'did not end, although its package passed\ncalls os.Exit(0)',
      },
    ]);
  });

  it.each([
    ['x--- PASS: TestB (0.00s)\n', { passed: 1 }],
    ['one\nx --- SKIP: TestB (0.00s)\n', { skipped: 1 }],
    ['x--- PASS: TestC (0.00s)\n', { errors: 1 }],
    ['    --- PASS: TestB (0.00s)\n', { errors: 1 }],
    ['x--- FAIL: TestB (0.00s)\n', { errors: 1 }],
  ])('ended as the line after its output says: %j', (Output, expected) => {
    const { tests } = read(
      event('start'),
      event('run', 'TestB'),
      event('output', 'TestB', { Output }),
      event('pass'),
    );
    expect(tests).toMatchObject({ tests: 1, ...expected });
  });

  it('is a benchmark: Go writes no event for it', () => {
    const { tests, warnings } = read(event('start'), event('run', 'BenchmarkA'), event('pass'));
    expect(tests).toMatchObject({ tests: 1, passed: 1 });
    expect(warnings).toHaveLength(1);
  });
});

describe('go test -json: an action that Go does not document', () => {
  it.each(['crash', 'timeout', 'Panicked'])('does not end a test: %s', (action) => {
    for (const before of [[event('run', 'TestB')], []]) {
      const { tests, coverage } = read(
        ...passing.slice(0, 3),
        ...before,
        event(action, 'TestB'),
        event('pass'),
      );
      expect(tests).toMatchObject({ tests: 2, passed: 1, errors: 1 });
      const reason = expect.stringContaining(`the action "${action.toLowerCase()}" is not known`);
      expect(coverage).toMatchObject([{ ran: 'unknown', reason }]);
    }
  });

  it('makes the run unknown also beside an end', () => {
    const { tests, coverage } = read(
      event('start'),
      event('run', 'TestA'),
      event('note', 'TestA'),
      event('pass', 'TestA'),
      event('note', 'TestA'),
      event('pass'),
    );
    expect(tests).toMatchObject({ tests: 1, passed: 1 });
    expect(coverage[0]?.ran).toBe('unknown');
  });

  it.each(['attr', 'artifacts', 'pause', 'cont'])('is not %s', (action) => {
    expect(read(...passing.slice(0, 2), event(action, 'TestA'), ...passing.slice(2))).toMatchObject(
      { tests: { passed: 1, errors: 0 }, warnings: [] },
    );
  });
});

describe('go test -json: an event that lacks something', () => {
  it.each([{ Action: 'fail' }, { Action: 'build-fail' }, { Action: ' FAIL ' }])(
    'is a failure without a package: %j',
    (fields) => {
      const { tests } = read(...passing, line(fields));
      expect(tests).toMatchObject({ passed: 1, errors: 1 });
    },
  );

  it('is in another case: it is not read, and the run does not count', () => {
    const { coverage } = read(...passing, line({ action: 'fail', package: 'b', test: 'TestB' }));
    expect(coverage).toMatchObject([
      { ran: 'failed', reason: expect.stringContaining('names in another case') },
    ]);
  });

  it.each(['signal: killed', 'exit status 2', '*** Test killed with quit: ran too long (11m0s).'])(
    'is a line of Go about a failure: %s',
    (text) => {
      expect(read(...passing, text).tests).toMatchObject({ passed: 1, errors: 1 });
    },
  );
});

describe('go test -json: a package whose build failed', () => {
  it.each(['pass', 'skip'])('did not end with %s', (action) => {
    const { tests } = read(...passing.slice(0, 3), event(action, undefined, { FailedBuild: 'b' }));
    expect(tests).toMatchObject({ tests: 2, passed: 1, errors: 1 });
    expect(tests?.failed).toEqual([
      { name: 'a', message: `ended with ${action}, although its build failed: b` },
    ]);
  });
});

describe('go test -json: the time', () => {
  const at = (...times: string[]) =>
    read(...times.map((Time) => event('output', undefined, { Time })), ...passing).coverage[0];

  it('is the earliest one, in any zone', () => {
    const times = ['2026-11-30T23:30:00Z', '2026-12-01T01:00:00+02:00', '2026-12-01T00:00:00Z'];
    expect(at(...times)).toMatchObject({ at: '2026-11-30T23:00:00.000Z' });
  });

  it('is told if one of them is not understood', () => {
    const entry = at('2026-12-01T00:00:00Z', 'yesterday', '2026-12-02T00:00:00Z');
    expect(entry).toMatchObject({ at: '2026-12-01T00:00:00.000Z', unreadTime: 'yesterday' });
    expect(at('', '2026-12-01T00:00:00Z')).not.toHaveProperty('unreadTime');
  });
});
