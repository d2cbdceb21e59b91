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

it('finds each of many long ones that begin alike', () => {
  const secrets = Array.from({ length: 1000 }, (_, i) => `${'a'.repeat(2000)}-${i}-`);
  const texts = secrets.map((secret) => `key: ${secret}.`);
  expect(withoutSecrets(texts, secrets)).toEqual(texts.map(() => `key: ${MASK}.`));
});
