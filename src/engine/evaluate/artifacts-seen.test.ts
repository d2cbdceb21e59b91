import { expect, it } from 'vitest';
import { canonicalInputs } from './canonical.js';
import { inputsHash } from './hash.js';
import { inputs, record } from './inputs.support.js';

const hash = (artifactsSeen?: number | null) =>
  inputsHash(canonicalInputs(inputs({ evidence: [{ ...record('1'), artifactsSeen }] })));

it('the number of artifacts that evidence could see is an input', () => {
  expect(new Set([hash(), hash(0), hash(1)]).size).toBe(3);
  expect(hash(null)).toBe(hash());
});
