import { describe, expect, it } from 'vitest';
import { document, fingerprints, one, parse, result } from './sarif.support.js';

describe('SARIF: fingerprints', () => {
  const print = (fields: object) => fingerprints(result(fields))[0];

  it('stay the same if line, message and order change', () => {
    const a = result({ partialFingerprints: { one: '1', two: '2' } }, 3);
    const moved = result(
      { partialFingerprints: { two: '2', one: '1' }, message: { text: 'new' } },
      99,
    );
    const other = result({ message: { text: 'other' } });
    const [first, second] = fingerprints(a, other);
    expect(fingerprints(other, moved)).toEqual([second, first]);
  });

  it('are of fingerprints before partial ones, snippet and message', () => {
    const partialFingerprints = { p: '1' };
    const full = print({ fingerprints: { f: '1' } });
    expect(print({ fingerprints: { f: '1' }, partialFingerprints })).toBe(full);
    const partial = print({ partialFingerprints });
    for (const fingerprints of [{}, null, { f: 'requires login' }, { f: '' }, { f: 1 }])
      expect(print({ fingerprints, partialFingerprints })).toBe(partial);
    const snippet = fingerprints(
      result({}, 3, 'a = b'),
      result({ message: { text: 'y' } }, 4, 'a = c'),
    );
    expect(new Set([full, partial, ...snippet, print({})]).size).toBe(5);
  });

  it('differ by tool, rule and file, and are numbered for equal results', () => {
    const all = [
      ...fingerprints(result(), result(), result(), result({ ruleId: 'R2' })),
      one(result(), { name: 'Other' })?.fingerprint,
      one({ ...result(), locations: [] })?.fingerprint,
    ];
    expect(new Set(all).size).toBe(6);
  });

  it('accept names of object members', () => {
    const hostile = JSON.parse('{"__proto__": "1"}');
    expect(print({ fingerprints: hostile })).not.toBe(print({}));
  });
});

describe('SARIF: suppressions', () => {
  const claims = (suppressions: unknown) => parse(document([result({ suppressions })])).claims;

  it.each([
    [[{ kind: 'inSource' }], 'suppressed', true],
    [[{ kind: 'external', status: 'accepted' }], 'suppressed', true],
    [[{ status: null }], 'suppressed', true],
    [[{ status: 'rejected' }, { status: 'accepted' }], 'suppressed', true],
    [[{ status: 'rejected' }, { kind: 'external' }], 'suppressed', true],
    [[{ status: 'rejected' }], 'rejected', false],
    [[{ status: 'rejected' }, { status: 'underReview' }], 'underReview', false],
    [[{ status: 'new word' }], 'new word', false],
  ])('%j: %s', (suppressions, status, absolves) => {
    expect(claims(suppressions)).toMatchObject([{ status, absolves }]);
  });

  it('become claims with finding, kind and justification', () => {
    const suppression = { kind: 'external', justification: 'Test data' };
    const read = parse(document([result(), result({ suppressions: [suppression] })]));
    expect(read.findings).toHaveLength(2);
    expect(read.claims).toEqual([
      {
        fingerprint: read.findings?.[1]?.fingerprint,
        status: 'suppressed',
        absolves: true,
        justification: 'Test data',
        detail: 'external',
      },
    ]);
  });

  it('yield no claim if there are none', () => {
    expect(claims([])).toEqual([]);
    expect(claims(null)).toEqual([]);
  });
});
