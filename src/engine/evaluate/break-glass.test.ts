import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyFacts, anyInputs } from './any-inputs.support.js';
import { type BreakGlassInput, isUnderBreakGlass, overriddenBy } from './break-glass.js';
import { block, evaluate, inputs, judge, NO_FACTS, policy } from './inputs.support.js';

const open = (rest: Partial<BreakGlassInput> = {}): BreakGlassInput => ({
  ...{ id: 'g', reason: 'Payments fail', requestedBy: 'ada', requestedVia: 'sign-in' as const },
  ...{ confirmedBy: null, confirmedVia: null, force: false, until: '2026-12-04T03:40:00.000Z' },
  ...rest,
});
const two = open({ force: true, confirmedBy: 'bob', confirmedVia: 'token' });
const breakGlass = open();

describe('while the glass is broken', () => {
  it('one person passes rules that fail, and the result says who', () => {
    const verdict = judge([block('sealed-only'), block('tests-passed')], { breakGlass });
    expect(verdict.decision).toBe('allow');
    expect(verdict.results).toMatchObject([
      {
        ...{ policy: null, rule: 'break-glass', status: 'pass', denies: false },
        message:
          'ada broke the glass until 2026-12-04 03:40 UTC: Payments fail. It overrides 2 denials: sealed-only and tests-passed. Another person reviews it: POST /break-glass/{id}/review',
      },
      { rule: 'sealed-only', status: 'fail', denies: true, overridden: true },
      { rule: 'tests-passed', status: 'not-evidenced', denies: true, overridden: true },
    ]);
  });

  it.each<[string, Parameters<typeof judge>]>([
    ['a rule that cannot be asked', [[block('of-tomorrow')]]],
    ['one in mode warn', [[{ rule: 'of-tomorrow', mode: 'warn' }]]],
    ['no policy', [[]]],
    ['a revoked release', [[block('sealed-only')], { release: { state: 'revoked' } }]],
    [
      'a stopped line',
      [[block('sealed-only')], { stops: [{ id: 's', reason: 'x', by: 'ada', rollbacks: true }] }],
    ],
  ])('two people pass %s, and one does not', (_what, [rules, given = {}]) => {
    const one = judge(rules, { ...given, breakGlass });
    expect(one.decision).toBe('deny');
    expect(one.results[0]).toMatchObject({ rule: 'break-glass', status: 'fail', denies: true });
    expect(one.results.some(({ overridden }) => overridden)).toBe(false);
    const both = judge(rules, { ...given, breakGlass: two });
    expect(both.decision).toBe('allow');
    expect(both.results[0]?.message).toContain('and bob (by a token) confirmed: Payments fail');
  });

  it('two people do not pass what people said after they opened it', () => {
    const stops = [{ id: 's', reason: 'x', by: 'eve', rollbacks: true }];
    const since = (...all: ('stopped' | 'release-revoked')[]) => ({ ...two, since: all });
    const rules = [block('sealed-only')];
    const denied = judge(rules, { stops, breakGlass: since('stopped') });
    expect(denied.decision).toBe('deny');
    expect(denied.results[0]).toMatchObject({
      ...{ rule: 'break-glass', denies: true },
      message: expect.stringContaining('It was opened before people said that: stopped. End it'),
    });
    // The other thing was known, or does not deny.
    expect(judge(rules, { stops, breakGlass: since('release-revoked') }).decision).toBe('allow');
    expect(judge(rules, { breakGlass: since('stopped') }).decision).toBe('allow');
    const revoked = { release: { state: 'revoked' as const }, stops };
    expect(judge(rules, { ...revoked, breakGlass: since('release-revoked') }).decision).toBe(
      'deny',
    );
  });

  it('after a new artifact it passes nothing, and a denial says why', () => {
    const breakGlassVoid = { id: 'g', requestedBy: 'ada', until: '2026-12-04T03:40:00.000Z' };
    const rules = [block('sealed-only')];
    const denied = judge(rules, { breakGlassVoid });
    const [first, ...others] = denied.results;
    expect(first).toMatchObject({
      ...{ policy: null, rule: 'break-glass-void', status: 'fail', denies: true },
      message:
        'ada broke the glass until 2026-12-04 03:40 UTC, and an artifact was added to the release since. It does not cover what nobody saw then. End it, and break the glass again: POST /break-glass/{id}/end',
    });
    expect(isUnderBreakGlass(denied.results)).toBe(false);
    expect(others).toEqual(judge(rules).results);
    const release = { state: 'sealed' as const };
    const allowed = judge(rules, { release, breakGlassVoid });
    expect(allowed).toEqual(judge(rules, { release }));
    expect(allowed.decision).toBe('allow');
  });

  it('a name in its reason cannot break the line', () => {
    const [first] = judge([block('sealed-only')], {
      breakGlass: open({ reason: 'a\u001b[2Kb', requestedBy: 'a\nb' }),
    }).results;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be there
    expect(first?.message).not.toMatch(/[\u0000-\u001f]/);
  });
});

describe('overriddenBy', () => {
  const said = (rule: string, state?: 'rejects') => ({
    ...{ policy: 'p', rule, status: 'fail' as const, denies: true },
    ...(state && { approvals: [{ id: 'a', person: 'eve', state, because: [] }] }),
  });

  it('has rejections by people first', () => {
    const results = [said('max-findings'), said('approvals', 'rejects'), said('no-secrets')];
    expect(overriddenBy(results).map(({ rule }) => rule)).toEqual([
      'approvals',
      'max-findings',
      'no-secrets',
    ]);
  });

  it('does not have the break-glass itself, unless a policy has a rule of that name', () => {
    const own = { ...said('break-glass'), policy: null };
    expect(overriddenBy([own, said('break-glass')])).toHaveLength(1);
    expect(isUnderBreakGlass([own])).toBe(true);
    expect(isUnderBreakGlass([said('break-glass')])).toBe(false);
  });
});

describe('laws', () => {
  it('a break-glass changes no result of a rule, and denies nothing that was allowed', () => {
    fc.assert(
      fc.property(anyInputs, anyFacts, fc.boolean(), (all, facts, force) => {
        const { breakGlass: _none, ...plain } = all;
        const before = evaluate(plain, facts);
        const after = evaluate({ ...plain, breakGlass: force ? two : breakGlass }, facts);
        const [first, ...others] = after.results;
        expect(first?.rule).toBe('break-glass');
        expect(others.map(({ overridden: _, ...rest }) => rest)).toEqual(before.results);
        if (force || before.decision === 'allow') expect(after.decision).toBe('allow');
        const denying = before.results.filter(({ denies }) => denies);
        const marked = others.filter(({ overridden }) => overridden);
        expect(marked).toHaveLength(after.decision === 'allow' ? denying.length : 0);
        const needsTwo = denying.some(
          ({ policy: of, rule, status }) =>
            status === 'error' ||
            (of === null && ['release-revoked', 'stopped'].includes(rule)) ||
            rule === 'policy-required',
        );
        if (!force) expect(after.decision).toBe(needsTwo ? 'deny' : 'allow');
      }),
      { numRuns: 200 },
    );
  });

  it('without it, the answer is as before', () => {
    const all = inputs({ policies: [policy('p', block('sealed-only'))] });
    expect(evaluate({ ...all, breakGlass: null }, NO_FACTS)).toEqual(evaluate(all, NO_FACTS));
  });
});
