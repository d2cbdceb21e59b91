import { describe, expect, it } from 'vitest';
import { readExpression } from './licence-expression.js';

const MIT = { licence: 'MIT' };
const ISC = { licence: 'ISC' };
const ZLIB = { licence: 'Zlib' };

describe('readExpression', () => {
  it.each([
    ['MIT', MIT],
    [' ( (MIT) ) ', MIT],
    ['GPL-2.0-only  WITH x', { licence: 'GPL-2.0-only WITH x' }],
    ['The MIT Licence', { licence: 'The MIT Licence' }],
    ['MIT OR ISC', { word: 'OR', parts: [MIT, ISC] }],
    ['MIT OR ISC AND Zlib', { word: 'OR', parts: [MIT, { word: 'AND', parts: [ISC, ZLIB] }] }],
    ['(MIT OR ISC) AND Zlib', { word: 'AND', parts: [{ word: 'OR', parts: [MIT, ISC] }, ZLIB] }],
    ['(MIT)AND(ISC)', { word: 'AND', parts: [MIT, ISC] }],
    ['MIT or ISC', { licence: 'MIT or ISC' }],
  ])('%s', (text, expected) => expect(readExpression(text)).toEqual(expected));

  it.each([
    '',
    ' ',
    '()',
    '(MIT',
    'MIT)',
    'MIT (ISC)',
    '(MIT) ISC',
    'MIT OR',
    'AND MIT',
    'MIT OR AND ISC',
  ])('is not %j', (text) => expect(readExpression(text)).toBeUndefined());

  it('has limits', () => {
    expect(readExpression('x'.repeat(2001))).toBeUndefined();
    expect(readExpression(`${'('.repeat(60)}MIT${')'.repeat(60)}`)).toBeUndefined();
    expect(readExpression(`${'('.repeat(50)}MIT${')'.repeat(50)}`)).toEqual(MIT);
    expect(readExpression(Array(200).fill('MIT').join(' AND '))).toMatchObject({ word: 'AND' });
  });
});
