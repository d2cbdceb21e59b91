import { describe, expect, it } from 'vitest';
import { readXml } from '../../parsing/read-xml.js';
import { parser } from './parser.js';

const read = (text: string) => parser.parse(readXml(text), { secretKey: new Uint8Array(32) });
const messages = (text: string) => read(text).contradictions?.map(({ message }) => message);
const pass = (count: number) => '<testcase name="a"/>'.repeat(count);

describe('JUnit: suites that state more failures than their cases show', () => {
  it('a run that failed before its first suite', () => {
    const text = '<testsuites name="Mocha Tests" time="0" tests="0" failures="1"></testsuites>';
    expect(read(text)).toMatchObject({
      tool: 'mocha',
      tests: {
        tests: 1,
        errors: 1,
        passed: 0,
        failed: [{ name: 'Mocha Tests', message: expect.stringContaining('1 failure or error') }],
      },
    });
  });

  it('a file that did not compile, beside others that passed', () => {
    const broken = '<testsuite name="broken.cy.ts" tests="0" failures="1" errors="0"/>';
    const ok = `<testsuite name="ok" tests="2">${pass(2)}</testsuite>`;
    const text = `<testsuites name="all" tests="2" failures="1">${broken}${ok}</testsuites>`;
    const { tests } = read(text);
    expect(tests).toMatchObject({ tests: 3, errors: 1, passed: 2 });
    expect(tests?.failed[0]?.name).toBe('broken.cy.ts');
    expect(messages(text)).toHaveLength(1);
  });

  it('failures, errors and tests that are not there', () => {
    const text = `<testsuite name="s" tests="3" failures="1" errors="1">${pass(1)}</testsuite>`;
    expect(read(text).tests).toMatchObject({ tests: 3, errors: 2, passed: 1 });
    expect(read(text).coverage[0]?.ran).toBe('yes');
  });

  it.each(['failures="1.0"', 'Failures="1"', 'failed="1"'])(
    'in another spelling: %s',
    (attribute) => {
      const text = `<testsuite name="s" tests="1" ${attribute}>${pass(1)}</testsuite>`;
      expect(read(text).tests).toMatchObject({ errors: 1 });
    },
  );

  it.each([
    'fail="1"',
    'crashes="1"',
    'failureCount="1"',
    'failed-tests="1"',
    'num-failures="1"',
    'unexpected="1"',
    'x:failures="1"',
    'timeouts="1" failures="0"',
  ])('failures under another name: %s', (attributes) => {
    expect(
      read(`<testsuite name="s" tests="1" ${attributes}><testcase name="a"/></testsuite>`).tests,
    ).toMatchObject({ passed: 1, errors: 1 });
  });

  it.each([
    'timeout="30"',
    'failFast="1"',
    'max-failures="5"',
    'expectedFailures="2"',
    'known-errors="2"',
    'error-rate="1"',
    'failures="0" failureCount="0"',
  ])('nothing that failed: %s', (attributes) => {
    expect(
      read(`<testsuite name="s" tests="1" ${attributes}><testcase name="a"/></testsuite>`),
    ).toMatchObject({ tests: { passed: 1, errors: 0 }, coverage: [{ ran: 'yes' }] });
  });

  it('failures that have two names count once', () => {
    const failed = '<testcase name="a"><failure/></testcase>';
    expect(
      read(`<testsuite name="s" tests="1" failures="1" failedTests="1">${failed}</testsuite>`),
    ).toMatchObject({ tests: { tests: 1, failures: 1, errors: 0 }, contradictions: [] });
  });

  it('a failure of the outer suite only', () => {
    const inner = `<testsuite name="i" tests="1" failures="0">${pass(1)}</testsuite>`;
    expect(read(`<testsuites failures="2">${inner}</testsuites>`).tests).toMatchObject({
      errors: 2,
    });
  });
});

describe('JUnit: suites that state more tests than there are cases', () => {
  it('do not count as a run', () => {
    const text = `<testsuite name="s" tests="3">${pass(1)}</testsuite>`;
    const { coverage, tests } = read(text);
    expect(tests).toMatchObject({ tests: 1, passed: 1, errors: 0 });
    expect(coverage).toMatchObject([
      { ran: 'failed', reason: expect.stringContaining('lacks 2 tests') },
    ]);
    expect(messages(text)).toEqual(['The suite "s" has 2 test cases fewer than it states']);
  });

  it('a suite that is missing', () => {
    const text = `<testsuites tests="1,200"><testsuite tests="2">${pass(2)}</testsuite></testsuites>`;
    expect(read(text).coverage).toMatchObject([
      { ran: 'failed', reason: expect.stringContaining('lacks 1198 tests') },
    ]);
  });

  it('are counted once in nested suites', () => {
    const inner = `<testsuite tests="3" name="x">${pass(1)}</testsuite>`;
    const text = `<testsuites tests="3"><testsuite tests="3">${inner}</testsuite></testsuites>`;
    expect(messages(text)).toEqual(['The suite "x" has 2 test cases fewer than it states']);
  });

  it('but were skipped and not listed', () => {
    const text = `<testsuite tests="5" skipped="2" disabled="1">${pass(2)}</testsuite>`;
    const { coverage, tests, contradictions } = read(text);
    expect(tests).toMatchObject({ tests: 5, skipped: 3, passed: 2 });
    expect(coverage[0]?.ran).toBe('yes');
    expect(contradictions).toEqual([]);
  });
});

describe('JUnit: skipped tests', () => {
  it('that are not listed, and that `tests` does not count', () => {
    const text = `<testsuite tests="2" skipped="1">${pass(2)}</testsuite>`;
    expect(read(text).tests).toMatchObject({ tests: 3, skipped: 1, passed: 2 });
  });

  it('all of them, although the cases do not say so', () => {
    const text = `<testsuite name="s" tests="2" skipped="2">${pass(2)}</testsuite>`;
    const { coverage, tests } = read(text);
    expect(tests).toMatchObject({ tests: 2, skipped: 2, passed: 0 });
    expect(coverage).toMatchObject([{ ran: 'unknown', reason: 'no test ran', lookedAt: 0 }]);
  });

  it('leave nothing that ran', () => {
    const skipped = '<testcase name="a"><skipped/></testcase>';
    for (const text of [
      `<testsuite>${skipped}</testsuite>`,
      '<testsuite/>',
      '<testsuites tests="0"/>',
    ])
      expect(read(text).coverage, text).toMatchObject([{ ran: 'unknown', lookedAt: 0 }]);
  });
});

describe('JUnit: attributes that are not understood', () => {
  it.each(['failures="-1"', 'errors="NaN"', 'tests="many"', 'Failures="-2"', 'failed="some"'])(
    'leave open whether all tests passed: %s',
    (attribute) => {
      for (const text of [
        `<testsuite name="s" ${attribute}>${pass(1)}</testsuite>`,
        `<testsuites ${attribute}><testsuite>${pass(1)}</testsuite></testsuites>`,
      ])
        expect(read(text).coverage, text).toMatchObject([
          { ran: 'unknown', reason: expect.stringContaining(`it has ${attribute} in its`) },
        ]);
    },
  );

  it('count in any case', () => {
    const counts = (attributes: string) => read(`<testsuite ${attributes}>${pass(1)}</testsuite>`);
    expect(counts('Failures="1"').tests).toMatchObject({ errors: 1 });
    expect(counts('Tests="3"').coverage).toMatchObject([{ ran: 'failed' }]);
    expect(counts('tests="1" TESTS="3"').coverage).toMatchObject([{ ran: 'failed' }]);
    expect(counts('SKIPPED="1"').coverage).toMatchObject([{ ran: 'unknown', lookedAt: 0 }]);
  });
});

describe('JUnit: attributes that differ without harm', () => {
  const stated = 'errors="0" failures="0" skipped="0" tests="8" time="0.1"';
  it.each([
    [
      'pytest counts subtests',
      `<testsuites name="pytest tests"><testsuite name="unit" ${stated} timestamp="2026-01-15T09:30:00" hostname="h">${pass(2)}</testsuite></testsuites>`,
    ],
    [
      'Catch2 counts assertions',
      `<testsuites><testsuite name="t" errors="0" failures="0" tests="26" hostname="tbd" time="0" timestamp="tbd">${pass(2)}</testsuite></testsuites>`,
    ],
    [
      'doctest counts assertions',
      '<testsuites><testsuite name="t" errors="0" failures="0" tests="9"><testcase classname="t.cpp" name="a" status="run"/></testsuite></testsuites>',
    ],
    [
      'QUnit counts assertions',
      '<testsuites tests="3" failures="0" errors="0"><testsuite tests="0"><testcase name="a" tests="3" failures="0" errors="0"/></testsuite></testsuites>',
    ],
    [
      'Nightwatch counts assertions',
      '<testsuites errors="0" failures="0" tests="3"><testsuite name="g" skipped="0" tests="3"><testcase name="a" assertions="3"/></testsuite></testsuites>',
    ],
    [
      'Newman counts requests',
      `<testsuites name="shop" tests="4" time="1"><testsuite name="r" id="1" timestamp="2026-01-15T09:30:00.000Z" tests="1" failures="0" errors="0" time="1">${pass(1)}</testsuite></testsuites>`,
    ],
    ['fewer tests than cases', `<testsuite tests="1" failures="0">${pass(3)}</testsuite>`],
    [
      'nothing',
      `<testsuite tests="" failures="none" errors="0.0" skipped="">${pass(1)}</testsuite>`,
    ],
    [
      'failed attempts of a test that passed in the end',
      '<testsuite tests="3" failures="2"><testcase name="a"><flakyFailure/><flakyError/></testcase></testsuite>',
    ],
  ])('%s', (_what, text) => {
    const { coverage, tests, contradictions } = read(text);
    expect(coverage[0]?.ran).toBe('yes');
    expect(tests).toMatchObject({ failures: 0, errors: 0 });
    expect(contradictions).toEqual([]);
  });

  it('but warns that cases may be missing if the tool counts other things', () => {
    const suite = `<testsuite name="unit" ${stated} timestamp="2026-01-15T09:30:00" hostname="h">`;
    expect(read(`<testsuites>${suite}${pass(2)}</testsuite></testsuites>`).warnings).toMatchObject([
      { message: expect.stringMatching(/^A suite counts 6 more than its test cases/) },
    ]);
  });

  it('counts attempts of a case that failed each time once', () => {
    const attempts = '<failure/><rerunFailure/><rerunFailure/>';
    const text = `<testsuite tests="3" failures="3"><testcase name="a">${attempts}</testcase></testsuite>`;
    expect(read(text)).toMatchObject({ tests: { tests: 1, failures: 1, errors: 0 } });
    expect(read(text).contradictions).toEqual([]);
  });

  it('counts problems of a case once, although the suite counts each', () => {
    const problems = '<failure message="1"/><failure message="2"/>';
    const text = `<testsuite tests="1" failures="2"><testcase name="a">${problems}</testcase></testsuite>`;
    expect(read(text).tests).toMatchObject({ tests: 1, failures: 1, errors: 0 });
  });
});
