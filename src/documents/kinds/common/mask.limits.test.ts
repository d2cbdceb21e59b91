import { expect, it } from 'vitest';
import { growth, LINEAR } from '../../../../test/support/counted-work.js';
import { MASK, withoutSecrets } from './mask.js';

it('is linear work for many secrets that begin alike', async () => {
  const secrets = Array.from({ length: 20_000 }, (_, i) => `lorem ${'x'.repeat(i % 200)}${i}`);
  const text = 'lorem ipsum dolor sit amet '.repeat(100_000);
  expect(withoutSecrets(text, secrets)).toBe(text);
  const few = secrets.slice(0, 500);
  const longer = (size: number) => () => withoutSecrets(text.slice(0, 27 * size), few);
  expect(await growth(2000, longer)).toBeLessThan(LINEAR);
  const more = (size: number) => () => withoutSecrets('lorem ipsum', secrets.slice(0, size));
  expect(await growth(2000, more)).toBeLessThan(LINEAR);
});

/** Secrets and a text that were made to take long: a text of a million characters, and a shorter one to count. */
const hostile: [string, (size: number) => string[], (size: number) => string][] = [
  [
    'a long secret that is nearly there',
    (size) => [`${'a'.repeat(size)}\u20ac`],
    (size) => 'a'.repeat(size),
  ],
  [
    'many that begin alike, at length',
    () => Array.from({ length: 4000 }, (_, i) => `${'a'.repeat(1500)}b${i}`),
    (size) => 'a'.repeat(size),
  ],
  [
    'many that each begin with the next',
    () => Array.from({ length: 3000 }, (_, i) => 'a'.repeat(i + 10)),
    (size) => 'aaaaaaaaab'.repeat(size / 10),
  ],
];

it.each(hostile)('masks wholly, with linear work, %s', async (_, secrets, text) => {
  const size = 1_000_000;
  expect(withoutSecrets([text(size), 'x'], secrets(size))).toEqual([MASK, 'x']);
  const work = (length: number) => {
    const list = secrets(length);
    return () => withoutSecrets(text(length), list);
  };
  expect(await growth(100_000, work)).toBeLessThan(LINEAR);
});
