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
