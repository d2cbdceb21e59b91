import { describe, expect, it } from 'vitest';
import { newest, versionOrder } from './versions.js';

/** Oldest to newest. */
const ORDERS: [key: string, ...versions: string[]][] = [
  ['pkg:npm/a', '1.0.0-rc.2', '1.0.0-rc.10', '1.0.0', '1.9.0', '1.10.0'],
  [
    'pkg:golang/github.com/a/b',
    'v0.0.0-20200707034311-ab3426394381',
    'v0.1.0',
    'v1.1.9',
    'v1.1.41',
  ],
  ['pkg:apk/alpine/libcrypto3', '3.1.4-r9', '3.1.4-r10', '3.1.5-r0'],
  ['pkg:deb/debian/vim', '8.2.1-2ubuntu9', '8.2.1-2ubuntu10', '9.0', '1:8.0', '2:0.1'],
  ['pkg:deb/debian/x', '1.0~rc1', '1.0', '1.0-1', '1.0-1+deb11u5'],
  ['pkg:maven/a/b', '5.0-alpha1', '5.0-RC1', '5.0', '5.0.1', '2017.1'],
  ['pkg:pypi/a', '1.0a1', '1.0b2', '1.0rc1', '1.0', '1.0.1', '2024.1'],
  ['library:a', '2.9', '2.17', '10.0'],
];

describe.each(ORDERS)('versions of %s', (key, ...versions) => {
  it(`are ${versions.join(' < ')}`, () => {
    const compare = versionOrder(key);
    for (let i = 1; i < versions.length; i += 1) {
      const [older = '', newer = ''] = [versions[i - 1], versions[i]];
      expect(compare(older, newer), `${older} < ${newer}`).toBeLessThan(0);
      expect(compare(newer, older), `${newer} > ${older}`).toBeGreaterThan(0);
      expect(compare(newer, newer)).toBe(0);
    }
    expect(newest(versions.toReversed(), compare)).toBe(versions.at(-1));
  });
});

it.each([
  ['pkg:npm/a', 'v1.0.0', '1.0.0'],
  ['pkg:generic/a', '2024.01.1', '2024.1.1'],
])('%s: %s and %s differ only in spelling', (key, a, b) => {
  expect(versionOrder(key)(a, b)).toBe(0);
  expect(versionOrder(key)(b, a)).toBe(0);
});
