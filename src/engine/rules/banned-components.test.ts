import { describe, expect, it } from 'vitest';
import { bannedComponents } from './banned-components.js';
import { RuleFault } from './common/fault.js';
import { ask, component, evidence, input } from './input.support.js';
import type { ComponentInput, RuleInput } from './rule.js';

const sbom = evidence('1', ['components'], { kind: 'cyclonedx' });
const log4j = 'pkg:maven/org.apache.logging.log4j/log4j-core';

const judged = (
  banned: readonly object[],
  components: readonly ComponentInput[],
  given: Partial<RuleInput> = {},
) =>
  ask(
    'banned-components',
    { components: banned },
    input({ evidence: [sbom], components, ...given }),
  );

/** Of one component, by its purl with version. */
const of = (banned: object, purl: string, version: string | null = null) =>
  judged([banned], [component('x', version, { purl })]).status;

describe('banned-components', () => {
  it('passes where there is none of them', () => {
    expect(judged([{ purl: 'pkg:npm/event-stream' }], [component('event', '1.0.0')])).toEqual({
      status: 'pass',
      message: '1 component, none of them banned',
      evidence: ['1'],
    });
  });

  it('names what it found, and why it is banned', () => {
    const banned = [
      { purl: 'pkg:npm/event-stream', reason: 'Steals wallets' },
      { purl: log4j, versions: '<2.17.1' },
    ];
    const all = [
      component('event-stream', '3.3.6'),
      component('log4j-core', '2.14.1', { purl: `${log4j}@2.14.1?type=jar` }),
    ];
    const outcome = judged(banned, all);
    expect(outcome.status).toBe('fail');
    expect(outcome.message).toContain(
      `2 banned components, 0 allowed: ${log4j}@2.14.1?type=jar (banned <2.17.1); pkg:npm/event-stream@3.3.6 (banned in any version: Steals wallets). Update or replace`,
    );
    expect(judged(banned, all.toReversed())).toEqual(outcome);
  });

  it('looks at both versions where a document tells two', () => {
    const banned = { purl: 'pkg:npm/evil', versions: '<2.0.0' };
    expect(of(banned, 'pkg:npm/evil@1.0.0', '99.0.0')).toBe('fail');
    expect(of(banned, 'pkg:npm/evil@99.0.0', '1.0.0')).toBe('fail');
    expect(of(banned, 'pkg:npm/evil@2.0.0', '2.0.1')).toBe('pass');
  });

  it('names ten, and says how many there are besides', () => {
    const all = Array.from({ length: 40 }, (_, n) => component(`c${n}`, '1.0.0'));
    expect(judged([{ purl: 'pkg:npm/*' }], all).message).toContain('; and 30 more.');
  });

  it('compares by name what has no package URL, and says so', () => {
    const bans = [{ purl: 'pkg:npm/%40evil/x' }];
    const passed = judged(bans, [component('z', null), component('y', '1')]);
    expect(passed.status).toBe('pass');
    expect(passed.message).toContain('can be compared by name alone');
    const denied = judged(bans, [component('@evil/x', null)]);
    expect(denied.status).toBe('fail');
    expect(denied.message).toContain('may be one that is banned');
  });

  it('is not evidenced without a bill of materials', () => {
    const outcome = judged([{ purl: 'pkg:npm/x' }], [], {
      evidence: [evidence('1', ['vulnerability'])],
    });
    expect(outcome.status).toBe('not-evidenced');
    expect(outcome.message).toContain('Upload an SBOM');
  });

  it('asks for components, and does not take none for an empty list', () => {
    expect(bannedComponents.needs?.({ components: [] })).toEqual({ components: true });
    expect(() => judged([{ purl: 'pkg:npm/x' }], [], { components: undefined })).toThrow(RuleFault);
  });
});

describe('banned-components, versions', () => {
  it.each([
    ['<2.17.1', '2.14.1', 'fail'],
    ['<2.17.1', '2.17.1', 'pass'],
    ['>=4.0.0 <4.2.0 || 5.x', '4.1.9', 'fail'],
    ['>=4.0.0 <4.2.0 || 5.x', '5.0.0', 'fail'],
    ['>=4.0.0 <4.2.0 || 5.x', '4.2.0', 'pass'],
    ['^1.2.3', 'v1.9.0', 'fail'],
    ['<2.0.0', '1.9.0-beta.1', 'fail'],
    ['*', '0.0.1', 'fail'],
  ])('%s, of %s: %s', (versions, version, status) => {
    expect(of({ purl: 'pkg:npm/x', versions }, `pkg:npm/x@${version}`, version)).toBe(status);
    expect(of({ purl: 'pkg:npm/x', versions }, `pkg:npm/x@${version}`)).toBe(status);
  });

  it.each(['33.0-jre', '1:2.30-1', 'latest', `1.${'9'.repeat(400)}.0`])(
    'takes %s, which cannot be compared, for banned',
    (version) => {
      const outcome = judged(
        [{ purl: 'pkg:npm/x', versions: '>90.0.0' }],
        [component('x', version, { purl: 'pkg:npm/x' })],
      );
      expect(outcome.status).toBe('fail');
      expect(outcome.message).toContain('its version cannot be compared with that');
    },
  );

  it('takes what has no version for banned', () => {
    expect(of({ purl: 'pkg:npm/x', versions: '<1.0.0' }, 'pkg:npm/x')).toBe('fail');
  });

  it('refuses what is no range: nobody knows what it was meant to keep out', () => {
    for (const versions of ['1.0.0 to 2.0.0', '>=', 'abc']) {
      const ban = { purl: 'pkg:npm/y', versions };
      expect(() => of(ban, 'pkg:npm/x@1.0.0'), versions).toThrow('is no range of versions');
      const given = input();
      expect(() => bannedComponents.evaluate({ components: [ban] }, given)).toThrow(RuleFault);
    }
  });

  it('tries all that are for one package', () => {
    const bans = [
      { purl: 'pkg:npm/x', versions: '<1.0.0' },
      { purl: 'pkg:npm/x', versions: '>=3.0.0' },
      { purl: 'pkg:npm/*', versions: '2.5.0' },
    ];
    const status = (version: string) => judged(bans, [component('x', version)]).status;
    expect(['0.9.0', '1.0.0', '2.5.0', '3.0.0'].map(status)).toEqual([
      'fail',
      'pass',
      'fail',
      'fail',
    ]);
  });
});

describe('banned-components, limits', () => {
  it.each([
    'pkg:npm/x@1.0.0',
    'pkg:npm/@scope',
    'pkg:npm/',
    'pkg:npm/*x',
    'pkg:npm/a*b',
    'pkg:npm/a*/x',
    'pkg:*/x',
    'pkg:npm/x?a=b',
    'npm/x',
    '*',
    `pkg:npm/${'x'.repeat(300)}`,
  ])('refuses %s', (purl) => {
    expect(() => of({ purl }, 'pkg:npm/x@1.0.0')).toThrow('not valid');
  });

  it('takes 1 to 100 of them, with nothing else', () => {
    const many = Array.from({ length: 101 }, (_, n) => ({ purl: `pkg:npm/x${n}` }));
    for (const banned of [[], many, [{ purl: 'pkg:npm/x', version: '1' }], [{}]]) {
      expect(() => judged(banned, [])).toThrow('not valid');
    }
    expect(judged(many.slice(1), []).status).toBe('pass');
  });
  it('looks at the time', () => {
    const checkTime = () => {
      throw new RuleFault('too long');
    };
    const all = [component('x', '1.0.0')];
    expect(() => judged([{ purl: 'pkg:npm/y' }], all, { checkTime })).toThrow('too long');
  });
});
