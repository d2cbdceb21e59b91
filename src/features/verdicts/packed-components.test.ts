import { expect, it } from 'vitest';
import { PackedComponents, TooManyRows } from './packed-components.js';

const row = (n: number, licences: string[] = [], finding: string | null = null) =>
  JSON.stringify([`näme-${n}`, n % 2 === 0 ? null : '1.0', `pkg:npm/x${n}@1`, licences, finding]);

it('are read as they were added, as often as needed', () => {
  const packed = new PackedComponents(1000);
  packed.add([row(1, ['MIT', 'a "b"'], 'f'), row(2)]);
  packed.add([row(3)]);
  const all = [
    {
      name: 'näme-1',
      version: '1.0',
      purl: 'pkg:npm/x1@1',
      licences: ['MIT', 'a "b"'],
      finding: 'f',
    },
    { name: 'näme-2', version: null, purl: 'pkg:npm/x2@1', licences: [], finding: null },
    { name: 'näme-3', version: '1.0', purl: 'pkg:npm/x3@1', licences: [], finding: null },
  ];
  expect(packed.length).toBe(3);
  expect([...packed]).toEqual(all);
  expect([...packed]).toEqual(all);
});

it('are refused beyond the limit', () => {
  const bytes = new TextEncoder().encode(`[${row(1)}]`).length;
  new PackedComponents(bytes).add([row(1)]);
  expect(() => new PackedComponents(bytes - 1).add([row(1)])).toThrow(TooManyRows);
});
