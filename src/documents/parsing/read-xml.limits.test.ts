import { describe, expect, it } from 'vitest';
import { growth, LINEAR } from '../../../test/support/counted-work.js';
import { faultOf } from '../fault.support.js';
import { readXml } from './read-xml.js';

describe('readXml: limits', () => {
  it('refuses more than 1,000,000 elements', () => {
    expect(faultOf(() => readXml(`<a>${'<b/>'.repeat(1_000_000)}</a>`))).toMatchObject({
      fault: 'has more than 1,000,000 elements',
      reason: 'limit',
    });
  });

  const repeated = (part: string, size: number) => part.repeat(size / part.length);
  const CASE = '<testcase classname="a.b.c" name="x &amp; y" time="0.123"></testcase>\n';

  it.each<[string, (size: number) => string]>([
    ['text', (size) => `<a>${repeated('x y ', size)}</a>`],
    ['entities', (size) => `<a>${repeated('&lt;', size)}</a>`],
    ['comments', (size) => `<a>${repeated('<!-- -->', size)}</a>`],
    ['cases', (size) => `<a>${repeated(CASE, size)}</a>`],
    ['quotes', (size) => `<a b="${"'".repeat(0.6 * size)}">${repeated(`"'`, size)}</a>`],
    ['spaces', (size) => `<a${' '.repeat(0.6 * size)}b="1"/>`],
  ])('reads a large document of %s with linear work', async (_, make) => {
    readXml(make(5_000_000)); // with quadratic work, this would not end
    const work = (size: number) => {
      const text = make(size);
      return () => readXml(text);
    };
    expect(await growth(100_000, work)).toBeLessThan(LINEAR);
  });
});
