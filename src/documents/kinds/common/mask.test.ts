import { expect, it } from 'vitest';
import { MASK, withoutSecrets } from './mask.js';

it('takes secrets out of texts and names, the longest first, and leaves short ones', () => {
  const secrets = ['secret', 'secret-long', 'secret-longest', 'sho', 'secrex', '   ', ' a '];
  const value = {
    a: 'a secret, secret-longer, secret-longest, secret-lon; sho   a ',
    'my secrex': [1, null, true, ['secretsecrexsecre']],
  };
  expect(withoutSecrets(value, secrets)).toEqual({
    a: `a ${MASK}, ${MASK}er, ${MASK}, ${MASK}-lon; sho   a `,
    [`my ${MASK}`]: [1, null, true, [`${MASK}${MASK}secre`]],
  });
});

it('takes them out of URLs, and copes with half a character', () => {
  const secret = 'p@ss wörd/\ud800';
  const value = [
    secret,
    'https://x/?p%40ss%20w%C3%B6rd%2F%EF%BF%BD',
    'https://x/p@ss%20w%C3%B6rd/%EF%BF%BD',
  ];
  expect(withoutSecrets(value, [secret])).toEqual([
    MASK,
    `https://x/?${MASK}`,
    `https://x/${MASK}`,
  ]);
});

it.each([
  'https://x/?a+b%2F%22c%22%0D%0Ad&',
  '{"x":"a b/\\"c\\"\\r\\nd"}',
  '{"x":"a b/\\"c\\"\\nd"}',
  'x a b/"c"\nd x',
  'x a b/"c"\r\nd x',
  'https://x/a%20b/%22c%22%0Ad',
])('takes them out however they are spelt: %j', (text) => {
  for (const end of ['\n', '\r\n']) {
    const clean = withoutSecrets(text, [`  a b/"c"${end}d${end}`]);
    expect(clean).toMatch(/^\S*\*\*\*\S*$|^x \*\*\* x$/);
    expect(clean).not.toContain('c');
  }
});

it('takes out one of four characters, and one with white space around it', () => {
  expect(withoutSecrets('a/hunt.txt: abcd', ['hunt', ' abcd\n'])).toBe(`a/${MASK}.txt: ${MASK}`);
});

it('changes nothing without secrets', () => {
  const value = { a: 'text' };
  expect(withoutSecrets(value, ['sho', ''])).toBe(value);
  expect(withoutSecrets('only', ['only-longer'])).toBe('only');
});

it('takes no longer for many secrets that begin alike', () => {
  const secrets = Array.from({ length: 20_000 }, (_, i) => `lorem ${'x'.repeat(i % 200)}${i}`);
  const text = 'lorem ipsum dolor sit amet '.repeat(100_000);
  const start = performance.now();
  expect(withoutSecrets(text, secrets)).toBe(text);
  expect(performance.now() - start).toBeLessThan(24_000);
});

const seconds = (work: () => void) => {
  const start = performance.now();
  work();
  return (performance.now() - start) / 1000;
};

const long = 'a'.repeat(4e6);

it.each<[string, () => string[], string]>([
  ['a long secret that is nearly there', () => [`${long}\u20ac`], long],
  [
    'many that begin alike, at length',
    () => Array.from({ length: 4000 }, (_, i) => `${'a'.repeat(1500)}b${i}`),
    long,
  ],
  [
    'many that each begin with the next',
    () => Array.from({ length: 3000 }, (_, i) => 'a'.repeat(i + 10)),
    'aaaaaaaaab'.repeat(400_000),
  ],
])('does not take long for %s', (_, secrets, text) => {
  const list = secrets();
  expect(
    seconds(() => expect(withoutSecrets([text, 'x'], list)).toEqual([MASK, 'x'])),
  ).toBeLessThan(16);
});

it('finds each of many long ones that begin alike', () => {
  const secrets = Array.from({ length: 1000 }, (_, i) => `${'a'.repeat(2000)}-${i}-`);
  const texts = secrets.map((secret) => `key: ${secret}.`);
  expect(withoutSecrets(texts, secrets)).toEqual(texts.map(() => `key: ${MASK}.`));
});
