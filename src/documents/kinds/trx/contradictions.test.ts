import { describe, expect, it } from 'vitest';
import { readXml } from '../../parsing/read-xml.js';
import { parser } from './parser.js';
import { info, NAMESPACE, result, summary, textOf } from './trx.support.js';

const read = (text: string) => parser.parse(readXml(text), { secretKey: new Uint8Array(32) });
const report = (...parts: Parameters<typeof textOf>) => read(textOf(...parts));

describe('TRX: what contradicts itself', () => {
  const error = (...inner: string[]) =>
    result('Passed', `<Output><ErrorInfo>${inner.join('')}</ErrorInfo></Output>`);

  it.each([
    ['a stack trace', error('<StackTrace>at A.b()</StackTrace>')],
    ['an exception', error('<Message>System.Exception: boom</Message>')],
    ['a failed assertion', error('<Message>Assert.AreEqual failed</Message>')],
    ['an error elsewhere', result('Passed', '<ErrorInfo><Message>Failed</Message></ErrorInfo>')],
    [
      'an error in another case',
      result('Passed', '<output><errorInfo><message>Expected 1</message></errorInfo></output>'),
    ],
    [
      'an outcome that is not a failure',
      error('<StackTrace>at A.b()</StackTrace>').replace('Passed', 'Completed'),
    ],
  ])('a test that passed with %s failed', (_what, results) => {
    const { tests, contradictions } = report(results);
    expect(tests).toMatchObject({ tests: 1, failures: 1, passed: 0 });
    expect(contradictions).toMatchObject([{ message: expect.stringContaining('and an error') }]);
  });

  it('a test with rows that passed with an error failed', () => {
    const inner = `<InnerResults>${result('Passed')}</InnerResults>`;
    const text = error('<StackTrace>x</StackTrace>').replace('<Output>', `${inner}<Output>`);
    expect(report(text).tests).toMatchObject({ passed: 1, failures: 1 });
  });

  it('but not a test that passed with a message, as NUnit writes it', () => {
    const { tests, warnings, contradictions } = report(
      error('<Message>No errors, as expected: enough for today</Message>'),
    );
    expect(tests).toMatchObject({ tests: 1, passed: 1 });
    expect(warnings).toEqual([
      { message: '1 test with a message in ErrorInfo passed, by the outcome' },
    ]);
    expect(contradictions).toEqual([]);
    expect(report(error()).warnings).toEqual([]);
  });

  it.each([
    ['executed="5" total="1"', /4 results missing/],
    ['total="1" passed="3"', /2 results missing/],
    ['total="1" passed="1" failed="1"', /./],
    ['total="1" executed="0"', /fewer tests ran than have a result/],
    ['Total="3"', /2 results missing/],
  ])('counters: %s', (counters, reason) => {
    const { coverage, contradictions, tests } = report(
      result('Passed'),
      summary('Completed', counters),
    );
    expect(contradictions).toHaveLength(1);
    if (counters.includes('failed')) expect(tests).toMatchObject({ errors: 1 });
    else
      expect(coverage[0]).toMatchObject({ ran: 'failed', reason: expect.stringMatching(reason) });
  });

  it.each(['failed="-1"', 'total="x"', 'Executed="1.5"'])(
    'a counter that is not one: %s',
    (text) => {
      expect(report(result('Passed'), summary('Completed', text)).coverage[0]).toMatchObject({
        ran: 'unknown',
        reason: expect.stringContaining(text),
      });
    },
  );

  it('two lists of counters: the worse ones count, and the run failed', () => {
    const end =
      '<ResultSummary outcome="Completed"><Counters total="1" passed="1"/><Counters total="1" failed="1"/></ResultSummary>';
    expect(report(result('Passed'), end).tests).toMatchObject({ errors: 1 });
    const same = end.replace('failed', 'passed');
    expect(report(result('Passed'), same).coverage[0]).toMatchObject({
      ran: 'failed',
      reason: expect.stringContaining('several summaries'),
    });
  });

  it('results of an unknown sort', () => {
    expect(report(`${result('Passed')}<UnitTest outcome="Failed"/>`).coverage[0]).toMatchObject({
      ran: 'unknown',
      reason: expect.stringContaining('<UnitTest>'),
    });
    const lower = report(`<results>${result('Failed')}</results>`);
    expect(lower.coverage[0]?.ran).toBe('unknown');
  });

  it.each([
    ['Warning', 'The active test run was aborted. Reason: Test host process crashed'],
    ['Completed', 'Testhost process exited unexpectedly'],
    ['Warning', 'Test host process crashed : Stack overflow.'],
  ])('a run that says %s: %s', (outcome, text) => {
    for (const results of [result('Passed'), result('Passed') + result('Failed')])
      expect(
        report(results, summary('Completed', '', info(outcome, text))).coverage[0],
      ).toMatchObject({ ran: 'failed', reason: expect.stringContaining(text) });
  });

  it('but not a test that xUnit.net skipped, whatever its name is', () => {
    const text = '[xUnit.net 00:00:01.01] The run is aborted [SKIP]';
    expect(
      report(result('Passed'), summary('Completed', '', info('Warning', text))).coverage[0],
    ).toMatchObject({ ran: 'yes' });
  });

  it('tests that are defined and have no result: the run ended early', () => {
    const defined = '<UnitTest id="1" name="T"/><OrderedTest id="2" name="U"/>';
    const report = (inner: string) =>
      read(
        textOf(inner).replace(
          '<Results>',
          `<TestDefinitions>${defined}</TestDefinitions><Results>`,
        ),
      );
    const first = result('Passed').replace(' ', ' testId="1" ');
    const { tests, coverage, contradictions } = report(first);
    expect(tests).toMatchObject({ tests: 1, passed: 1, missing: 1 });
    expect(coverage[0]).toMatchObject({
      ran: 'failed',
      reason: expect.stringContaining('1 result'),
    });
    expect(contradictions).toMatchObject([
      { message: expect.stringContaining('defines 1 test without') },
    ]);
    expect(report(first + first.replace('"1"', '"2"')).coverage[0]?.ran).toBe('yes');
    expect(report(result('Passed') + result('Passed')).coverage[0]?.ran).toBe('yes');
    expect(report(result('Passed')).tests).toMatchObject({ missing: 1 });
  });

  it('lists in another case are read', () => {
    const lists = [
      `<Results>${result('Passed')}</Results>`,
      '<results><unitTestResult testName="B" outcome="Failed"/></results>',
    ];
    const text = `<TestRun ${NAMESPACE}>${lists.join('')}${summary('Completed')}</TestRun>`;
    expect(read(text).tests).toMatchObject({ passed: 1, failures: 1 });
  });
});
