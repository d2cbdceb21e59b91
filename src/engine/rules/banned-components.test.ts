import { describe, expect, it } from 'vitest';
import { OF_SUBJECT } from '../../vocabulary/licence-names.js';
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
  it('passes without a banned component', () => {
    expect(judged([{ purl: 'pkg:npm/event-stream' }], [component('event', '1.0.0')])).toEqual({
      status: 'pass',
      message: '1 component, 0 banned',
      evidence: ['1'],
    });
  });

  it('names what it found, and the reason of the ban', () => {
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
      `2 banned components, 0 allowed: ${log4j}@2.14.1?type=jar (versions <2.17.1 are banned); pkg:npm/event-stream@3.3.6 (all versions are banned: Steals wallets). Update them and upload`,
    );
    expect(judged(banned, all.toReversed())).toEqual(outcome);
  });

  it('checks both versions if the package URL and the version field differ', () => {
    const banned = { purl: 'pkg:npm/evil', versions: '<2.0.0' };
    expect(of(banned, 'pkg:npm/evil@1.0.0', '99.0.0')).toBe('fail');
    expect(of(banned, 'pkg:npm/evil@99.0.0', '1.0.0')).toBe('fail');
    expect(of(banned, 'pkg:npm/evil@2.0.0', '2.0.1')).toBe('pass');
  });

  it('denies a component that nothing tells from a banned one', () => {
    const nameless = (licences: string[]) => component(' ', null, { purl: null, licences });
    const { status, message } = judged([{ purl: 'pkg:npm/evil' }], [nameless([])]);
    expect(status).toBe('fail');
    expect(message).toContain('a component without a name and without a package URL');
    expect(judged([{ purl: 'pkg:npm/evil' }], [nameless([OF_SUBJECT])]).status).toBe('pass');
  });

  it('names ten, and the number of the others', () => {
    const all = Array.from({ length: 40 }, (_, n) => component(`c${n}`, '1.0.0'));
    expect(judged([{ purl: 'pkg:npm/*' }], all).message).toContain('; and 30 more.');
  });

  it('compares components without a package URL by name, and says so', () => {
    const bans = [{ purl: 'pkg:npm/%40evil/x' }];
    const passed = judged(bans, [component('z', null), component('y', '1')]);
    expect(passed.status).toBe('pass');
    expect(passed.message).toContain('compared by name only');
    const denied = judged(bans, [component('@evil/x', null)]);
    expect(denied.status).toBe('fail');
    expect(denied.message).toContain('its name is that of a banned component');
  });

  it.each([
    ['pkg:npm/@evil/*', '@evil/x', null],
    ['pkg:npm/@evil/x*', '@evil/xyz', null],
    ['pkg:npm/*/event-stream', '@evil/event-stream', null],
    ['pkg:npm/event-*', 'event-stream', null],
    ['pkg:maven/org.evil/*', 'org.evil/x', null],
    ['pkg:npm/event-stream', 'event-stream', 'pkg:generic/event-stream@1'],
    ['pkg:npm/@evil/*', '@evil/x', 'pkg:generic/x@1'],
  ])('%s bans %s with the package URL %s', (purl, name, own) => {
    expect(judged([{ purl }], [component(name, '1', { purl: own })]).status).toBe('fail');
  });

  it.each([
    ['pkg:npm/*', 'left-pad'],
    ['pkg:npm/@evil/*', 'x'],
    ['pkg:npm/@evil/*', '@good/x'],
    ['pkg:npm/event-*', 'stream'],
  ])('%s does not ban %s without a package URL', (purl, name) => {
    expect(judged([{ purl }], [component(name, '1', { purl: null })]).status).toBe('pass');
  });

  it('is not evidenced without an SBOM', () => {
    const outcome = judged([{ purl: 'pkg:npm/x' }], [], {
      evidence: [evidence('1', ['vulnerability'])],
    });
    expect(outcome.status).toBe('not-evidenced');
    expect(outcome.message).toContain('Upload an SBOM');
  });

  it('needs components, and refuses missing ones', () => {
    expect(bannedComponents.needs?.({ components: [], scope: 'release' })).toEqual({
      components: true,
    });
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
    'counts %s, which cannot be compared, as banned',
    (version) => {
      const outcome = judged(
        [{ purl: 'pkg:npm/x', versions: '>90.0.0' }],
        [component('x', version, { purl: 'pkg:npm/x' })],
      );
      expect(outcome.status).toBe('fail');
      expect(outcome.message).toContain('its version cannot be compared');
    },
  );

  it('counts a component without a version as banned', () => {
    expect(of({ purl: 'pkg:npm/x', versions: '<1.0.0' }, 'pkg:npm/x')).toBe('fail');
  });

  it('refuses an invalid range', () => {
    for (const versions of ['1.0.0 to 2.0.0', '>=', 'abc']) {
      const ban = { purl: 'pkg:npm/y', versions };
      expect(() => of(ban, 'pkg:npm/x@1.0.0'), versions).toThrow('is not a SemVer range');
      const given = input();
      expect(() =>
        bannedComponents.evaluate({ components: [ban], scope: 'release' }, given),
      ).toThrow(RuleFault);
    }
  });

  it('tries all bans of one package', () => {
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

  it('accepts 1 to 100 entries without unknown fields', () => {
    const many = Array.from({ length: 101 }, (_, n) => ({ purl: `pkg:npm/x${n}` }));
    for (const banned of [[], many, [{ purl: 'pkg:npm/x', version: '1' }], [{}]]) {
      expect(() => judged(banned, [])).toThrow('not valid');
    }
    expect(judged(many.slice(1), []).status).toBe('pass');
  });

  it('checks the time', () => {
    const checkTime = () => {
      throw new RuleFault('too long');
    };
    const all = [component('x', '1.0.0')];
    expect(() => judged([{ purl: 'pkg:npm/y' }], all, { checkTime })).toThrow('too long');
  });
});

describe('another spelling of a banned package', () => {
  it.each([
    ['pkg:golang/github.com/acme/app/v2', 'pkg:golang/github.com/acme/app@v2.1.0#v2'],
    ['pkg:golang/github.com/acme/app', 'pkg:golang/github.com/Acme/app/v3@v3.1.0'],
    ['pkg:golang/github.com/acme/sdk/*', 'pkg:golang/github.com/acme/sdk@v1.0.0#core'],
    ['pkg:cargo/foo_bar', 'pkg:cargo/foo-bar@1.0.0'],
    ['pkg:cargo/foo-*', 'pkg:cargo/foo_bar@1.0.0'],
    ['pkg:docker/Acme/App', 'pkg:docker/acme/app@1'],
    ['pkg:nuget/newtonsoft.json', 'pkg:nuget/NEWTONSOFT.JSON@13.0.1'],
    ['pkg:pypi/ruamel.yaml', 'pkg:pypi/Ruamel_YAML@0.18'],
    ['pkg:npm/@evil/x', 'pkg:npm/%40evil%2Fx@1.0.0'],
    ['pkg:deb/debian/curl', 'pkg:deb/debian/curl@1:7.88?epoch=1&arch=amd64'],
    ['pkg:rpm/fedora/curl', 'pkg:rpm/fedora/curl@7.88?epoch=2&upstream=curl-7.88.src.rpm'],
  ])('%s: %s', (purl, other) => expect(of({ purl }, other)).toBe('fail'));

  it('is not another package', () => {
    expect(
      of({ purl: 'pkg:golang/github.com/acme/app/v2' }, 'pkg:golang/github.com/acme/app@v1.0.0'),
    ).toBe('pass');
    const old = { purl: 'pkg:golang/github.com/acme/app', versions: '<2.0.0' };
    expect(of(old, 'pkg:golang/github.com/acme/app/v3@v3.0.0')).toBe('pass');
  });
});
