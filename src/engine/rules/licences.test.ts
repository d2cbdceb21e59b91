import { describe, expect, it } from 'vitest';
import { RuleFault } from './common/fault.js';
import { ask, component, evidence, input } from './input.support.js';
import { licences } from './licences.js';
import type { ComponentInput, RuleInput } from './rule.js';

const sbom = evidence('1', ['components'], { kind: 'cyclonedx' });

const judged = (
  parameters: object,
  components: readonly ComponentInput[],
  given: Partial<RuleInput> = {},
) => ask('licences', parameters, input({ evidence: [sbom], components, ...given }));

/** Of one component with these licences. */
const of = (parameters: object, ...list: string[]) =>
  judged(parameters, [component('x', '1.0.0', { licences: list })]).status;

describe('licences', () => {
  it('passes where all are allowed', () => {
    const all = [component('a', '1'), component('b', '2', { licences: ['ISC'] })];
    expect(judged({ allow: ['MIT', 'ISC'] }, all)).toEqual({
      status: 'pass',
      message: '2 components, all with licences that are allowed',
      evidence: ['1'],
    });
  });

  it('names what is not allowed, with its licence', () => {
    const all = [
      component('c', '1', { licences: ['WTFPL'] }),
      component('b', null, { licences: ['GPL-3.0-only', 'MIT'] }),
      component('a', '1'),
    ];
    const outcome = judged({ allow: ['MIT'] }, all);
    expect(outcome.status).toBe('fail');
    expect(outcome.message).toContain(
      '2 components with licences that are not allowed, of 3 components: b (GPL-3.0-only and MIT); pkg:npm/c@1 (WTFPL). Replace',
    );
    expect(judged({ allow: ['MIT'] }, all.toReversed())).toEqual(outcome);
  });

  it('knows no licence by a name of its own, unless a list has it', () => {
    const own = 'LicenseRef-Proprietary';
    expect(of({ deny: ['AGPL-3.0-or-later'] }, own)).toBe('fail');
    expect(of({ deny: ['AGPL-3.0-or-later'], unknown: 'allow' }, own)).toBe('pass');
    expect(of({ deny: [own], unknown: 'allow' }, own)).toBe('fail');
    expect(of({ allow: [own] }, own)).toBe('pass');
  });

  it.each(['MIT OR ISC', 'MIT AND', 'LicenseRef-*'])(
    'refuses %s in deny: not one licence',
    (deny) => {
      expect(() => of({ deny: [deny] }, 'MIT')).toThrow(RuleFault);
    },
  );

  it('names ten, and says how many there are besides', () => {
    const all = Array.from({ length: 500 }, (_, n) =>
      component(`c${n}`, '1', { licences: ['WTFPL'] }),
    );
    const { message } = judged({ allow: ['MIT'] }, all);
    expect(message).toContain('500 components with licences that are not allowed');
    expect(message).toContain('; and 490 more.');
  });

  it('denies what is on the list, and nothing else', () => {
    const parameters = { deny: ['GPL-3.0-only'] };
    expect(of(parameters, 'MIT')).toBe('pass');
    expect(of(parameters, 'GPL-3.0-only')).toBe('fail');
    expect(of(parameters, 'GPL-3.0')).toBe('fail');
    expect(of({ ...parameters, allow: ['GPL-3.0-only'] }, 'GPL-3.0-only')).toBe('fail');
  });

  it('takes a choice, and wants all of what has to be met', () => {
    const parameters = { allow: ['MIT', 'Apache-2.0'] };
    expect(of(parameters, 'MIT OR GPL-3.0-only')).toBe('pass');
    expect(of(parameters, 'MIT AND GPL-3.0-only')).toBe('fail');
    expect(of(parameters, 'MIT AND (GPL-3.0-only OR Apache-2.0)')).toBe('pass');
    expect(of(parameters, 'MIT', 'Apache-2.0')).toBe('pass');
    expect(of(parameters, 'MIT', 'GPL-3.0-only')).toBe('fail');
    expect(of({ deny: ['GPL-3.0-only'] }, 'MIT OR GPL-3.0-only')).toBe('pass');
    expect(of({ deny: ['GPL-3.0-only'] }, 'MIT AND GPL-3.0-only')).toBe('fail');
  });
});

describe('licences, unknown', () => {
  it.each([[], ['Our own terms'], ['NOASSERTION'], ['MIT', 'SEE LICENSE IN x'], ['MIT OR'], ['']])(
    'denies %j, unless told not to',
    (...list: string[]) => {
      expect(of({ allow: ['MIT'] }, ...list)).toBe('fail');
      expect(of({ deny: ['WTFPL'] }, ...list)).toBe('fail');
      expect(of({ allow: ['MIT'], unknown: 'allow' }, ...list)).toBe('pass');
    },
  );

  it('says how many there are', () => {
    const none = [component('x', '1.0.0', { licences: [] }), component('y', '1.0.0')];
    expect(judged({ allow: ['MIT'] }, none).message).toContain(
      '1 component with no licence that is known, of 2 components: pkg:npm/x@1.0.0 (no licence)',
    );
    expect(judged({ allow: ['MIT'], unknown: 'allow' }, none).message).toContain(
      '1 component with no licence that is known, which is allowed',
    );
    const both = [...none, component('z', '1.0.0', { licences: ['WTFPL'] })];
    expect(judged({ allow: ['MIT'] }, both).message).toMatch(
      /^1 component with licences that are not allowed and 1 component with no licence/,
    );
  });

  it('knows names that a list has, in any case', () => {
    expect(of({ allow: ['The Zork Licence'] }, 'the zork licence ')).toBe('pass');
    expect(of({ deny: ['mit'] }, 'MIT')).toBe('fail');
    expect(of({ deny: ['The Zork Licence'], unknown: 'allow' }, 'The Zork Licence')).toBe('fail');
    expect(of({ allow: ['LicenseRef-zork'] }, 'LicenseRef-zork OR GPL-3.0-only')).toBe('pass');
  });

  it('does not hide what is denied behind a name that nobody knows', () => {
    const parameters = { deny: ['GPL-3.0-only'], unknown: 'allow' };
    expect(of(parameters, 'Zork AND GPL-3.0-only')).toBe('fail');
    expect(of(parameters, 'Zork', 'GPL-3.0-only')).toBe('fail');
    const named = { ...parameters, allow: ['Zork AND GPL-3.0-only'] };
    expect(of(named, 'Zork AND GPL-3.0-only')).toBe('fail');
  });
});

describe('licences, evidence', () => {
  it('is not evidenced without a bill of materials', () => {
    const outcome = judged({ allow: ['MIT'] }, [], { evidence: [evidence('1', ['licence'])] });
    expect(outcome.status).toBe('not-evidenced');
    expect(outcome.message).toContain('Upload an SBOM (cyclonedx or spdx)');
  });

  it('passes one that has no components', () => {
    expect(judged({ allow: ['MIT'] }, []).status).toBe('pass');
  });

  it('asks for components, and does not take none for an empty list', () => {
    expect(licences.needs?.({ unknown: 'deny', allow: ['MIT'] })).toEqual({ components: true });
    expect(() => judged({ allow: ['MIT'] }, [], { components: undefined })).toThrow(RuleFault);
  });

  it('has limits', () => {
    const many = Array.from({ length: 501 }, (_, n) => `L${n}`);
    for (const parameters of [
      {},
      { unknown: 'allow' },
      { allow: [] },
      { allow: ['MIT', 'MIT'] },
      { allow: ['MIT\nISC'] },
      { deny: many },
      { deny: ['MIT'], unknown: 'warn' },
    ]) {
      expect(() => judged(parameters, []), JSON.stringify(parameters)).toThrow('not valid');
    }
    expect(() => licences.evaluate({ unknown: 'deny' }, input())).toThrow('give it allow or deny');
  });
});

describe('licences, hostile', () => {
  it('is not held up by an expression that grows when it is multiplied out', () => {
    const expression = Array(80).fill('(MIT OR ISC)').join(' AND ');
    // Multiplied out, it has 2^80 terms: this would never end.
    expect(of({ allow: ['ISC'] }, expression)).toBe('pass');
    expect(of({ allow: ['Zlib'] }, expression)).toBe('fail');
  });

  it.each([
    '('.repeat(1000),
    `${'('.repeat(900)}MIT${')'.repeat(900)}`,
    'MIT OR '.repeat(5000),
    'toString',
    '__proto__',
    '!MIT+',
    '\u0000',
  ])('takes %j for unknown', (text) => {
    expect(of({ allow: ['MIT'] }, text)).toBe('fail');
    expect(of({ allow: ['MIT'], unknown: 'allow' }, text)).toBe('pass');
  });

  it('looks at the time', () => {
    const checkTime = () => {
      throw new RuleFault('too long');
    };
    expect(() => judged({ allow: ['MIT'] }, [component('a', '1')], { checkTime })).toThrow(
      'too long',
    );
  });
});
