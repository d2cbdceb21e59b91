import { hash } from 'node:crypto';
import { canonicalJson } from '../../shared/canonical-json.js';
import type { CanonicalInputs } from './canonical.js';
import type { Judgement, PolicyRule, VerdictInputs } from './inputs.js';

/**
 * Incremented when the same inputs are decided differently, because a rule was added, changed or removed. It
 * distinguishes verdicts, and stored counts of defects, of two versions of the server.
 */
export const ENGINE = 6;

const sha256 = (text: string) => hash('sha256', text, 'hex');

/** SHA-256 of the rules of a policy as canonical JSON, in lower-case hexadecimal. The order of the rules matters. */
export const rulesSha256 = (rules: readonly PolicyRule[]): string => sha256(canonicalJson(rules));

/**
 * Returns the part of the inputs that is hashed. It has no ids of evidence, so the same documents uploaded again are
 * the same inputs. Old evidence is named by its index in `evidence`, from 0. The digest of a policy replaces its rules.
 * @param engine version of the rules
 */
export function hashedInputs(inputs: CanonicalInputs | VerdictInputs, engine = ENGINE) {
  const { evidence, policies, tooOld, ...rest } = inputs;
  const places = new Map(evidence.map(({ id }, place) => [id, place]));
  return {
    ...rest,
    engine,
    evidence: evidence.map(({ id: _id, ...content }) => content),
    policies: policies.map(({ rules: _rules, ...policy }) => policy),
    tooOld: tooOld.map((rule) => ({
      ...rule,
      evidence: rule.evidence.flatMap((id) => places.get(id) ?? []),
    })),
  };
}

/**
 * SHA-256 of `hashedInputs` as canonical JSON, in lower-case hexadecimal. Does not depend on the time of the verdict.
 */
export const inputsHash = (inputs: CanonicalInputs): string =>
  sha256(canonicalJson(hashedInputs(inputs)));

/** The same for inputs as they are stored, which were in canonical order, and the version of the rules of that time. */
export const storedInputsHash = (inputs: VerdictInputs, engine: number): string =>
  sha256(canonicalJson(hashedInputs(inputs, engine)));

/** What `verdictHash` covers. `inputsHash` stands for the inputs. */
export interface HashedVerdict extends Pick<Judgement, 'decision'> {
  readonly releaseId: string;
  readonly environment: string;
  readonly inputsHash: string;
  readonly engine: number;
  /** As the API shows them, so that the hash can be computed from an answer. */
  readonly results: readonly object[];
}

/**
 * SHA-256 of a verdict as canonical JSON, in lower-case hexadecimal: what it is about, its inputs, the decision and its
 * results. It does not cover the id, the times and the callers.
 */
export function verdictHash(verdict: HashedVerdict): string {
  const { releaseId, environment, inputsHash: hash, engine, decision, results } = verdict;
  const hashed = { releaseId, environment, inputsHash: hash, engine, decision, results };
  return sha256(canonicalJson(hashed));
}
