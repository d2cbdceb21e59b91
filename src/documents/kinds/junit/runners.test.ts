import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readXml } from '../../parsing/read-xml.js';
import { junit } from './index.js';
import { parser } from './parser.js';

const context = { secretKey: new Uint8Array(32) };
const read = (text: string) => parser.parse(readXml(text), context);
const fixture = (name: string) =>
  read(readFileSync(new URL(`fixtures/${name}.xml`, import.meta.url), 'utf8'));

describe('JUnit: reports of test runners', () => {
  it('Vitest', () => {
    expect(fixture('vitest')).toEqual({
      testNames: {
        tests: new Set([
          'sum.test.js > sum > adds <two> & "three"',
          'sum.test.js > sum > fails',
          'sum.test.js > sum > throws',
        ]),
        groups: new Set(['vitest tests', 'sum.test.js', 'sum.test.js > sum']),
      },
      tool: 'vitest',
      coverage: [
        {
          what: 'tests',
          ran: 'yes',
          of: [
            { type: 'suite', name: 'vitest tests' },
            { type: 'suite', name: 'sum.test.js' },
          ],
          lookedAt: 3,
          at: '2026-01-15T09:30:00.000Z',
        },
      ],
      warnings: [],
      contradictions: [],
      tests: {
        tests: 4,
        passed: 1,
        failures: 2,
        errors: 0,
        skipped: 1,
        durationSeconds: 0.006422,
        failed: [
          {
            name: 'sum.test.js > sum > fails',
            message: 'expected { a: 1 } to deeply equal { a: 2 }',
          },
          { name: 'sum.test.js > sum > throws', message: 'no <such> thing' },
        ],
      },
    });
  });

  it('pytest: an error on teardown is a case of its own', () => {
    expect(fixture('pytest')).toMatchObject({
      tool: 'pytest',
      coverage: [{ ran: 'yes', lookedAt: 4 }],
      contradictions: [{ message: expect.stringContaining('failed and it passed') }],
      tests: {
        tests: 6,
        passed: 2,
        failures: 1,
        errors: 1,
        skipped: 2,
        durationSeconds: 0.213,
        failed: [
          {
            name: 'tests.test_orders.TestTotal > test_rounding[1.005-1.01]',
            message: 'assert 1.0 == 1.01\n +  where 1.0 = round(1.005, 2)',
          },
          {
            name: 'tests.test_db > test_insert',
            message: 'failed on teardown with "OSError: disk full"',
          },
        ],
      },
    });
  });

  it('Jest: several failures of one case count once, the text is the message', () => {
    const { tests, tool } = fixture('jest');
    expect(tool).toBe('jest');
    expect(tests).toMatchObject({ tests: 3, passed: 1, failures: 1, skipped: 1 });
    expect(tests?.failed).toEqual([
      {
        name: 'cart removes an item > cart removes an item',
        message: expect.stringMatching(/^Error: expect.*Received: 1/s),
      },
    ]);
  });

  it('Maven Surefire: grouped thousands, other attempts, output that looks like tests', () => {
    const { tests, tool, warnings } = fixture('surefire');
    expect(tool).toBe('maven-surefire');
    expect(warnings).toEqual([{ message: '1 test passed only when repeated' }]);
    expect(tests).toMatchObject({
      tests: 6,
      passed: 3,
      failures: 1,
      errors: 1,
      skipped: 1,
      durationSeconds: 1234.642,
    });
    expect(tests?.failed).toEqual([
      { name: 'com.example.OrderTest > fails', message: 'expected: <1> but was: <2>' },
      {
        name: 'com.example.OrderTest > breaks',
        message: 'java.lang.NullPointerException\n\tat com.example.Order.total(Order.java:7)',
      },
    ]);
  });

  it('CTest: a test whose program was not built is not a skipped one', () => {
    const test = (name: string, more: string, why?: string) =>
      `<testcase name="${name}" classname="${name}" time="0" ${more}>${why === undefined ? '' : `<skipped message="${why}"/>`}<properties/></testcase>`;
    const { tests, testNames } = read(
      `<testsuite name="Linux" tests="6" failures="0" disabled="1" skipped="4">${[
        test('built', 'status="run"'),
        test('missing', 'status="notrun"', 'Unable to find executable'),
        test('after', 'status="notrun"', 'Fixture dependency failed'),
        test('code', 'status="notrun"', 'SKIP_RETURN_CODE=4'),
        test('text', 'status="notrun"', 'SKIP_REGULAR_EXPRESSION_MATCHED'),
        test('off', 'status="disabled"'),
      ].join('')}</testsuite>`,
    );
    expect(tests).toMatchObject({
      ...{ tests: 6, passed: 1, errors: 2, failures: 0, skipped: 3 },
      failed: [
        {
          name: 'missing > missing',
          message: expect.stringContaining('Unable to find executable'),
        },
        { name: 'after > after' },
      ],
    });
    expect(testNames?.tests).toContain('missing > missing');
  });

  it.each([
    [
      'another runner',
      '<testcase name="a"><skipped message="Unable to find executable"/></testcase>',
    ],
    ['GoogleTest', '<testcase name="a" status="notrun" result="suppressed"/>'],
    [
      'GoogleTest, with a reason',
      '<testcase name="a" status="notrun" result="skipped"><skipped message="no weights"/></testcase>',
    ],
    ['CTest', '<testcase name="a" status="notrun"><skipped message="Disabled"/></testcase>'],
  ])('%s: a test that was skipped on purpose', (_runner, test) => {
    expect(read(`<testsuite>${test}</testsuite>`).tests).toMatchObject({ errors: 0, skipped: 1 });
  });

  it('Go', () => {
    const { tests } = fixture('go');
    expect(tests).toMatchObject({ tests: 3, passed: 1, failures: 1, skipped: 1 });
    expect(tests?.durationSeconds).toBe(0.3);
    expect(tests?.failed[0]?.message).toBe('Failed');
  });

  it('reads its own example', () => {
    expect(read(String(junit.example)).tests).toMatchObject({
      tests: 3,
      passed: 1,
      failures: 1,
      skipped: 1,
      durationSeconds: 0.015,
    });
  });
});

const targetsOf = (text: string) => read(text).coverage[0]?.of?.map(({ name }) => name);

describe('JUnit: the names of suites in the next run', () => {
  it.each([
    ['unittest-xml-reporting', 'TestOrders-20261114214921', 'TestOrders'],
    ['a moment', 'orders 2026-11-14T21:49:22.123Z', 'orders'],
    ['a moment in words', 'Run 2026-11-14 21:49', 'Run'],
    ['an id of the run', 'shop 8c2a5a3e-0b1d-4e6f-9a7b-1c2d3e4f5a6b', 'shop'],
    ['a folder', '__tests__/a.test.js', '__tests__/a.test.js'],
    ['a version of an API', 'api v2026-11-14', 'api v2026-11-14'],
    ['a number', 'build 20269914214921', 'build 20269914214921'],
  ])('%s', (_what, name, expected) => {
    const suite = `<testsuite name="${name}"><testcase name="a"/></testsuite>`;
    expect(targetsOf(`<testsuites>${suite}</testsuites>`)).toEqual([expected]);
    expect(targetsOf(suite)).toEqual([expected]);
  });

  it('a name that only tells the run', () => {
    const suite = '<testsuite name="20261114214921"><testcase name="a"/></testsuite>';
    expect(targetsOf(suite)).toEqual([]);
  });
});

describe('JUnit: results of tools that run no tests', () => {
  const suite = (attributes: string) =>
    `<testsuite ${attributes}><testcase name="src/a.js"/></testsuite>`;
  it.each([
    ['ESLint', `<testsuites>${suite('package="org.eslint" name="src/a.js"')}</testsuites>`],
    ['Ruff', `<testsuites name="ruff">${suite('name="src/a.py"')}</testsuites>`],
    ['mypy', suite('name="mypy"')],
    [
      'PHP_CodeSniffer',
      `<testsuites name="PHP_CodeSniffer 3.7.1">${suite('name="a"')}</testsuites>`,
    ],
    ['RuboCop', `<testsuites>${suite('name="rubocop"').repeat(2)}</testsuites>`],
  ])('%s', (tool, text) => {
    const reason = `these are results of ${tool}, which runs no tests. Upload the report of the test runner`;
    expect(read(text).coverage).toMatchObject([{ what: 'tests', ran: 'unknown', reason }]);
  });

  it.each([
    ['beside tests', `<testsuites>${suite('name="mypy"')}${suite('name="a"')}</testsuites>`],
    ['a crate of that name', `<testsuites name="nextest-run">${suite('name="ruff"')}</testsuites>`],
  ])('but not %s', (_what, text) => {
    expect(read(text).coverage).toMatchObject([{ ran: 'yes' }]);
  });

  it('their failures count', () => {
    const text = suite('name="mypy"').replace('/></', '><failure/></testcase></');
    expect(read(text).tests).toMatchObject({ failures: 1 });
  });
});
