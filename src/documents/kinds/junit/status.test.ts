import { describe, expect, it } from 'vitest';
import { readXml } from '../../parsing/read-xml.js';
import { parser } from './parser.js';

const read = (text: string) => parser.parse(readXml(text), { secretKey: new Uint8Array(32) });
const one = (attributes: string, children = '') =>
  read(`<testsuite name="s"><testcase name="a" ${attributes}>${children}</testcase></testsuite>`);

describe('JUnit: words about the outcome', () => {
  it.each([
    'status="failed"',
    'result="FAILURE"',
    'status="fail"',
    'status="error"',
    'status="broken"',
    'status="timedOut"',
    'status="timed out"',
    'result="TimeOut"',
    'result="crashed"',
    'result="aborted"',
    'result="interrupted"',
    'outcome="Cancelled"',
    'status="unknown"',
    'state="not ok"',
    'status="passed" result="failed"',
    'success="false"',
    'success="0"',
    'passed="0"',
    'failed="1"',
    'aborted="1"',
    'timedOut="true"',
    'status="NOK"',
    'status="KO"',
    'status="not passed"',
    'status="exception"',
    'status="Rejected"',
    'status="defect"',
    'success="False" result="passed"',
    'passed="false"',
    'failures="1"',
    'Status="Failed"',
    'RESULT="fail"',
    'verdict="fail"',
    'Failed="yes"',
    'successful="no"',
    'Errors="2"',
    'failures="-1"',
    'failure="AssertionError: 1 is not 2"',
    'error="true"',
    'ok="false"',
    'pass="f"',
    'success="n"',
    'isSuccess="no"',
    'isFailed="true"',
    'hasErrors="1"',
    'failed="2"',
    'crashed="yes"',
    'conclusion="failure"',
    'test-result="Failed"',
    'testStatus="error"',
    'x:status="failed"',
    'result="✗"',
    'status="❌ "',
  ])('%s is a failure', (attributes) => {
    const { tests } = one(attributes);
    expect(tests).toMatchObject({ tests: 1, failures: 1, passed: 0 });
    expect(tests?.failed[0]?.message).toMatch(/="/);
  });

  it.each([
    'status="passed"',
    'status="run" result="completed"',
    'result="Success"',
    'status="OK"',
    'success="true"',
    'failures="0" errors="0" tests="3"',
    'status=""',
    'Status="Passed" Failures="0" error="false"',
    'result="✓" ok="true" isFailed="false" failed="0"',
    'requirement="42" jira="SHOP-7" issues="#1, #2" sourceline="3" startColumn="9"',
    'exitcode="0" type="unit" owner="Red" file="failed"',
    'time="1.5 s" timestamp="Thu, 15 Jan 2026 09:30:00 GMT" duration="PT1.5S" start="1768469400"',
    'time="NaN" assertions="3" retries="1" flaky="true" browser="chrome" tags="slow" log="a.html"',
    'id="1" url="https://a/failed" line="3" group="failed" value_param="ERROR" xml:lang="en"',
  ])('%s is a pass', (attributes) => {
    expect(one(attributes)).toMatchObject({ tests: { passed: 1, tests: 1 }, warnings: [] });
  });

  it.each([
    'status="notrun"',
    'status="not run" result="suppressed"',
    'result="Skipped"',
    'result="Inconclusive"',
    'status="pending"',
    'executed="False"',
  ])('%s is a skipped test', (attributes) => {
    expect(one(attributes).tests).toMatchObject({ skipped: 1, tests: 1 });
  });

  it.each([
    ...['exitcode="1"', 'exit-code="137"', 'returnCode="-1"'],
    ...[
      'status="purple"',
      'status="1"',
      'result="0"',
      'status="-"',
      'status="n/a"',
      'status="red"',
    ],
    ...['status="!passed"', 'status="ok?"', 'result="✓?"', 'status="done"', 'status="warning"'],
    ...['success="perhaps"', 'timedout="perhaps"', 'executed="partly"', 'skipped="later"'],
    ...['quality="failed"', 'phase="FAIL"', 'light="red"'],
    ...['note="FAILED"', 'comment="it failed"', 'description="ok"', 'message="boom"', 'title="x"'],
    ...['time="FAILED"', 'timestamp="crashed"', 'duration="1 s, then killed"', 'time="failed 1"'],
    ...['requirement="not met"', 'jira="FAILED-1"', 'issue="open"', 'sourceline="none"'],
    ...['ad_hoc_property="42"', 'comment="nightly"'],
    ...['bestanden="nein"', 'korrekt="0"', 'результат="нет"', 'tags="a, failed"', 'type="failure"'],
    ...['assertions="none held"', 'flaky="FAILED"', 'level="error"', 'retries="exhausted"'],
  ])('%s is not known, so the outcome is not', (attributes) => {
    const { tests, coverage } = one(attributes);
    expect(tests).toMatchObject({ tests: 1, passed: 0, failures: 0, skipped: 0, unknown: 1 });
    expect(coverage).toMatchObject([
      { ran: 'unknown', reason: expect.stringContaining(`${attributes} of "s > a" is not known`) },
    ]);
  });

  it.each([
    ['note="FAILED"', '', 'Upload it without note, or with an outcome that is known'],
    ['ad_hoc_property="42"', '', 'without ad_hoc_property,'],
    ['', '<description>adds up</description>', 'without <description>,'],
    ['', '<properties><property name="status" value="automated"/></properties>', 'property status'],
    ['', 'text', 'without the text in it, or'],
  ])('what to leave out is named: %s%s', (attributes, children, advice) => {
    expect(one(attributes, children).coverage[0]?.reason).toContain(advice);
    const suite = `<testsuite name="s" ${attributes}>${children}<testcase name="a"/></testsuite>`;
    expect(read(suite).coverage[0]?.reason).toContain(advice.split(',')[0]);
  });

  it('neither is the outcome of a skipped test with such a word', () => {
    expect(one('status="purple"', '<skipped/>').tests).toMatchObject({ skipped: 0, unknown: 1 });
  });

  it('the text of a test case or of a suite is not known', () => {
    const text = 'AssertionError: 1 is not 2';
    expect(one('', text)).toMatchObject({ tests: { unknown: 1 }, coverage: [{ ran: 'unknown' }] });
    const suite = `<testsuite name="s">${text}<testcase name="a"/></testsuite>`;
    expect(read(suite).coverage).toMatchObject([
      { ran: 'unknown', reason: expect.stringContaining('the text in it in its suite "s"') },
    ]);
  });

  it('several are counted, and the first is named', () => {
    const test = (name: string) => `<testcase name="${name}" status="purple"/>`;
    const { coverage } = read(`<testsuite name="s">${test('a')}${test('b')}</testsuite>`);
    expect(coverage[0]?.reason).toMatch(/^status="purple" of "s > a" .*\(2 tests in all\)/);
  });

  it('of a suite count if nothing in it failed', () => {
    const text = (status: string) =>
      `<testsuite name="s" status="${status}"><testcase name="a"/></testsuite>`;
    expect(read(text('aborted')).tests).toMatchObject({ tests: 2, errors: 1, passed: 1 });
    expect(read(text('passed')).tests).toMatchObject({ tests: 1, passed: 1 });
  });
});

describe('JUnit: children of a test case', () => {
  it.each([
    ['<j:failure xmlns:j="urn:j" message="x"/>', { failures: 1 }],
    ['<Failure message="x"/>', { failures: 1 }],
    ['<j:error message="x"/>', { errors: 1 }],
    ['<rerunFailure message="x"/>', { failures: 1 }],
    ['<rerunError message="x"/>', { errors: 1 }],
    ['<skipped/><failure message="x"/>', { failures: 1 }],
    ['<ignored/>', { skipped: 1 }],
    ['<system-err>error</system-err><system-out>failure</system-out>', { passed: 1 }],
    ['<flakyFailure message="x"/><flakyError message="x"/>', { passed: 1 }],
    ['<flakyFailure message="x"/><failure message="x"/>', { failures: 1 }],
    ['<properties><property name="status" value="failed"/></properties>', { unknown: 1 }],
    ['<properties><property name="team" value="failed"/></properties>', { unknown: 1 }],
    ['<properties><property name="result" value="42"/></properties>', { unknown: 1 }],
    ['<properties><property name="team" value="Failsafe"/></properties>', { passed: 1 }],
    ['<properties><property name="issue" value="Login fails"/></properties>', { passed: 1 }],
  ])('%s', (children, expected) => {
    expect(one('', children).tests).toMatchObject({ tests: 1, ...expected });
  });

  it('cases in a namespace, in other letters, and in elements of the tool', () => {
    const text =
      '<j:testSuites xmlns:j="urn:j"><group><j:testSuite name="s"><j:testCase name="a"><j:failure/></j:testCase></j:testSuite></group></j:testSuites>';
    expect(read(text).tests).toMatchObject({ tests: 1, failures: 1 });
  });
});

describe('JUnit: two tests with one name', () => {
  const suite = (...cases: string[]) =>
    `<testsuite name="s">${cases.map((inner) => `<testcase name="a">${inner}</testcase>`).join('')}</testsuite>`;

  it('the failure counts, and the contradiction is reported once', () => {
    for (const text of [suite('', '<failure/>', ''), suite('<failure/>', '')]) {
      const { tests, contradictions } = read(text);
      expect(tests?.failures).toBe(1);
      expect(contradictions).toHaveLength(1);
    }
    expect(read(suite('', '', '<skipped/>')).contradictions).toEqual([]);
  });
});

describe('JUnit: what was tested, and when', () => {
  const of = (text: string) => read(text).coverage[0]?.of?.map(({ name }) => name);

  it('names the root and the suites below it', () => {
    const inner = '<testsuite name="inner"/>';
    expect(
      of(
        `<testsuites name="all"><testsuite name="a">${inner}</testsuite><testsuite name="b"/><testsuite name="a"/></testsuites>`,
      ),
    ).toEqual(['all', 'a', 'b']);
    expect(of(`<testsuite name="linux">${inner}</testsuite>`)).toEqual(['linux']);
    expect(of('<testsuites/>')).toEqual([]);
  });

  it('leaves out a name of the root that changes with each run', () => {
    const text = (name: string) => `<testsuites name="${name}"><testsuite name="a"/></testsuites>`;
    expect(of(text('Run of 2026-01-15 09:30'))).toEqual(['a']);
    expect(of(text('Run 12'))).toEqual(['Run 12', 'a']);
  });

  it('takes the earliest time', () => {
    const text =
      '<testsuites timestamp="tbd"><testsuite timestamp="2026-01-15T09:30:00.5Z"/><testsuite timestamp="2026-01-15T11:00:00+02:00"/></testsuites>';
    expect(read(text).coverage[0]?.at).toBe('2026-01-15T09:00:00.000Z');
    expect(read('<testsuite/>').coverage[0]?.at).toBeUndefined();
  });
});

describe('JUnit: tests that did not end, and that are to be written', () => {
  it('pytest names a test when it ends, so one without a name was interrupted', () => {
    const { tests } = read(
      '<testsuite name="pytest" tests="1"><testcase classname="k" name="a"/><testcase time="0.000"/></testsuite>',
    );
    expect(tests).toMatchObject({ tests: 2, passed: 1, errors: 1 });
  });

  it.each(['name=""', 'name=" " classname=""', 'name="" time="0.1" file=""'])(
    'a test with empty names has none: %s',
    (attributes) => {
      const { tests } = read(`<testsuite name="s"><testcase ${attributes}/></testsuite>`);
      expect(tests).toMatchObject({ passed: 0, errors: 1 });
    },
  );

  const suite = (attributes: string, ...tests: string[]) =>
    read(`<testsuite ${attributes}>${tests.join('')}</testsuite>`);
  const BLANK = '<testcase name="" classname="" time="0.9"/>';

  it('a test with an empty name counts if its suite has a name and counts it', () => {
    const { tests, coverage, testNames } = suite('name="a.test.ts" tests="1"', BLANK);
    expect(tests).toMatchObject({ tests: 1, passed: 1, errors: 0 });
    expect(coverage).toMatchObject([{ ran: 'yes' }]);
    expect([...(testNames?.tests ?? [])]).toEqual(['a.test.ts >']);
  });

  it.each([
    ['without a name', 'tests="1"', [BLANK]],
    ['with an empty name', 'name=" " tests="1"', [BLANK]],
    ['without a count', 'name="s"', [BLANK]],
    ['that does not count it', 'name="s" tests="1"', ['<testcase name="a"/>', BLANK]],
    ['of which a test has no name at all', 'name="s" tests="1"', ['<testcase time="1"/>']],
  ])('and not in a suite %s', (_which, attributes, tests) => {
    expect(suite(attributes, ...tests)).toMatchObject({
      tests: { errors: 1 },
      coverage: [{ ran: 'failed' }],
    });
  });

  it.each([
    ['<failure/>', { failures: 1 }],
    ['<error/>', { errors: 1 }],
    ['<skipped/>', { skipped: 1 }],
  ])('and hides nothing: %s', (child, outcome) => {
    const { tests } = suite('name="s" tests="1"', `<testcase name="">${child}</testcase>`);
    expect(tests).toMatchObject({ passed: 0, ...outcome });
  });

  it('a test of Node that is to be written may fail', () => {
    const { tests } = one('', '<skipped type="todo" message="x"/><failure message="y"/>');
    expect(tests).toMatchObject({ tests: 1, skipped: 1, failures: 0 });
    expect(one('', '<skipped/><failure message="y"/>').tests).toMatchObject({ failures: 1 });
  });
});
