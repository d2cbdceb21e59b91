import { expect, it } from 'vitest';
import { canonicalInputs } from './canonical.js';
import { inputsHash } from './hash.js';
import { inputs, record } from './inputs.support.js';

/** What speaks of artifacts speaks of those that it could see. */
const hash = (artifactsSeen?: number | null) =>
  inputsHash(canonicalInputs(inputs({ evidence: [{ ...record('1'), artifactsSeen }] })));

it('artifacts that evidence could see are an input', () => {
  expect(new Set([hash(), hash(0), hash(1)]).size).toBe(3);
  expect(hash(null)).toBe(hash());
});
