import { describe, expect, it } from 'vitest';
import { readXml } from '../../parsing/read-xml.js';
import { parser } from './parser.js';

const read = (text: string) => parser.parse(readXml(text), { secretKey: new Uint8Array(32) });
const inCase = (children: string) =>
  read(`<testsuite name="s"><testcase name="a">${children}</testcase></testsuite>`);
const inSuite = (children: string) =>
  read(`<testsuite name="s"><testcase name="a"/>${children}</testsuite>`);

/** Elements that report a failure, and how many tests they make fail. */
const BAD = [
  '<failures><failure message="x"/></failures>',
  '<failures><Failure/><failure/></failures>',
  '<errors><error message="x"/></errors>',
  '<errors>no database</errors>',
  '<errors><message>no database</message></errors>',
  '<failures count="2"/>',
  '<details><failure>x</failure></details>',
  '<steps><step><failure/></step></steps>',
  '<assertionFailure/>',
  '<timeout/>',
  '<aborted/>',
  '<crash>SIGSEGV</crash>',
  '<status>fail</status>',
  '<Status>FAILED</Status>',
  '<result value="error"/>',
  '<result><outcome>failed</outcome></result>',
  '<status>passed</status><status>failed</status>',
  '<step status="failed"/>',
  '<assertion result="false"/>',
  '<assertions><assertion name="x" status="failed"/></assertions>',
  '<check passed="no"/>',
  '<spec name="b" status="failed"/>',
  '<scenario name="b" testResult="fail"/>',
  '<not-ok/>',
  '<problem>x</problem>',
  '<unexpected>x</unexpected>',
  '<properties><property name="step[failure]" value="x"/></properties>',
  '<system-out result="failed"/>',
];

/** Elements that report nothing. */
const GOOD = [
  '<failures/>',
  '<errors></errors>',
  '<failures>0</failures>',
  '<errors count="0"/>',
  '<exceptions>none</exceptions>',
  '<timeout>30</timeout>',
  '<timeout>500ms</timeout>',
  '<time>0.1</time>',
  '<status>passed</status>',
  '<result value="success" time="1"/>',
  '<system-err>FAILED</system-err><system-out>[ERROR] failed</system-out>',
  '<system-out xml:space="preserve" encoding="utf-8"/>',
  '<attachments><attachment path="a.png" type="image/png"/></attachments>',
  '<properties><property name="evidence"><item name="a.png">x</item></property></properties>',
  '<start>2026-01-15T09:30:00Z</start><duration>1.5 s</duration>',
  '<tags>slow, ui</tags><label name="team" value="A"/><warnings/><description/>',
  '<steps><step name="Open page" status="passed"/></steps>',
  '<step name="Login fails">passed</step>',
  '<result name="Error page" value="passed"/>',
  '<standard-error>error</standard-error>',
  '<properties><property name="step[passed]" value="x"/></properties>',
  '<assertion result="true"/>',
  '<steps passed="0" failed="0"/>',
  '<flakyFailure message="x"><stackTrace>x</stackTrace></flakyFailure>',
];

describe('JUnit: elements in a test case', () => {
  it.each(BAD)('%s: it failed', (children) => {
    const { tests } = inCase(children);
    expect((tests?.failures ?? 0) + (tests?.errors ?? 0)).toBe(1);
    expect(tests).toMatchObject({ tests: 1, passed: 0 });
  });

  it.each(GOOD)('%s: it passed', (children) => {
    const { tests, coverage, warnings } = inCase(children);
    expect(tests).toMatchObject({ tests: 1, passed: 1 });
    expect(coverage).toMatchObject([{ ran: 'yes' }]);
    if (!children.includes('flaky')) expect(warnings).toEqual([]);
  });

  it('with a word that is not known: so is the outcome', () => {
    expect(inCase('<status>purple</status>').coverage).toMatchObject([
      { ran: 'unknown', reason: expect.stringContaining('status="purple" of "s > a"') },
    ]);
  });
});

describe('JUnit: elements whose meaning is not known', () => {
  it.each([
    ...['<bug/>', '<red/>', '<list><bug/></list>', '<bug><name/></bug>'],
    ...['<properties><failure/></properties>', '<attachments><failure/></attachments>'],
    ...['<system-out><failure/></system-out>', '<output><error/></output>'],
    ...['<system-out><status>fail</status></system-out>', '<output><line>FAILED</line></output>'],
    ...['<system-err note="FAILED"/>', '<logs><verdict/></logs>'],
    ...['<properties><verdict>no</verdict></properties>', '<attachments><bug/></attachments>'],
    ...[
      '<description>Test FAILED</description>',
      '<comment>not passed</comment>',
      '<note>ko</note>',
    ],
    ...['<message>FAILED</message>', '<details>FAILED</details>', '<warning/>'],
    ...['<warning message="No tests found in class"/>', '<warnings>1</warnings>'],
    ...['<time>FAILED</time>', '<end>crashed</end>', '<tags>failed</tags>', '<name>FAILED</name>'],
    ...['<label name="outcome" value="failed"/>', '<link href="a" rating="bad"/>'],
    ...[
      '<properties><property name="result">failed</property></properties>',
      '<properties><property name="state" value="failed"/></properties>',
    ],
  ])('%s: it is not known how the test ended', (children) => {
    expect(inCase(children).tests).toMatchObject({ tests: 1, passed: 0, unknown: 1 });
    expect(inSuite(children)).toMatchObject({
      tests: { passed: 1 },
      coverage: [{ ran: 'unknown', reason: expect.stringContaining('in its suite "s"') }],
    });
  });

  it.each([
    ...['note', 'comment', 'team', 'Ergebnis', 'x'].map((name) => [name, 'FAILED']),
    ...[
      ['note', 'FAILED: expected 1'],
      ['verdict', 'purple'],
      ['result', '42'],
      ['step[status]', 'failed'],
      ['success', 'false'],
      ['exitCode', '3'],
      ['Failed', 'true'],
    ],
  ])('a property %s=%s: it is not known how the test ended', (name, value) => {
    for (const property of [
      `<property name="${name}" value="${value}"/>`,
      `<property name="${name}">${value}</property>`,
    ])
      expect(inCase(`<properties>${property}</properties>`)).toMatchObject({
        tests: { passed: 0, unknown: 1 },
        coverage: [{ reason: expect.stringContaining(`the property ${name}="${value}"`) }],
      });
  });

  it.each([
    ['SuiteSucceeded', 'false'],
    ['SpecialSuiteFailureReason', 'Interrupted by User'],
    ['DryRun', 'true'],
    ['cucumber.execution.dry-run', 'true'],
    ['test.passed', 'false'],
    ['run.aborted', 'true'],
    ['session_timed_out', 'yes'],
    ['failed', '2'],
    ['tests.failed', '1'],
    ['run-completed', 'false'],
    ['hasFailures', 'true'],
    ['error', 'java.lang.NullPointerException'],
    ['exception', 'java.lang.NullPointerException'],
    ['Setup Error', 'no database'],
    ['abort.reason', 'timeout'],
    ['stackTrace', 'at A.b()'],
    ['failureCount', '3'],
  ])('a property %s=%s of a suite or a test: it did not end well', (name, value) => {
    const property = `<properties><property name="${name}" value="${value}"/></properties>`;
    const reason = expect.stringContaining(`the property ${name}="${value}"`);
    expect(inSuite(property).coverage).toMatchObject([{ ran: 'unknown', reason }]);
    expect(inCase(property).coverage).toMatchObject([{ ran: 'unknown', reason }]);
  });

  it.each([
    ['SuiteSucceeded', 'true'],
    ['SpecialSuiteFailureReason', ''],
    ['DryRun', 'false'],
    ['SuiteHasProgrammaticFocus', 'false'],
    ['FailOnPending', 'true'],
    ['FailFast', 'true'],
    ['FlakeAttempts', '2'],
    ['EmitSpecProgress', 'false'],
    ['show.passed', 'false'],
    ['rerunFailed', 'true'],
    ['error', 'none'],
    ['failed', '0'],
    ['sun.cpu.isalist', ''],
    ['java.vm.specification.name', 'Java'],
    ['log.level', 'ERROR'],
    ['maven.test.failure.ignore', 'true'],
    ['surefire.test.class.path', '/a/failed.jar'],
    ['status', 'passed'],
  ])('a property %s=%s of a suite says nothing', (name, value) => {
    const property = `<properties><property name="${name}" value="${value}"/></properties>`;
    expect(inSuite(property).coverage).toMatchObject([{ ran: 'yes' }]);
  });

  it.each(['failed', 'Aborted', 'TIMED OUT'])('a property of a suite: %s', (value) => {
    const property = `<properties><property name="run" value="${value}"/></properties>`;
    expect(inSuite(property).coverage).toMatchObject([
      { ran: 'unknown', reason: expect.stringContaining(`the property run="${value}"`) },
    ]);
  });

  it('hold tests: their words count', () => {
    const group = (attributes: string, text = '') =>
      read(
        `<testsuites><group ${attributes}>${text}<testsuite name="s"><testcase name="a"/></testsuite></group></testsuites>`,
      );
    expect(group('').coverage).toMatchObject([{ ran: 'yes' }]);
    expect(group('result="failed"').tests).toMatchObject({ passed: 1, errors: 1 });
    expect(group('result="purple"').coverage).toMatchObject([{ ran: 'unknown' }]);
    expect(group('', 'FAILED').coverage).toMatchObject([{ ran: 'unknown' }]);
  });

  it('do not make a test that ran a skipped one', () => {
    expect(inCase('<assertion status="skipped"/>').tests).toMatchObject({ passed: 1, skipped: 0 });
  });
});

describe('JUnit: elements in a suite', () => {
  it.each(BAD)('%s: it failed', (children) => {
    expect(inSuite(children).tests).toMatchObject({ tests: 2, passed: 1, errors: 1 });
    expect(
      read(
        `<testsuites><testsuite name="s"><testcase name="a"/></testsuite>${children}</testsuites>`,
      ).tests,
    ).toMatchObject({ errors: 1 });
  });

  it.each(GOOD)('%s: it passed', (children) => {
    expect(inSuite(children).tests).toMatchObject({ tests: 1, passed: 1, errors: 0 });
  });

  it('of a test case count once, and not again for the suite', () => {
    const test = `<testcase name="a">${BAD[0]}</testcase>`;
    const text = `<testsuite name="s" tests="1" failures="1"><cases>${test}</cases></testsuite>`;
    expect(read(text)).toMatchObject({
      tests: { tests: 1, failures: 1, errors: 0 },
      contradictions: [],
    });
  });

  it.each(['test', 'Test', 'test-case', 'case', 'testResult', 'unit-test', 'include'])(
    '<%s> may be a test that is not read',
    (name) => {
      expect(inSuite(`<${name} name="b" result="Failed"/>`).coverage).toMatchObject([
        { ran: 'unknown', reason: expect.stringContaining(`<${name}> in its suite "s"`) },
      ]);
    },
  );

  it.each(['test', 'tests', 'testcases'])('<%s> may hold tests', (name) => {
    expect(inSuite(`<${name}><testcase name="b"/></${name}>`)).toMatchObject({
      tests: { passed: 2 },
      coverage: [{ ran: 'yes' }],
    });
  });

  it('are not known if the word about the suite is not', () => {
    const text = '<testsuite name="s" status="purple"><testcase name="a"/></testsuite>';
    expect(read(text).coverage).toMatchObject([
      { ran: 'unknown', reason: expect.stringContaining('status="purple" in its suite "s"') },
    ]);
  });
});

it.each(['<error-details/>', '<Failure-Details> </Failure-Details>', '<unsuccess/>'])(
  'an empty %s, which is no list, makes the outcome of its test unknown',
  (element) => {
    expect(inCase(element).tests).toMatchObject({ passed: 0, failures: 0, unknown: 1 });
    for (const list of ['<failures/>', '<errors/>', '<exceptions/>', '<error-details count="0"/>'])
      expect(inCase(list).tests).toMatchObject({ passed: 1 });
  },
);
