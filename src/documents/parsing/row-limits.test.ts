import { describe, expect, it } from 'vitest';
import type { ParsedDocument } from '../kind.js';
import { refuseLargeRows } from './row-limits.js';

const texts = (length: number) => Array.from({ length }, (_, i) => `x-${i}`);
const LIMITS = { aliases: 3, licences: 2 };
const refusal = (parsed: Partial<ParsedDocument>) => {
  try {
    refuseLargeRows({ coverage: [], ...parsed }, LIMITS);
    return undefined;
  } catch (error) {
    return error;
  }
};

const finding = (aliases: string[]) => ({
  ...({ type: 'vulnerability', severity: 'low', rule: 'CVE-1', aliases } as const),
  fingerprint: '00',
});
const component = (licences: string[]) => ({ type: 'library', name: 'a', licences });
const claim = (products: string[]) => ({ status: 'fixed', absolves: true, products });

describe('a document with a row that cannot be stored whole', () => {
  it('is refused beyond the number of aliases', () => {
    expect(refusal({ findings: [finding(texts(3)), finding([...texts(3), 'x-0'])] })).toBe(
      undefined,
    );
    expect(refusal({ findings: [finding([]), finding(texts(4))] })).toMatchObject({
      reason: { quota: 'QUOTA_ALIASES_PER_FINDING', maximum: 3, wanted: 4, row: 'CVE-1' },
    });
  });

  it('is refused beyond the number of licences', () => {
    expect(refusal({ components: [component(texts(2))] })).toBe(undefined);
    expect(refusal({ components: [component(texts(3))] })).toMatchObject({
      reason: { quota: 'QUOTA_LICENCES_PER_COMPONENT', maximum: 2, wanted: 3, row: 'a' },
    });
  });

  it('is refused beyond 1000 products of a claim', () => {
    expect(refusal({ claims: [claim(texts(1000))] })).toBe(undefined);
    expect(refusal({ claims: [claim(texts(1001))] })).toMatchObject({ reason: 'limit' });
  });
});
