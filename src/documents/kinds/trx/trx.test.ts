import { describe, expect, it } from 'vitest';
import { faultOf } from '../../fault.support.js';
import { readXml } from '../../parsing/read-xml.js';
import { trx } from './index.js';
import { parser } from './parser.js';
import { secondsOf } from './results.js';
import { info, NAMESPACE, result, summary, textOf } from './trx.support.js';

const read = (text: string) => parser.parse(readXml(text), { secretKey: new Uint8Array(32) });
const report = (...parts: Parameters<typeof textOf>) => read(textOf(...parts));

it('TRX: reads its own example', () => {
  expect(read(String(trx.example))).toEqual({
    testNames: {
      tests: new Set(['Shop.OrderTests > AddsUp', 'Shop.OrderTests > Rounds']),
      groups: new Set(['Shop.OrderTests', 'Shop', 'ResultSummary']),
    },
    tool: 'VSTest',
    coverage: [
      {
        what: 'tests',
        ran: 'yes',
        of: [{ type: 'suite', name: 'net8.0/shop.tests.dll' }],
        lookedAt: 2,
        at: '2026-01-15T09:30:01.000Z',
      },
    ],
    tests: {
      tests: 2,
      passed: 1,
      failures: 1,
      errors: 0,
      skipped: 0,
      durationSeconds: 1.504,
      failed: [{ name: 'Shop.OrderTests > Rounds', message: 'Expected 1.01, but was 1' }],
    },
    warnings: [],
    contradictions: [],
  });
});

describe('TRX: outcomes', () => {
  it.each([
    ['Passed', { passed: 1 }],
    ['Failed', { failures: 1 }],
    ['NotExecuted', { skipped: 1 }],
    ['Inconclusive', { skipped: 1 }],
    ['Error', { errors: 1 }],
    ['Timeout', { errors: 1 }],
    ['Aborted', { errors: 1 }],
    ['PassedButRunAborted', { errors: 1 }],
    ['NotRunnable', { errors: 1 }],
    ['Disconnected', { errors: 1 }],
    ['InProgress', { errors: 1 }],
    ['Purple', { errors: 1 }],
    ['', { errors: 1 }],
  ])('%s', (outcome, expected) => {
    expect(report(result(outcome)).tests).toMatchObject({ tests: 1, ...expected });
  });

  it.each([
    ['the outcome Completed', result('Completed')],
    ['the outcome Warning', result('Warning')],
    ['<Verdict>', result('Passed', '<Verdict>bad</Verdict>')],
    ['isAborted="true"', result('Passed').replace('outcome=', 'isAborted="true" outcome=')],
    ['state="Failed"', result('Passed').replace('outcome=', 'state="Failed" outcome=')],
  ])('%s says neither that a test passed nor that it failed', (word, results) => {
    const { tests, coverage } = report(results);
    expect(tests).toMatchObject({ tests: 1, passed: 0, failures: 0, errors: 0, unknown: 1 });
    expect(coverage).toMatchObject([
      { ran: 'unknown', reason: expect.stringContaining(`${word} of "`) },
    ]);
  });

  it('elements and counters that are not known', () => {
    const unknown = (text: string) => [{ ran: 'unknown', reason: expect.stringContaining(text) }];
    const counted = summary('Completed', 'total="1" executed="1" passed="1" lost="1"');
    expect(report(result('Passed'), counted).coverage).toMatchObject(unknown('lost="1"'));
    const other = summary('Completed').replace('</ResultSummary>', '<Crash/></ResultSummary>');
    expect(report(result('Passed'), other).coverage).toMatchObject(unknown('<Crash>'));
  });

  it('of rows of data, each a test', () => {
    const rows = (...outcomes: string[]) =>
      `<InnerResults>${outcomes.map((outcome) => result(outcome)).join('')}</InnerResults>`;
    expect(report(result('Failed', rows('Passed', 'Failed'))).tests).toMatchObject({
      tests: 2,
      failures: 1,
    });
    expect(report(result('Passed', rows('Passed', 'Passed'))).tests).toMatchObject({ passed: 2 });
    expect(report(result('Aborted', rows('Passed'))).tests).toMatchObject({ passed: 1, errors: 1 });
  });

  it('of other sorts of results', () => {
    const other = '<GenericTestResult outcome="Failed"/><TestResultAggregation outcome="Error"/>';
    expect(report(other).tests).toMatchObject({ failures: 1, errors: 1 });
  });
});

describe('TRX: the run', () => {
  it.each(['Aborted', 'Error', 'Timeout', 'Disconnected', 'InProgress', ''])(
    'that ended with %j does not count',
    (outcome) => {
      for (const end of ['Passed', 'Failed'])
        expect(report(result(end), summary(outcome)).coverage[0]?.ran).toBe('failed');
    },
  );

  it('that failed without a failed test does not count', () => {
    const { coverage } = report(result('Passed'), summary('Failed'));
    expect(coverage[0]).toMatchObject({ ran: 'failed', reason: expect.stringContaining('failed') });
    expect(report(result('Failed'), summary('Failed')).coverage[0]?.ran).toBe('yes');
  });

  it('with an error beside its tests does not count', () => {
    const crash = info('Error', 'The test host crashed');
    const { coverage } = report(result('Passed'), summary('Completed', '', crash));
    expect(coverage[0]).toMatchObject({
      ran: 'failed',
      reason: 'the run reports an error: The test host crashed. Run the tests again',
    });
    // xUnit.net reports its failed tests so.
    expect(report(result('Failed'), summary('Failed', '', info('Error'))).coverage[0]?.ran).toBe(
      'yes',
    );
  });

  it('with a warning about data or a name that xUnit.net repeats counts', () => {
    for (const text of [
      "Data collector 'Code Coverage' message: No code coverage data available. Profiler was not initialized.",
      "Unable to find a datacollector with friendly name 'XPlat Code Coverage'.",
      '[xUnit.net] A.b [SKIP]',
      "[xUnit.net 00:00:00.42] shop: Skipping test case with duplicate ID '1' ('A.b' and 'A.c')",
    ]) {
      const warned = report(result('Passed'), summary('Completed', '', info('Warning', text)));
      expect(warned.coverage[0]?.ran).toBe('yes');
      expect(warned.warnings).toEqual([{ message: text }]);
    }
  });

  it.each([
    'No test is available in Shop.dll',
    'Exception occurred while test discoverer was loading tests',
    'Der Testlauf wurde nicht beendet',
    "[xUnit.net 00:00:00.42] Skipping: b (could not find dependent assembly 'c, Version=1.0.0')",
    '[xUnit.net 00:00:00.42] Exception discovering tests from b: System.Exception',
    '[xUnit.net 00:00:00.42] Catastrophic failure: System.TypeLoadException',
    "Data collector 'Blame' message: The specified inactivity time of 5 minutes has elapsed. Collecting hang dumps",
    "Data collector 'Shop' message: none",
    "Data collector 'Code Coverage' message: the tests were stopped",
    'code coverage: no tests',
  ])('with the warning %j is not known to have run all tests', (text) => {
    const { coverage } = report(result('Passed'), summary('Completed', '', info('Warning', text)));
    expect(coverage).toMatchObject([{ ran: 'unknown', reason: expect.stringContaining(text) }]);
  });

  it('whose outcome is Warning is not known to have run all tests', () => {
    expect(report(result('Passed'), summary('Warning')).coverage[0]?.ran).toBe('unknown');
  });

  it('without a summary, or without tests, is not shown to have run', () => {
    expect(report(result('Passed'), '').coverage[0]?.ran).toBe('unknown');
    for (const results of ['', result('NotExecuted')])
      expect(report(results).coverage).toMatchObject([{ ran: 'unknown', reason: 'no test ran' }]);
  });
});

describe('TRX: counters', () => {
  it('that are worse than the results count', () => {
    const { tests, contradictions, coverage } = report(
      result('Passed'),
      summary('Failed', 'total="4" failed="1" timeout="1"'),
    );
    expect(tests).toMatchObject({ tests: 3, passed: 1, errors: 2 });
    expect(contradictions).toHaveLength(2);
    expect(coverage[0]).toMatchObject({
      ran: 'failed',
      reason: expect.stringContaining('1 result missing'),
    });
  });

  it('that are smaller, or count skipped tests otherwise, do not matter', () => {
    const results = result('Passed') + result('NotExecuted');
    for (const counters of [
      'total="1" executed="1"',
      'total="2" executed="1" notExecuted="0"',
      'total="" warning="0" completed="0"',
    ])
      expect(report(results, summary('Completed', counters))).toMatchObject({
        coverage: [{ ran: 'yes', lookedAt: 1 }],
        contradictions: [],
      });
  });
});

describe('TRX: assemblies', () => {
  const of = (storage: string) =>
    read(
      `<TestRun ${NAMESPACE}><TestDefinitions><UnitTest id="1" storage="${storage}"/></TestDefinitions></TestRun>`,
    ).coverage[0]?.of?.map(({ name }) => name);

  it.each([
    ['/src/bin/Release/net8.0/Shop.Tests.dll', 'net8.0/shop.tests.dll'],
    ['c:\\src\\bin\\debug\\net48\\shop.tests.dll', 'net48/shop.tests.dll'],
    ['/src/bin/release/shop.tests.dll', 'shop.tests.dll'],
    ['shop.tests.dll', 'shop.tests.dll'],
  ])('%s', (storage, name) => {
    expect(of(storage)).toEqual([name]);
  });
});

it.each([
  ['00:00:01.5000000', 1.5],
  ['1.02:00:00', 93600],
  ['', 0],
  ['x', 0],
  [undefined, 0],
])('the duration %j is %d s', (duration, seconds) => {
  expect(secondsOf(duration)).toBe(seconds);
});

it('recognises TRX only', () => {
  const recognizes = (text: string) => parser.recognizes(readXml(text));
  expect(recognizes(`<TestRun ${NAMESPACE}/>`)).toBe(true);
  expect(
    recognizes('<t:TestRun xmlns:t="http://microsoft.com/schemas/VisualStudio/TeamTest/2006"/>'),
  ).toBe(true);
  expect(recognizes('<TestRun><ResultSummary/></TestRun>')).toBe(true);
  expect(recognizes('<TestRun><FailedTests/><Statistics/></TestRun>')).toBe(false);
  expect(recognizes(`<testsuite ${NAMESPACE}/>`)).toBe(false);
  expect(parser.recognizes([])).toBe(false);
  expect(faultOf(() => read('<a/>')).fault).toContain('must be TRX');
});

it('TRX: a second summary is a run that failed', () => {
  const { coverage } = report(result('Passed'), summary('Completed') + summary('Completed'));
  expect(coverage).toMatchObject([{ ran: 'failed', reason: expect.stringContaining('several') }]);
});
