import { describe, expect, it } from 'vitest';
import { ask, input } from './input.support.js';

const sealed = (state: 'open' | 'sealed' | 'revoked') =>
  ask('sealed-only', {}, input({ release: { state } }));

describe('sealed-only', () => {
  it('passes a sealed release', () => expect(sealed('sealed').status).toBe('pass'));

  it('denies an open release, and says how to seal it', () => {
    expect(sealed('open')).toMatchObject({ status: 'fail' });
    expect(sealed('open').message).toContain('POST /releases/{id}/seal');
  });

  it('denies a revoked release', () => {
    expect(sealed('revoked')).toMatchObject({ status: 'fail' });
    expect(sealed('revoked').message).toContain('Register a new release');
  });

  it('has no parameters', () => {
    expect(() => ask('sealed-only', { state: 'open' }, input())).toThrow(
      'The parameters are not valid: state is not a known parameter',
    );
  });
});
