import { createHash } from 'node:crypto';
import { isUnderBreakGlass } from '../../engine/index.js';
import { type Statement, type Subject, statementOf } from '../../security/signing/statement.js';
import { canonicalJson } from '../../shared/canonical-json.js';
import {
  type AttestedArtifact,
  type DecidedVerdict,
  type DigestOf,
  evidenceOf,
  requireWaivers,
  type Verifier,
} from './decided.js';

/** SLSA Verification Summary Attestation v1 (SLSA 1.2): a verdict about one artifact, for other people's tools. */
export const VSA_TYPE = 'https://slsa.dev/verification_summary/v1';
const SLSA_VERSION = '1.2';

interface Resource {
  readonly uri: string;
  readonly digest: { readonly sha256: string };
}

export interface VsaPredicate {
  readonly verifier: { readonly id: string; readonly version: Readonly<Record<string, string>> };
  readonly timeVerified: string;
  readonly resourceUri: string;
  readonly policy: Resource;
  /** All evidence and waivers. Absent if the verdict depends on none. */
  readonly inputAttestations?: readonly Resource[];
  readonly verificationResult: 'PASSED' | 'FAILED';
  readonly verifiedLevels: readonly string[];
  readonly slsaVersion: string;
}

/** No level of SLSA is claimed. The environment is in no field of its own, so it is part of our level. */
const levelsOf = ({ decision, environment, results }: DecidedVerdict) => {
  if (decision !== 'allow') return ['FAILED'];
  return isUnderBreakGlass(results)
    ? ['FAILED', `SRP_BREAK_GLASS_${environment}`]
    : ['SLSA_BUILD_LEVEL_UNEVALUATED', `SRP_ALLOWED_${environment}`];
};

/** A break-glass lets a release pass, and passes no policy. So the summary of it is one of a failure. */
const resultOf = ({ decision, results }: DecidedVerdict) =>
  decision === 'allow' && !isUnderBreakGlass(results) ? 'PASSED' : 'FAILED';

/** SHA-256 of the names, versions and digests of all policies, as canonical JSON, in the order of the inputs. */
export const policiesSha256 = (policies: DecidedVerdict['inputs']['policies']): string =>
  createHash('sha256')
    .update(canonicalJson(policies.map(({ name, version, sha256 }) => ({ name, version, sha256 }))))
    .digest('hex');

/** The artifact under each of its digests. */
export const subjectsOf = ({ name, sha256, digests }: AttestedArtifact): Subject[] =>
  [...new Set([sha256, ...digests.map((digest) => digest.replace(/^sha256:/, ''))])].map(
    (digest) => ({ name, digest: { sha256: digest } }),
  );

/** @throws {Error} if a waiver of the verdict has no digest */
export function vsaOf(
  verdict: DecidedVerdict,
  artifact: AttestedArtifact,
  waivers: readonly DigestOf[],
  { installation, version }: Verifier,
): Statement<VsaPredicate> {
  requireWaivers(verdict, waivers);
  const resource = (path: string, sha256: string) => ({
    uri: `${installation}/${path}`,
    digest: { sha256 },
  });
  const inputs = [
    ...evidenceOf(verdict).map(({ id, sha256 }) => resource(`evidence/${id}`, sha256)),
    ...waivers.map(({ id, sha256 }) => resource(`waivers/${id}`, sha256)),
  ];
  return statementOf(subjectsOf(artifact), VSA_TYPE, {
    verifier: { id: installation, version: { server: version, engine: String(verdict.engine) } },
    timeVerified: verdict.decidedAt,
    resourceUri: artifact.purl ?? `${installation}/artifacts/${artifact.sha256}`,
    policy: resource(
      `environments/${verdict.environment}`,
      policiesSha256(verdict.inputs.policies),
    ),
    ...(inputs.length > 0 && { inputAttestations: inputs }),
    verificationResult: resultOf(verdict),
    verifiedLevels: levelsOf(verdict),
    slsaVersion: SLSA_VERSION,
  });
}
