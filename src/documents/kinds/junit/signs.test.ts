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
  '<system-err>FAILED</system-err><system-out><status>fail</status></system-out>',
  '<steps><step name="Open page" status="passed"/></steps>',
  '<step name="Login fails">passed</step>',
  '<result name="Error page" value="passed"/>',
  '<standard-error>error</standard-error>',
  '<properties><property name="step[passed]" value="x"/></properties>',
  '<assertion result="true"/>',
  '<steps passed="0" failed="0"/>',
  '<description status="skipped">x</description>',
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
