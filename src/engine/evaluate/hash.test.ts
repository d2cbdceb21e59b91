import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../shared/canonical-json.js';
import { anyFacts, anyInputs, shuffled } from './any-inputs.support.js';
import { canonicalInputs } from './canonical.js';
import { hashedInputs, inputsHash, rulesSha256 } from './hash.js';
import type { EvidenceRecord, VerdictInputs } from './inputs.js';
import { evaluate, inputs, record } from './inputs.support.js';

const hashOf = (all: VerdictInputs) => inputsHash(canonicalInputs(all));

const seeded = (seed: number) => () => {
  // A generator of Park and Miller: fast-check repeats a failure by its seed.
  seed = (seed * 48_271) % 2_147_483_647;
  return seed / 2_147_483_647;
};

/** Adds copies of some evidence, with the same age. */
function repeated(all: VerdictInputs, times: readonly number[]): VerdictInputs {
  const copies = times.flatMap((at, n): [EvidenceRecord, EvidenceRecord][] => {
    const original = all.evidence[at % Math.max(all.evidence.length, 1)];
    // With the same id, or one that sorts before or after all others.
    const id = [original?.id, `${n}`, `z${n}`][at % 3] ?? '';
    return original ? [[original, { ...original, id }]] : [];
  });
  const idsOf = (id: string) => copies.filter(([from]) => from.id === id).map(([, { id }]) => id);
  return {
    ...all,
    evidence: [...all.evidence, ...copies.map(([, copy]) => copy)],
    tooOld: all.tooOld.map((rule) => ({
      ...rule,
      evidence: rule.evidence.flatMap((id) => [id, ...idsOf(id)]),
    })),
  };
}

type Path = readonly (string | number)[];

/** The paths of all hashed values. Not hashed: ids of evidence, and rules. */
function places(part: unknown, at: Path = []): Path[] {
  if (part === null || typeof part !== 'object') return [at];
  return Object.entries(part).flatMap(([key, inner]) => {
    const isId = key === 'id' && at[0] === 'evidence';
    const isName = key === 'evidence' && at[0] === 'tooOld';
    if (isId || isName || key === 'rules' || key === 'shows') return [];
    return places(inner, [...at, key]);
  });
}

function other(value: unknown): unknown {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  if (typeof value !== 'string') return 'changed';
  const time = /^\d{4}-.*Z$/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? `${value}.` : new Date(time + 1).toISOString();
}

function changed(part: unknown, [key, ...rest]: Path): unknown {
  if (key === undefined) return other(part);
  const copy: Record<string, unknown> = { ...(part as object) };
  copy[key] = changed(copy[key], rest);
  return Array.isArray(part) ? Object.values(copy) : copy;
}

describe('inputsHash', () => {
  it('is a digest', () => expect(hashOf(inputs())).toMatch(/^[0-9a-f]{64}$/));

  it('and the verdict do not depend on the order of anything, or on repeated evidence', () => {
    const seeds = fc.integer({ min: 1, max: 2_147_483_646 });
    fc.assert(
      fc.property(anyInputs, anyFacts, fc.array(fc.nat(50)), seeds, (some, facts, times, seed) => {
        const same = shuffled(repeated(some, times), seeded(seed));
        expect(hashOf(same)).toBe(hashOf(some));
        const [a, b] = [evaluate(some, facts), evaluate(same, shuffled(facts, seeded(seed)))];
        expect(b.decision).toBe(a.decision);
        const messages = ({ results }: typeof a) => results.map(({ message }) => message);
        expect(messages(b)).toEqual(messages(a));
      }),
    );
  });

  it('and the verdict are byte-identical for a copy in another order', () => {
    const seeds = fc.integer({ min: 1, max: 2_147_483_646 });
    fc.assert(
      fc.property(anyInputs, anyFacts, seeds, (some, facts, seed) => {
        const same = shuffled(structuredClone(some), seeded(seed));
        expect(canonicalJson(canonicalInputs(same))).toBe(canonicalJson(canonicalInputs(some)));
        const again = evaluate(same, shuffled(facts, seeded(seed)));
        expect(canonicalJson(again)).toBe(canonicalJson(evaluate(some, facts)));
      }),
    );
  });

  it('changes with every value', () => {
    fc.assert(
      fc.property(anyInputs, (some) => {
        const hash = hashOf(some);
        for (const place of places(some)) {
          const one = changed(some, place) as VerdictInputs;
          expect(hashOf(one), place.join('.')).not.toBe(hash);
        }
      }),
    );
  });

  it('changes when an item is added or removed', () => {
    const lists = ['artifacts', 'evidence', 'policies', 'waivers', 'tooOld'] as const;
    fc.assert(
      fc.property(anyInputs, (some) => {
        const hash = hashOf(some);
        for (const list of lists) {
          some[list].forEach((_item, at) => {
            const less = { ...some, [list]: some[list].toSpliced(at, 1) };
            expect(hashOf(less), list).not.toBe(hash);
          });
        }
      }),
    );
  });

  it('changes when evidence shows something else, or is too old for another rule', () => {
    const evidence = [record('1'), record('2')];
    const tooOld = [{ policy: 'p', version: 1, index: 0, evidence: ['1'] }];
    const all = [
      inputs({ evidence }),
      inputs({ evidence: [record('1', { shows: ['secret'] }), record('2')] }),
      inputs({ evidence: [record('1', { shows: [] }), record('2')] }),
      inputs({ evidence, tooOld }),
      inputs({ evidence, tooOld: [{ policy: 'p', version: 1, index: 0, evidence: ['2'] }] }),
      inputs({ evidence, tooOld: [{ policy: 'p', version: 1, index: 0, evidence: ['1', '2'] }] }),
      inputs({ evidence, tooOld: [{ policy: 'p', version: 1, index: 1, evidence: ['1'] }] }),
    ];
    expect(new Set(all.map(hashOf)).size).toBe(all.length);
  });

  it('does not depend on ids of evidence, rules beside their digest, or unknown fields', () => {
    const policies = [{ name: 'p', version: 1, sha256: 'x', rules: [] }];
    const hash = hashOf(inputs({ evidence: [record('1')], policies }));
    const repeatedRecord = { ...record('1'), id: '2', tests: null, createdAt: new Date(0) };
    const rules = [{ rule: 'no-secrets', mode: 'block' as const }];
    const same = {
      ...inputs({ policies: policies.map((policy) => ({ ...policy, rules })) }),
      evidence: [repeatedRecord as unknown as EvidenceRecord],
      policyCount: 1,
    };
    expect(hashOf(same)).toBe(hash);
  });

  it('changes with what people said, and with who is behind a release', () => {
    const given = {
      id: 'a1',
      decision: 'approve' as const,
      person: 'alice',
      names: ['ALICE'],
      groups: [],
      via: 'token' as const,
      seen: 'x',
    };
    const none = { given: [], triggeredBy: null, authors: [], requesters: [] };
    const all = [
      inputs(),
      inputs({ approvals: none }),
      inputs({ approvals: { ...none, given: [given] } }),
      inputs({ approvals: { ...none, given: [given, { ...given, id: 'a2' }] } }),
      inputs({ approvals: { ...none, given: [{ ...given, olderThanDays: 7 }] } }),
      inputs({ approvals: { ...none, triggeredBy: 'BOB' } }),
      inputs({ approvals: { ...none, authors: ['BOB'] } }),
      inputs({ approvals: { ...none, requesters: [{ waiver: 'w', name: 'BOB' }] } }),
    ];
    expect(new Set(all.map(hashOf)).size).toBe(all.length);
    const more = { ...given, givenAt: 'now', names: ['ALICE', 'ALICE'] };
    expect(hashOf(inputs({ approvals: { ...none, given: [more] } }))).toBe(
      hashOf(inputs({ approvals: { ...none, given: [given] } })),
    );
  });

  it('is the same for an instant in any time zone', () => {
    const waiver = { id: 'w', rule: 'CVE-1', purl: null, releaseId: null, approvedBy: 'ada' };
    const at = (expiresAt: string) => hashOf(inputs({ waivers: [{ ...waiver, expiresAt }] }));
    expect(at('2026-11-25T12:00:00+02:00')).toBe(at('2026-11-25T10:00:00.000Z'));
    expect(at('never')).not.toBe(at('2026-11-25T10:00:00.000Z'));
  });
});

describe('canonicalInputs', () => {
  it('keeps the smallest id, and treats repeated evidence as too old only if all of it is', () => {
    const twice = [
      record('2', { sha256: 'x', storedSha256: 'x' }),
      record('1', { sha256: 'x', storedSha256: 'x' }),
    ];
    const rule = { policy: 'p', version: 1, index: 0 };
    const old = (...ids: string[]) =>
      canonicalInputs(inputs({ evidence: twice, tooOld: [{ ...rule, evidence: ids }] }));
    expect(old('1', '2')).toMatchObject({
      evidence: [{ id: '1' }],
      tooOld: [{ ...rule, evidence: ['1'] }],
    });
    expect(old('1').tooOld).toEqual([]);
    expect(old('2').tooOld).toEqual([]);
    expect(old('of another release').tooOld).toEqual([]);
  });

  it('does not change its input, and is idempotent', () => {
    fc.assert(
      fc.property(anyInputs, (some) => {
        const before = JSON.stringify(some);
        const canonical = canonicalInputs(some);
        expect(JSON.stringify(some)).toBe(before);
        expect(canonicalInputs(canonical)).toEqual(canonical);
        expect(canonicalInputs(structuredClone(canonical))).toEqual(canonical);
        expect(hashedInputs(canonicalInputs(canonical))).toEqual(
          hashedInputs(canonicalInputs(some)),
        );
      }),
    );
  });
});

describe('rulesSha256', () => {
  it('hashes canonical JSON (RFC 8785): the order of members does not matter, the order of rules does', () => {
    const [a, b] = [
      { rule: 'a', mode: 'block' },
      { rule: 'b', mode: 'warn' },
    ] as const;
    expect(rulesSha256([{ mode: 'block', rule: 'a' }])).toBe(rulesSha256([a]));
    expect(rulesSha256([a, b])).not.toBe(rulesSha256([b, a]));
    // echo -n '[]' | sha256sum
    expect(rulesSha256([])).toBe(
      '4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945',
    );
  });
});
