import { describe, expect, it } from 'vitest';
import { NOT_STORED } from '../../vocabulary/licence-names.js';
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
  it('passes if all licences are allowed', () => {
    const all = [component('a', '1'), component('b', '2', { licences: ['ISC'] })];
    expect(judged({ allow: ['MIT', 'ISC'] }, all)).toEqual({
      status: 'pass',
      message: '2 components, all with allowed licences',
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
      'Of 3 components, 2 have licences that are not allowed: b (GPL-3.0-only and MIT); pkg:npm/c@1 (WTFPL). Replace',
    );
    expect(judged({ allow: ['MIT'] }, all.toReversed())).toEqual(outcome);
  });

  it('does not know a custom id, unless a list contains it', () => {
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

  it('names ten, and the number of the others', () => {
    const all = Array.from({ length: 500 }, (_, n) =>
      component(`c${n}`, '1', { licences: ['WTFPL'] }),
    );
    const { message } = judged({ allow: ['MIT'] }, all);
    expect(message).toContain('Of 500 components, 500 have licences that are not allowed');
    expect(message).toContain('; and 490 more.');
  });

  it('denies only the licences on the list', () => {
    const parameters = { deny: ['GPL-3.0-only'] };
    expect(of(parameters, 'MIT')).toBe('pass');
    expect(of(parameters, 'GPL-3.0-only')).toBe('fail');
    expect(of(parameters, 'GPL-3.0')).toBe('fail');
    expect(of({ ...parameters, allow: ['GPL-3.0-only'] }, 'GPL-3.0-only')).toBe('fail');
  });

  it('accepts one of several alternatives, and requires all parts of AND', () => {
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
    'denies %j, unless `unknown` is `allow`',
    (...list: string[]) => {
      expect(of({ allow: ['MIT'] }, ...list)).toBe('fail');
      expect(of({ deny: ['WTFPL'] }, ...list)).toBe('fail');
      expect(of({ allow: ['MIT'], unknown: 'allow' }, ...list)).toBe('pass');
    },
  );

  it('counts components without a known licence', () => {
    const none = [component('x', '1.0.0', { licences: [] }), component('y', '1.0.0')];
    expect(judged({ allow: ['MIT'] }, none).message).toContain(
      'Of 2 components, 1 has no known licence: pkg:npm/x@1.0.0 (no licence)',
    );
    expect(judged({ allow: ['MIT'], unknown: 'allow' }, none).message).toContain(
      '2 components: 1 with allowed licences, 1 without a known licence, which the policy allows',
    );
    const both = [...none, component('z', '1.0.0', { licences: ['WTFPL'] })];
    expect(judged({ allow: ['MIT'] }, both).message).toMatch(
      /^Of 3 components, 1 has licences that are not allowed and 1 has no known licence: /,
    );
  });

  it('knows the names on a list, and ignores case', () => {
    expect(of({ allow: ['The Zork Licence'] }, 'the zork licence ')).toBe('pass');
    expect(of({ deny: ['mit'] }, 'MIT')).toBe('fail');
    expect(of({ deny: ['The Zork Licence'], unknown: 'allow' }, 'The Zork Licence')).toBe('fail');
    expect(of({ allow: ['LicenseRef-zork'] }, 'LicenseRef-zork OR GPL-3.0-only')).toBe('pass');
  });

  it('denies a denied licence next to an unknown name', () => {
    const parameters = { deny: ['GPL-3.0-only'], unknown: 'allow' };
    expect(of(parameters, 'Zork AND GPL-3.0-only')).toBe('fail');
    expect(of(parameters, 'Zork', 'GPL-3.0-only')).toBe('fail');
    const named = { ...parameters, allow: ['Zork AND GPL-3.0-only'] };
    expect(of(named, 'Zork AND GPL-3.0-only')).toBe('fail');
  });
});

describe('licences, evidence', () => {
  it('is not evidenced without an SBOM', () => {
    const outcome = judged({ allow: ['MIT'] }, [], { evidence: [evidence('1', ['licence'])] });
    expect(outcome.status).toBe('not-evidenced');
    expect(outcome.message).toContain('Upload an SBOM (cyclonedx or spdx)');
  });

  it('passes an SBOM without components', () => {
    expect(judged({ allow: ['MIT'] }, []).status).toBe('pass');
  });

  it('needs components, and refuses missing ones', () => {
    expect(licences.needs?.({ unknown: 'deny', allow: ['MIT'], scope: 'release' })).toEqual({
      components: true,
    });
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
    expect(() => licences.evaluate({ unknown: 'deny', scope: 'release' }, input())).toThrow(
      'needs `allow` or `deny`',
    );
  });
});

describe('licences, hostile', () => {
  it('judges an expression with 2^80 terms at once', () => {
    const expression = Array(80).fill('(MIT OR ISC)').join(' AND ');
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
  ])('treats %j as unknown', (text) => {
    expect(of({ allow: ['MIT'] }, text)).toBe('fail');
    expect(of({ allow: ['MIT'], unknown: 'allow' }, text)).toBe('pass');
  });

  it('checks the time', () => {
    const checkTime = () => {
      throw new RuleFault('too long');
    };
    expect(() => judged({ allow: ['MIT'] }, [component('a', '1')], { checkTime })).toThrow(
      'too long',
    );
  });
});

describe('licences, families and spelling', () => {
  it.each([
    ['AGPL-*', 'AGPL-3.0-only', 'fail'],
    ['AGPL-*', 'AGPL-3.0-or-later', 'fail'],
    ['AGPL-*', 'AGPL-1.0', 'fail'],
    ['agpl-*', 'agpl-3.0+', 'fail'],
    ['AGPL-*', 'MIT OR AGPL-3.0-only', 'pass'],
    ['AGPL-*', 'MIT AND AGPL-3.0-only', 'fail'],
    ['GPL-*', 'AGPL-3.0-only', 'pass'],
    ['GPL-*', 'LGPL-3.0-only', 'pass'],
    ['gpl-3.0-ONLY', 'GPL-3.0-only', 'fail'],
    ['gpl-2.0-or-later', 'GPL-3.0-only', 'fail'],
    ['GPL-3.0-only', 'mit and gpl-3.0-only', 'fail'],
  ])('deny %s, of %s: %s', (entry, licence, expected) =>
    expect(of({ deny: [entry] }, licence)).toBe(expected),
  );

  it.each([
    ['BSD-*', 'BSD-3-Clause', 'pass'],
    ['BSD-*', '0BSD', 'fail'],
    ['bsd-2-clause', 'BSD-2-Clause', 'pass'],
  ])('allow %s, of %s: %s', (entry, licence, expected) =>
    expect(of({ allow: [entry] }, licence)).toBe(expected),
  );

  it.each(['AGPL', 'GPL3', 'SSPL'])('%s in a stored policy denies with an error', (deny) =>
    expect(() => of({ deny: [deny], unknown: 'allow' }, 'MIT')).toThrow('It would deny nothing'),
  );

  it('does not allow licences that are not stored, whatever `unknown` says', () => {
    const cut = ['MIT', NOT_STORED];
    expect(of({ deny: ['AGPL-*'], unknown: 'allow' }, ...cut)).toBe('fail');
    expect(of({ allow: ['MIT'], unknown: 'allow' }, ...cut)).toBe('fail');
  });
});
