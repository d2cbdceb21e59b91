import { expect, it } from 'vitest';
import { growth, LINEAR } from '../../../../test/support/counted-work.js';
import { readXml } from '../../parsing/read-xml.js';
import { parser } from './parser.js';

const context = { secretKey: new Uint8Array(32) };
const read = (text: string) => parser.parse(readXml(text), context);
const ONE =
  '<testcase classname="c" name="n" time="0.1"><failure message="m">text</failure></testcase>';
const cases = (size: number) => `<testsuite>${ONE.repeat(size)}</testsuite>`;

it('JUnit: reads 50,000 cases with linear work', async () => {
  expect(read(cases(50_000)).tests).toMatchObject({
    tests: 50_000,
    failures: 50_000,
    durationSeconds: 5000,
  });
  expect(await growth(1000, (size) => () => read(cases(size)))).toBeLessThan(LINEAR);
});

it('JUnit: looks at each line of an output once, also at lines without an end that is usual', async () => {
  const printed = (text: string) => (size: number) => {
    const report = `<testsuite><testcase name="a"/><system-out>${text.repeat(size)}</system-out></testsuite>`;
    return () => read(report);
  };
  const texts = [
    '\u2028',
    ' ',
    '  x\n',
    'error \u2028',
    'a.',
    '!!! x ',
    ': line 1 ',
    'FATAL ERROR: ',
    '[32m',
  ];
  for (const text of texts) {
    read(
      `<testsuite><testcase name="a"/><system-err>${text.repeat(300_000)}</system-err></testsuite>`,
    );
    expect(await growth(1000, printed(text)), JSON.stringify(text)).toBeLessThan(LINEAR);
  }
});

it('JUnit: reads a suite with 200,000 properties', () => {
  const properties = '<property name="a" value="b"/>'.repeat(200_000);
  const report = `<testsuite><properties>${properties}</properties><testcase name="a"/></testsuite>`;
  expect(read(report).coverage).toMatchObject([{ ran: 'yes' }]);
});
