import type { VerdictInputs } from '../../engine/index.js';
import type { VerdictRecord } from '../verdicts/index.js';

/** What attestations say of a stored verdict. Times are ISO 8601 in UTC, digests lower-case hexadecimal SHA-256. */
export interface DecidedVerdict {
  readonly id: string;
  readonly projectId: number;
  readonly releaseId: string;
  readonly environment: string;
  readonly decision: 'allow' | 'deny';
  /** Version of the rules. */
  readonly engine: number;
  readonly inputsHash: string;
  readonly verdictHash: string;
  readonly inputs: VerdictInputs;
  readonly results: VerdictRecord['results'];
  readonly decidedAt: string;
  readonly decidedBy: string;
}

/** An artifact of the release. */
export interface AttestedArtifact {
  readonly name: string;
  readonly sha256: string;
  /** Other digests of the same artifact, as `sha256:…`: the index and the platforms of an image. */
  readonly digests: readonly string[];
  readonly purl: string | null;
}

/** Something that the decision depends on, by its digest. */
export interface DigestOf {
  readonly id: string;
  readonly sha256: string;
}

/** The server that decided. */
export interface Verifier {
  /** Its URL, without a slash at the end. */
  readonly installation: string;
  /** Version of the server. */
  readonly version: string;
}

/**
 * @param waivers digests of the canonical statements about the waivers
 * @throws {Error} unless they are those of the verdict: an attestation that names only some would mislead
 */
export function requireWaivers(verdict: DecidedVerdict, waivers: readonly DigestOf[]): void {
  const ids = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id).sort();
  if (ids(waivers).join() !== ids(verdict.inputs.waivers).join()) {
    throw new Error(`Not every waiver of verdict ${verdict.id} has a digest, or another one has`);
  }
}

/** All evidence that the verdict depends on, with the digests of the documents as received. */
export const evidenceOf = ({ inputs }: DecidedVerdict): DigestOf[] =>
  inputs.evidence.map(({ id, sha256 }) => ({ id, sha256 }));
