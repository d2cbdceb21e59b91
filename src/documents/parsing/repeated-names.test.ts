import { describe, expect, it } from 'vitest';
import { faultOf } from '../fault.support.js';
import { JsonLines } from '../json-lines.js';
import { readJson } from './read-json.js';

const read = (text: string) => readJson(Buffer.from(text));

describe('a name that an object repeats', () => {
  it.each<[string, string, { line: number; column: number }]>([
    ['{"a": 1, "a": 2}', '/a', { line: 1, column: 10 }],
    ['{"a": [1, {"x/y": 1}],\n "a": []}', '/a', { line: 2, column: 2 }],
    ['[{"a": {}}, {"b": {"c": [], "d": 1, "c": [1]}}]', '/1/b/c', { line: 1, column: 37 }],
    ['{"a": "x:y,z", "b": 1, "\\u0061": 2}', '/a', { line: 1, column: 24 }],
    ['{"x/y": 1, "x/y": null}', '/x~1y', { line: 1, column: 12 }],
    ['{"__proto__": {"a": 1}, "b": 1, "b": 2}', '/b', { line: 1, column: 33 }],
  ])('with another value is refused: %s', (text, pointer, position) => {
    expect(faultOf(() => read(text))).toMatchObject({ pointer, position, reason: 'invalid' });
  });

  it.each<[string, unknown]>([
    ['{"a": 1, "a": 1}', { a: 1 }],
    ['{"a": 1, "a":1, "a" :\t1 }', { a: 1 }],
    ['{"a": [1, "x"], "b": 2, "a": [1, "x"] }', { a: [1, 'x'], b: 2 }],
    ['{"__proto__": 1, "__proto__": 2, "a": 3}', { a: 3 }],
    ['{"a": {"b": 1}, "b": 2, "c": [{"a": 1}, {"a": 2}]}', expect.anything()],
    ['{"a": ":", "b": "{\\"a\\": 1}"}', { a: ':', b: '{"a": 1}' }],
  ])('is read if nothing is lost: %s', (text, value) => {
    expect(read(text)).toEqual(value);
  });

  it('is refused in JSON Lines, with its line', () => {
    expect(faultOf(() => read('{"a": 1}\nx: y\n{"a": 1, "a": 2}'))).toMatchObject({
      pointer: '/a',
      position: { line: 3, column: 10 },
    });
    expect(read('{"a": 1}\nx: y, z: 1\n{"a": 1}')).toBeInstanceOf(JsonLines);
  });
});
