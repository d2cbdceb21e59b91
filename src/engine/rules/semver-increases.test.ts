import { describe, expect, it } from 'vitest';
import { ask, input } from './input.support.js';

const judged = (running: string | null, version: string) =>
  ask(
    'semver-increases',
    {},
    input({
      release: { version },
      running: running === null ? null : { id: 'r', version: running },
    }),
  );

describe('semver-increases', () => {
  it.each([
    ['1.4.0', '1.4.1'],
    ['1.9.0', '1.10.0'],
    ['1.4.0-rc.1', '1.4.0'],
    ['1.4.0-rc.2', '1.4.0-rc.10'],
    ['v1.4.0', '1.4.1'],
    ['1.4.0', 'v2.0.0'],
  ])('%s, then %s', (running, version) => {
    expect(judged(running, version)).toEqual({
      status: 'pass',
      message: `${version} is newer than ${running}, the running release`,
    });
  });

  it.each([
    ['1.4.1', '1.4.0'],
    ['1.4.0', '1.4.0-rc.1'],
    ['1.4.0', 'v1.4.0'],
    ['1.4.0+a', '1.4.0+b'],
    ['1.10.0', '1.9.0'],
  ])('not %s, then %s', (running, version) => {
    expect(judged(running, version).status).toBe('fail');
    expect(judged(running, version).message).toContain(`${version} is not newer than ${running}`);
  });

  it.each(['1.4', 'latest', '1.4.0.1', '01.4.0', '1.4.0-01', 'v', '=1.4.0', '9'.repeat(300)])(
    'denies %s, which is not a SemVer version',
    (version) => {
      for (const running of [null, '1.0.0', version]) {
        expect(judged(running, version).status).toBe('fail');
        expect(judged(running, version).message).toContain('not a SemVer version');
      }
    },
  );

  it('allows any SemVer version if no release runs', () => {
    expect(judged(null, '0.0.1').status).toBe('pass');
    expect(judged(null, '0.0.1').message).toContain('no running release is known');
  });

  it('allows the running release', () => {
    expect(judged('1.4.0+b', '1.4.0+b')).toMatchObject({ status: 'pass' });
    expect(judged('1.4.0+b', '1.4.0+b').message).toContain('is the running release');
  });

  it('denies if the running release cannot be compared, and says what helps', () => {
    expect(judged('build-77', '1.4.0')).toMatchObject({ status: 'fail' });
    expect(judged('build-77', '1.4.0').message).toContain(
      'build-77, the running release, is not a SemVer version',
    );
  });

  it('has no parameters', () => {
    expect(() => ask('semver-increases', { loose: true }, input())).toThrow('not valid');
  });
});
