import { describe, expect, it } from 'vitest';
import { faultOf } from '../fault.support.js';
import { JsonLines } from '../json-lines.js';
import { readJson } from './read-json.js';

const read = (text: string) => readJson(Buffer.from(text));
const lines = (...values: unknown[]) => values.map((value) => JSON.stringify(value)).join('\n');
const readLines = (text: string) => {
  const document = read(text);
  if (document instanceof JsonLines) return document;
  throw new Error('not JSON Lines');
};
const fault = (...values: unknown[]) => readLines(lines(...values)).fault();

describe('JSON Lines', () => {
  it('are read line by line, with the lines that are not JSON', () => {
    const { values, others } = readLines(
      '\ufeffgo: x\n{"a": 1}\r\n\n [2]\n{"b": "\n{"__proto__": 1}',
    );
    expect(values).toEqual([{ a: 1 }, {}]);
    expect(others).toEqual([
      { line: 1, text: 'go: x' },
      { line: 4, text: '[2]' },
      { line: 5, text: '{"b": "' },
    ]);
  });

  it('are not a document that was broken, or one value', () => {
    for (const text of ['{\n"a": 1\n', '[{"a": 1}\n{"b": 2}]', '{"a": 1} {"b": 2}', 'a\nb', '{"a"'])
      expect(faultOf(() => read(text)).fault, text).toContain('not');
    expect(read('\n{"a": 1}\n\n')).toEqual({ a: 1 });
    expect(read('[\n{"a": 1}\n]')).toEqual([{ a: 1 }]);
  });

  it('have limits: levels of a line, values and other lines in all', () => {
    const nested = (levels: number) => `{"a": ${'['.repeat(levels)}${']'.repeat(levels)}}`;
    expect(readLines(`{}\n${nested(99)}\n${nested(100)}`)).toMatchObject({
      values: [{}, expect.anything()],
      others: [{ line: 3 }],
    });
    expect(faultOf(() => read(`{}\n${'x\n'.repeat(100_001)}`)).reason).toBe('limit');
    expect(faultOf(() => read(`{}\n${'{"a":[1,2,3]}\n'.repeat(800_000)}`)).reason).toBe('limit');
  });
});

describe('several JSON values in one file', () => {
  it('have a fault for kinds of one value, with the place of the second', () => {
    expect(fault({ Action: 'pass' }, { Action: 'pass' }, [])).toMatchObject({
      message: 'is not one JSON document, but several (JSON Lines). Upload one JSON document',
      position: { line: 2, column: 1 },
    });
  });

  const data = { vulnerabilities: { high: 0 } };

  it.each([
    [
      { type: 'auditAdvisory', data },
      { type: 'auditSummary', data },
    ],
    [
      { type: 'info', data: 'No lockfile found.' },
      { type: 'auditSummary', data },
    ],
    [
      { type: 'warning', data: 'No license field' },
      { type: 'error', data: 'ECONNREFUSED' },
    ],
    [
      { value: 'lodash', children: { 'Vulnerable Versions': '<1' } },
      { value: 'b', children: {} },
    ],
  ])('of Yarn are refused by its name: %j', (...lines) => {
    expect(fault(...lines).message).toContain('as Yarn writes them');
  });

  it('are not meant by other text after a value', () => {
    expect(faultOf(() => readJson(Buffer.from('{} x')))).toMatchObject({
      message: expect.stringMatching(/^is not valid JSON/),
      position: { line: 1, column: 4 },
    });
  });
});

it.each([
  ['<a/>', 'is XML'],
  ['{"SPDXVersion": 1', 'is not valid JSON'],
])('refuses %j by its name', (text, message) => {
  expect(faultOf(() => readJson(Buffer.from(text))).fault).toContain(message);
});
