import { createHash } from 'node:crypto';
import { canonicalJson } from '../../shared/canonical-json.js';
import type { CanonicalInputs } from './canonical.js';
import type { PolicyRule } from './inputs.js';

/**
 * Counts up when the same inputs would be decided in another way: a rule is new, or was changed or removed. Verdicts of two versions of the
 * server are told apart by it, and so are counts that were added up by another one.
 */
export const ENGINE = 1;

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** SHA-256 of the rules of a policy as canonical JSON, in lower-case hexadecimal: their order counts. */
export const rulesSha256 = (rules: readonly PolicyRule[]): string => sha256(canonicalJson(rules));

/**
 * What is hashed of the inputs. Ids of evidence are not: the same documents uploaded anew are the same inputs. What is too old is named by its place
 * in `evidence`, from 0. Rules are not in it, the digest of their policy is.
 */
export function hashedInputs(inputs: CanonicalInputs) {
  const { evidence, policies, tooOld, ...rest } = inputs;
  const places = new Map(evidence.map(({ id }, place) => [id, place]));
  return {
    ...rest,
    engine: ENGINE,
    evidence: evidence.map(({ id: _id, ...content }) => content),
    policies: policies.map(({ rules: _rules, ...policy }) => policy),
    tooOld: tooOld.map((rule) => ({
      ...rule,
      evidence: rule.evidence.flatMap((id) => places.get(id) ?? []),
    })),
  };
}

/** SHA-256 of `hashedInputs` as canonical JSON, in lower-case hexadecimal. The time of the verdict is no part of it. */
export const inputsHash = (inputs: CanonicalInputs): string =>
  sha256(canonicalJson(hashedInputs(inputs)));
