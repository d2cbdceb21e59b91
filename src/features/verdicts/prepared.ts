import { LruMap } from 'toad-cache';
import { type Prepared, prepare, type VerdictInputs } from '../../engine/index.js';

interface PreparedPolicies {
  readonly policies: VerdictInputs['policies'];
  readonly prepared: Prepared;
}

/** Most environments are guarded by few policies, and the policies of a project rarely change. */
const MAX_PREPARED = 50;

const known = new LruMap<PreparedPolicies>(MAX_PREPARED);

/**
 * Prepares the policies of an environment once for many calls. The key is all of their contents, so that a call never
 * uses another version.
 * @returns the prepared policies, for the inputs of the verdict
 */
export function preparedFor(policies: VerdictInputs['policies']): PreparedPolicies {
  const key = JSON.stringify(policies);
  const before = known.get(key);
  if (before) return before;
  const after = { policies, prepared: prepare(policies) };
  known.set(key, after);
  return after;
}
