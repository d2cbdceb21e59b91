import { describe, expect, it } from 'vitest';
import { ask, input } from './input.support.js';

const sealed = (state: 'open' | 'sealed' | 'revoked') =>
  ask('sealed-only', {}, input({ release: { state } }));

describe('sealed-only', () => {
  it('passes a release that is sealed', () => expect(sealed('sealed').status).toBe('pass'));

  it('denies one that is open, and says how to seal it', () => {
    expect(sealed('open')).toMatchObject({ status: 'fail' });
    expect(sealed('open').message).toContain('POST /releases/{id}/seal');
  });

  it('denies one that was revoked', () => {
    expect(sealed('revoked')).toMatchObject({ status: 'fail' });
    expect(sealed('revoked').message).toContain('make a new release');
  });

  it('has no parameters', () => {
    expect(() => ask('sealed-only', { state: 'open' }, input())).toThrow(
      'Its parameters are not valid: state is no parameter of it',
    );
  });
});
