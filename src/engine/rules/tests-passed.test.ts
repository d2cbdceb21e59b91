import { describe, expect, it } from 'vitest';
import { ask, evidence, input, report } from './input.support.js';

const tested = (parameters: object, ...reports: ReturnType<typeof evidence>[]) =>
  ask('tests-passed', parameters, input({ evidence: reports }));

describe('tests-passed', () => {
  it('passes when tests ran and none failed', () => {
    expect(tested({}, report('a', 12, 0, 0, 2))).toEqual({
      status: 'pass',
      message: '10 tests passed, 0 failed, 2 skipped',
      evidence: ['a'],
    });
  });

  it('adds up all reports, so that one without failures does not hide one with failures', () => {
    const outcome = tested({}, report('a', 100), report('b', 3, 1, 1));
    expect(outcome).toMatchObject({ status: 'fail', evidence: ['a', 'b'] });
    expect(outcome.message).toContain('2 tests failed, 0 allowed');
    expect(outcome.message).toContain('upload the report');
  });

  it('adds up the same document once, by its worse reading', () => {
    const again = (one: ReturnType<typeof report>) => ({ ...one, sha256: 'a'.repeat(64) });
    const [a, b] = [again(report('a', 60)), again(report('b', 60))];
    expect(tested({ minimumTests: 100 }, a, b)).toMatchObject({
      status: 'fail',
      message: expect.stringContaining('60 tests ran, at least 100 required'),
      evidence: ['a', 'b'],
    });
    expect(tested({ minimumTests: 100 }, a, report('c', 60)).status).toBe('pass');
    const failing = again(report('d', 60, 1));
    for (const both of [
      [a, failing],
      [failing, a],
    ]) {
      expect(tested({}, ...both).message).toContain('1 test failed, 0 allowed');
      expect(tested({ maximumFailures: 1 }, ...both).status).toBe('pass');
    }
  });

  it('counts failures and errors together', () => {
    expect(tested({ maximumFailures: 1 }, report('a', 9, 1)).status).toBe('pass');
    expect(tested({ maximumFailures: 1 }, report('a', 9, 1, 1)).status).toBe('fail');
  });

  it('requires a number of tests that ran, without skipped ones', () => {
    expect(tested({ minimumTests: 10 }, report('a', 9)).message).toContain(
      '9 tests ran, at least 10 required',
    );
    expect(tested({ minimumTests: 10 }, report('a', 9), report('b', 1)).status).toBe('pass');
    expect(tested({}, report('a', 5, 0, 0, 5)).status).toBe('fail');
    expect(tested({}, report('a', 0)).status).toBe('fail');
  });

  it('limits skipped tests only with `maximumSkipped`', () => {
    expect(tested({ maximumSkipped: 1 }, report('a', 9, 0, 0, 1)).status).toBe('pass');
    expect(tested({ maximumSkipped: 0 }, report('a', 9, 0, 0, 1)).message).toContain(
      '1 test skipped, 0 allowed',
    );
  });

  it('reports all failures at once', () => {
    const { message } = tested({ maximumSkipped: 0, minimumTests: 50 }, report('a', 9, 1, 1, 3));
    expect(message).toMatch(/2 tests failed.*6 tests ran.*3 tests skipped/);
  });

  it('is not evidenced without a test report', () => {
    for (const some of [[], [evidence('a', ['vulnerability'])], [evidence('a', ['tests'])]]) {
      const outcome = tested({}, ...some);
      expect(outcome.status).toBe('not-evidenced');
      expect(outcome.message).toContain('Upload a test report (junit)');
    }
  });

  it('fails for NaN', () => {
    expect(tested({}, report('a', Number.NaN)).status).toBe('fail');
  });

  it('has limits', () => {
    for (const parameters of [
      { minimumTests: 0 },
      { maximumFailures: -1 },
      { maximumSkipped: 0.5 },
      { minimumTests: '1' },
      { failures: 1 },
    ]) {
      expect(() => tested(parameters), JSON.stringify(parameters)).toThrow('not valid');
    }
  });
});
