import { describe, expect, it } from 'vitest';
import { faultOf } from '../fault.support.js';
import { readJson } from './read-json.js';

const fault = (...lines: unknown[]) =>
  faultOf(() => readJson(Buffer.from(lines.map((line) => JSON.stringify(line)).join('\n'))));

describe('several JSON values in one file', () => {
  it('are refused as JSON Lines, with the place of the second', () => {
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
  ['SPDXVersion: SPDX-2.3\nDataLicense: CC0-1.0\n', 'SPDX as tag-value'],
  ['# a comment\nSPDXVersion: SPDX-2.3\n', 'SPDX as tag-value'],
  ['<a/>', 'is XML'],
  ['{"SPDXVersion": 1', 'is not valid JSON'],
])('refuses %j by its name', (text, message) => {
  expect(faultOf(() => readJson(Buffer.from(text))).fault).toContain(message);
});
