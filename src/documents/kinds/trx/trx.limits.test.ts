import { expect, it } from 'vitest';
import { growth, LINEAR } from '../../../../test/support/counted-work.js';
import { readXml } from '../../parsing/read-xml.js';
import { parser } from './parser.js';

const read = (text: string) => parser.parse(readXml(text), { secretKey: new Uint8Array(32) });
const report = (size: number) => {
  const ids = Array.from({ length: size }, (_, i) => i);
  const results = ids.map((i) => `<UnitTestResult testId="${i}" testName="t" outcome="Failed"/>`);
  const tests = ids.map(
    (i) => `<UnitTest id="${i}" storage="${i}.dll"><TestMethod className="c"/></UnitTest>`,
  );
  const definitions = `<TestDefinitions>${tests.join('')}</TestDefinitions>`;
  return `<TestRun><Results>${results.join('')}</Results>${definitions}<ResultSummary/></TestRun>`;
};

it('TRX: reads 50,000 results with linear work', async () => {
  expect(read(report(50_000)).tests).toMatchObject({ tests: 50_000, failures: 50_000 });
  expect(
    await growth(1000, (size) => {
      const text = report(size);
      return () => read(text);
    }),
  ).toBeLessThan(LINEAR);
});
