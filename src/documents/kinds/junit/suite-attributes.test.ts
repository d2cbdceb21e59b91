import { describe, expect, it } from 'vitest';
import { readXml } from '../../parsing/read-xml.js';
import { parser } from './parser.js';

const coverage = (attributes: string, root = '') =>
  parser.parse(
    readXml(
      `<testsuites ${root}><testsuite name="s" ${attributes}><testcase name="a"/></testsuite></testsuites>`,
    ),
    { secretKey: new Uint8Array(32) },
  ).coverage;

describe('JUnit: attributes of a suite that are not known', () => {
  it.each([
    ...['undefined="3"', 'invalid="3"', 'ambiguous="1"', 'inconclusive="5"', 'nok="1"'],
    ...['notPassed="1"', 'Fehler="1"', 'failedTests="+1"', 'crashes="one"', 'executed="0"'],
    ...['incomplete="true"', 'partial="true"', 'finished="false"', 'completed="false"'],
    ...['note="FAILED"', 'comment="aborted"', 'time="crashed"', 'timestamp="FAILED"'],
    ...['bestanden="nein"', 'reason="VM crashed"', 'errorMessage="boom"', 'level="failed"'],
    ...['errors="some"', 'fortschritt="halb"', 'partial="x"', 'failFast="crashed"'],
  ])('%s: it is unknown how the run ended', (attributes) => {
    const expected = [{ ran: 'unknown', reason: expect.stringContaining(attributes) }];
    expect(coverage(attributes)).toMatchObject(expected);
    expect(coverage('', attributes)).toMatchObject(expected);
  });

  it.each([
    ...[
      'total',
      'cases',
      'count',
      'size',
      'expected',
      'testcases',
      'planned',
      'executed',
      'passed',
    ],
    ...['testCount', 'total-tests', 'numTests', 'testsRun', 'x:Total', 'ran', 'completed'],
  ])('more tests in `%s` than there are: the report was cut', (name) => {
    for (const more of ['', 'tests="1"', 'total="1"'].filter((one) => !one.startsWith(name)))
      expect(coverage(`${more} ${name}="10"`)).toMatchObject([
        { ran: 'failed', reason: expect.stringContaining('lacks 9 tests') },
      ]);
  });

  it.each(['run', 'ran', 'executed', 'testsRun', 'completed'])(
    'no test in `%s`, although one ran',
    (name) => {
      expect(coverage(`tests="1" ${name}="0"`)).toMatchObject([
        { ran: 'unknown', reason: expect.stringContaining(`${name}="0"`) },
      ]);
    },
  );

  it.each([
    ...['tests="1" failures="0" errors="0" skipped="0" disabled="0" time="1.5" id="3"'],
    ...['random_seed="42"', 'flakes="1"', 'version="3.0"', 'port="8080"', 'passed="1"'],
    ...['assertions="4"', 'inconclusive="0"', 'finished="true"', 'incomplete="false"'],
    ...['tests="1" total="1" cases="1" count="1" size="1" expected="1" run="1"', 'run="4711"'],
    ...['executed="1"', 'start-time="1700000000"', 'failFast="yes"', 'maxErrors="3"'],
    ...['hostname="tbd" timestamp="tbd" xmlns:x="urn:a" package="a.b" log="a.html" url="b"'],
    ...['timestamp="2021-03-07T10:36:56 UTC" device="Pixel 8" browser="chrome" shard="1/3"'],
    ...['quarantined="0"', 'dryrun="false"', 'category="slow" fullPackage="A" file="/a.php"'],
  ])('%s says nothing bad', (attributes) => {
    expect(coverage(attributes)).toMatchObject([{ ran: 'yes' }]);
  });
});
