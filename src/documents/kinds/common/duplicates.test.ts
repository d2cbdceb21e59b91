import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { duplicates } from './duplicates.js';

const first = (text: string) => [...duplicates()(JSON.parse(text))][0] ?? -1;

describe('duplicates', () => {
  it.each([
    ['[]', -1],
    ['[1, 2, 3]', -1],
    ['[1, 2, 1.0]', 2],
    ['[0, -0]', 1],
    ['[1, "1", true, "true", null, "null"]', -1],
    ['[{"a":1,"b":{"c":[1,2]}}, {"b":{"c":[1,2.0]},"a":1}]', 1],
    ['[{"a":1}, {"a":"1"}, {"b":1}, {"a":1,"b":1}, {}]', -1],
    ['[[1,2], [2,1], [[1,2]], [1,2]]', 3],
    ['["a,b", ["a","b"], ["a,b"], ["a\\",1\\"b"]]', -1],
    ['[{"name":"x","v":[1]}, {"name":"x","v":[2]}, {"v":[1],"name":"x"}]', 2],
    ['[{"__proto__":1}, {}, {"toString":1,"name":{"toString":2}}, {"__proto__":1}]', 3],
  ])('%s: %i', (text, index) => {
    expect(first(text)).toBe(index);
  });

  it('agrees with comparing each with each', () => {
    let seed = 7;
    const random = (n: number) => {
      seed = (seed * 48271) % 2147483647;
      return seed % n;
    };
    const value = (depth: number): unknown => {
      const kind = random(depth > 0 ? 6 : 4);
      if (kind === 0) return random(3);
      if (kind === 1) return ['', 'a', '1', ','][random(4)];
      if (kind === 2) return random(2) === 0;
      if (kind === 3) return null;
      const children = Array.from({ length: random(3) }, () => value(depth - 1));
      if (kind === 4) return children;
      return Object.fromEntries(children.map((child) => [['name', 'a', '1'][random(3)], child]));
    };
    for (let round = 0; round < 2000; round += 1) {
      const items = Array.from({ length: random(6) }, () => value(3));
      const expected = [...items.keys()].filter((i) =>
        items.slice(0, i).some((other) => isDeepStrictEqual(other, items[i])),
      );
      expect([...duplicates()(items)], JSON.stringify(items)).toEqual(expected);
    }
  });
});
