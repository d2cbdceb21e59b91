import { describe, expect, it } from 'vitest';
import { isReadable } from './readable.js';

describe('isReadable', () => {
  it.each(['{}', '{"a":"e1234"}', '{"a":[1e300,null]}', String.raw`{"a":"\\u0000"}`, '{"ü":1}'])(
    '%s',
    (data) => expect(isReadable(data)).toBe(true),
  );

  it.each([
    '',
    'x',
    'null',
    '"x"',
    '[1]',
    '{"a":1e99999}',
    `{"a":${'1'.repeat(2000)}}`,
    String.raw`{"a":"\u0000"}`,
    String.raw`{"a":["\ud800"]}`,
    String.raw`{"\udfff":1}`,
    `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`,
  ])('not %.20s', (data) => expect(isReadable(data)).toBe(false));
});
