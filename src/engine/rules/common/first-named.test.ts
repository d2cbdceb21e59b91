import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FirstNamed } from './first-named.js';
import { byText, firstOf } from './text.js';

const texts = fc.array(fc.string({ maxLength: 3 }), { maxLength: 30 });

it('names what a list of all in their order names', () => {
  fc.assert(
    fc.property(texts, texts, (some, others) => {
      const [first, after] = [new FirstNamed(4), new FirstNamed(4)];
      for (const text of some) first.add(text);
      for (const text of others) after.add(text);
      const sorted = some.toSorted(byText);
      expect(first.count).toBe(some.length);
      expect(first.text()).toBe(firstOf(sorted, 4));
      expect(first.text(after)).toBe(firstOf([...sorted, ...others.toSorted(byText)], 4));
    }),
  );
});
