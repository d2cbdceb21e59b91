import { describe, expect, it } from 'vitest';
import { counted } from '../../../shared/text.js';
import { SHOWN } from '../../../vocabulary/finding-types.js';
import { missing, uploadOf } from './evidence.js';
import { needed, RuleFault } from './fault.js';
import { byText, firstOf, joined, shown } from './text.js';

describe('shown', () => {
  it('keeps ordinary text of any language', () => {
    expect(shown('pkg:npm/%40s/größe@1.0.0 – 版本')).toBe('pkg:npm/%40s/größe@1.0.0 – 版本');
  });

  it('replaces characters that could harm a terminal or reorder text', () => {
    expect(shown('a\u001b[31m\r\nb\u0000\u009b\u202ec\u2028\ud800')).toBe(
      'a\ufffd[31m\ufffd\ufffdb\ufffd\ufffd\ufffdc\ufffd\ufffd',
    );
  });

  it('cuts what is too long', () => {
    expect(shown('x'.repeat(200))).toHaveLength(200);
    expect(shown('x'.repeat(1e6))).toBe(`${'x'.repeat(199)}…`);
  });
});

describe('lists in messages', () => {
  it('count', () => {
    expect([counted(0, 'test'), counted(1, 'test'), counted(2, 'test')]).toEqual([
      '0 tests',
      '1 test',
      '2 tests',
    ]);
  });

  it('are joined', () => {
    expect(joined([])).toBe('');
    expect(joined(['a'])).toBe('a');
    expect(joined(['a', 'b'], 'or')).toBe('a or b');
    expect(joined(['a', 'b', 'c'])).toBe('a, b and c');
  });

  it('are limited', () => {
    expect(firstOf(['a', 'b'], 2)).toBe('a; b');
    expect(firstOf(['a', 'b', 'c'], 2)).toBe('a; b; and 1 more');
    expect(firstOf(['a'], 2, 10)).toBe('a; and 9 more');
  });

  it('are sorted without a locale', () => {
    expect(['b', 'a', 'B', 'ä', 'a'].toSorted(byText)).toEqual(['B', 'a', 'a', 'b', 'ä']);
  });
});

describe('what evidence shows', () => {
  it('has a name and an upload each', () => {
    for (const one of SHOWN) {
      const input = { evidence: [], artifacts: [], uploads: { [one]: ['this', 'that'] } };
      expect(uploadOf(input, one)).toContain('this or that');
      expect(missing(input, [one])).toContain(uploadOf(input, one));
    }
  });

  it('has an upload even if no kind of evidence names one', () => {
    expect(uploadOf({ uploads: {} }, 'code')).toBe('the report of a code analysis');
  });
});

describe('needed', () => {
  it('throws if the fact is absent', () => {
    expect(needed([], 'x')).toEqual([]);
    expect(() => needed(undefined, 'x')).toThrow(RuleFault);
  });
});
