import { describe, expect, it } from 'vitest';
import { readXml } from '../../parsing/read-xml.js';
import { parser } from './parser.js';
import { NAMESPACE, result, summary, textOf } from './trx.support.js';

const read = (text: string) => parser.parse(readXml(text), { secretKey: new Uint8Array(32) });

const PASSED = result('Passed');
const withAttributes = (more: string) => textOf(PASSED.replace(' ', ` ${more} `));
const ofRun = (more: string) => textOf(PASSED).replace('<TestRun ', `<TestRun ${more} `);
const ofSummary = (more: string) =>
  textOf(PASSED).replace('<ResultSummary ', `<ResultSummary ${more} `);
const printed = (text: string) =>
  textOf(PASSED).replace(
    '</ResultSummary>',
    `<Output><StdOut>${text}</StdOut></Output></ResultSummary>`,
  );

describe('TRX: what is not known', () => {
  it.each([
    ...['isAborted="true"', 'verdict="no"', 'note="FAILED"', 'duration="crashed"'],
    ...['processExitCode="3"', 'returnCode="-1"', 'endTime="never"', 'bestanden="0"'],
  ])('%s of a result: it is not known how the test ended', (attribute) => {
    expect(read(withAttributes(attribute))).toMatchObject({
      tests: { passed: 0, unknown: 1 },
      coverage: [{ ran: 'unknown', reason: expect.stringContaining(attribute) }],
    });
  });

  it('an element in the output of a result', () => {
    const odd = result('Passed', '<Output><StdOut>x</StdOut><Verdict>no</Verdict></Output>');
    expect(read(textOf(odd)).coverage).toMatchObject([
      { ran: 'unknown', reason: expect.stringContaining('<Verdict>') },
    ]);
  });

  it.each(['isPartialRun="true"', 'note="FAILED"', 'isAborted="1"'])(
    '%s of a run or its summary',
    (attribute) => {
      for (const text of [ofRun(attribute), ofSummary(attribute)])
        expect(read(text).coverage, text).toMatchObject([
          { ran: 'unknown', reason: expect.stringContaining(`its attribute ${attribute}`) },
        ]);
    },
  );

  it.each([
    'Test Run Aborted.',
    '[xUnit.net 00:00:10.12] Test Run Aborted.',
    'x\nThe active test run was aborted. Reason: x',
  ])('a run that printed %j', (text) => {
    expect(read(printed(text)).coverage).toMatchObject([
      { ran: 'unknown', reason: expect.stringContaining('as after a run that did not end') },
    ]);
  });

  it.each(['warning="1"', 'completed="2"'])('tests that only a counter has: %s', (counter) => {
    const text = textOf(PASSED, summary('Completed', `total="1" ${counter}`));
    expect(read(text).coverage).toMatchObject([
      { ran: 'unknown', reason: expect.stringContaining('which no result has') },
    ]);
  });
});

describe('TRX: what is known', () => {
  it.each([
    withAttributes('isAborted="false" processExitCode="0" executionId="a" testListId="b"'),
    withAttributes('duration="00:00:01.5" startTime="2026-01-15T09:30:00.0000000+01:00"'),
    withAttributes('computerName="FAILED" dataRowInfo="2" resultType="DataDrivenDataRow"'),
    ofRun('id="1" name="me@host 2026" runUser="HOST\\me" xmlns:x="urn:a"'),
    ofSummary('isPartialRun="false"'),
    printed('[xUnit.net 00:00:00.01] Finished: shop. Aborted'),
  ])('%s', (text) => {
    expect(read(text).coverage).toMatchObject([{ ran: 'yes' }]);
  });
});

it('TRX: a test that is defined and has no result is a test that a later report needs', () => {
  const method = '<TestMethod className="Shop.Cart" name="Pays"/>';
  const defined = `<TestDefinitions><UnitTest id="1" name="Pays">${method}</UnitTest></TestDefinitions>`;
  const text = `<TestRun ${NAMESPACE}>${defined}<Results>${PASSED.replace(' ', ' testId="2" ')}</Results></TestRun>`;
  expect([...(read(text).testNames?.tests ?? [])]).toEqual(['T', 'Shop.Cart > Pays']);
});
