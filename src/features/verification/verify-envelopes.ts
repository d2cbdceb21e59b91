import { createPublicKey, hash, type KeyObject } from 'node:crypto';
import type { Statement } from '../../database/sql.js';
import type { VerdictInputs } from '../../engine/index.js';
import { verifyEnvelope } from '../../security/signing/dsse.js';
import type { Keys } from '../../security/signing/keys.js';
import { canonicalJson } from '../../shared/canonical-json.js';
import type { Verifier } from './verifier.js';

const PAGE = 50;

/**
 * Envelopes in order, with their verdict and the digest in their event. `$1`–`$3`: the one before, `$4`: maximum
 * number, `$5`: unreadable events.
 */
const ENVELOPES: Statement = {
  name: 'verify-envelopes',
  text: `SELECT a.verdict_id AS "verdictId", a.predicate, a.artifact_sha256 AS artifact, a.key_id AS "keyId",
                a.envelope,
                v.id IS NOT NULL AS "isAbout", v.decision::text, v.environment, v.inputs, v.results,
                v.inputs_hash AS "inputsHash", v.evaluated_at AS "evaluatedAt", v.created_by AS "createdBy",
                (SELECT e.data::jsonb ->> 'sha256' FROM events e
                  WHERE e.subject_kind = 'verdict' AND e.subject_id = a.verdict_id::text
                    AND e.type = 'attestation.signed'
                    AND e.id <> ALL ($5::uuid[]) AND e.data::jsonb ->> 'predicate' = a.predicate
                    AND COALESCE(e.data::jsonb ->> 'artifact', '') = a.artifact_sha256
                  ORDER BY e.id DESC LIMIT 1) AS sha256
           FROM verdict_attestations a LEFT JOIN verdicts v ON v.id = a.verdict_id
          WHERE (a.verdict_id, a.predicate, a.artifact_sha256) > ($1::uuid, $2::text, $3::text)
          ORDER BY a.verdict_id, a.predicate, a.artifact_sha256 LIMIT $4`,
};

/** Envelopes that an event says were signed, and that are not there. `$1`: unreadable events. */
const MISSING: Statement = {
  text: `SELECT e.subject_id AS id, e.data::jsonb ->> 'predicate' AS predicate FROM events e
          WHERE e.subject_kind = 'verdict' AND e.type = 'attestation.signed' AND e.subject_id <> 'erased'
            AND e.id <> ALL ($1::uuid[])
            AND NOT EXISTS (SELECT 1 FROM verdict_attestations a
                             WHERE a.verdict_id::text = e.subject_id AND a.predicate = e.data::jsonb ->> 'predicate'
                               AND a.artifact_sha256 = COALESCE(e.data::jsonb ->> 'artifact', ''))
          LIMIT 1000`,
};

interface EnvelopeRow {
  readonly verdictId: string;
  readonly predicate: string;
  /** Empty: of all artifacts of the verdict. */
  readonly artifact: string;
  readonly keyId: string;
  readonly envelope: string;
  /** The verdict exists. */
  readonly isAbout: boolean;
  readonly decision: string;
  readonly environment: string;
  readonly inputs: VerdictInputs;
  readonly results: object;
  readonly inputsHash: string;
  readonly evaluatedAt: Date;
  readonly createdBy: string;
  /** Null: an earlier version of the server signed it, or its event was erased. */
  readonly sha256: string | null;
}

type Json = Readonly<Record<string, unknown>>;

const agree = (one: unknown, other: unknown) =>
  canonicalJson([one ?? null]) === canonicalJson([other ?? null]);

/** The digests that a statement about the verdict has, in order. */
function subjectsOf({ inputs, artifact }: EnvelopeRow): string[] {
  const about = inputs.artifacts.filter(({ sha256 }) => artifact === '' || sha256 === artifact);
  return about
    .flatMap(({ sha256, digests }) => [
      sha256,
      ...digests.map((one) => one.replace(/^sha256:/, '')),
    ])
    .sort();
}

function saysTheSame(row: EnvelopeRow, statement: Json): boolean {
  const { subject, predicate } = statement as {
    subject: { digest: { sha256: string } }[];
    predicate: Json & { policy: { uri: string } };
  };
  const subjects = [...new Set(subject.map(({ digest }) => digest.sha256))].sort();
  if (!agree(subjects, [...new Set(subjectsOf(row))])) return false;
  const at = row.evaluatedAt.toISOString();
  if (row.predicate === 'vsa') {
    // A break-glass allows, and no policy passed.
    const isPassed = row.decision === 'allow' && !row.inputs.breakGlass;
    const result = isPassed ? 'PASSED' : 'FAILED';
    return (
      predicate.verificationResult === result &&
      predicate.timeVerified === at &&
      predicate.policy.uri.endsWith(`/environments/${row.environment}`)
    );
  }
  const { verdictId, decision, environment, inputs, results, inputsHash, decidedAt, decidedBy } =
    predicate;
  const said = {
    verdictId,
    decision,
    environment,
    inputs,
    results,
    inputsHash,
    decidedAt,
    decidedBy,
  };
  const { createdBy, ...stored } = row;
  const pairs = { ...stored, decidedAt: at, decidedBy: createdBy };
  return Object.entries(said).every(([name, value]) => agree(value, Reflect.get(pairs, name)));
}

function faultOf(row: EnvelopeRow, keys: ReadonlyMap<string, KeyObject>): string | undefined {
  if (!row.isAbout) return 'its verdict is missing';
  if (row.sha256 !== null && hash('sha256', row.envelope, 'hex') !== row.sha256)
    return 'it is not the one that its event has the digest of';
  const key = keys.get(row.keyId);
  if (!key) return "its key is not in the keys' folder";
  try {
    const { payload } = verifyEnvelope(JSON.parse(row.envelope), [key]);
    return saysTheSame(row, JSON.parse(payload.toString()))
      ? undefined
      : 'it says something else than its verdict';
  } catch {
    return 'its key did not sign it';
  }
}

/**
 * Compares stored statements about verdicts with the digests in their events, and with their verdicts, and verifies
 * their signatures.
 * @param keys undefined: nothing is compared
 * @returns how many were compared
 */
export async function verifyEnvelopes(
  { read, report, unsure }: Verifier,
  keys: Keys | undefined,
  unreadable: readonly string[],
): Promise<number> {
  for (const { id, predicate } of await read<{ id: string; predicate: string }>(MISSING, [
    unreadable,
  ])) {
    report(`attestation ${predicate} of verdict ${id}: it is missing`);
  }
  const publicKeys = new Map(
    keys?.list().verdicts.map(({ keyId, publicKey }) => [keyId, createPublicKey(publicKey)]),
  );
  let place = ['00000000-0000-0000-0000-000000000000', '', ''];
  for (let count = 0; ; ) {
    const rows = await read<EnvelopeRow>(ENVELOPES, [...place, PAGE, unreadable]);
    for (const row of rows) {
      place = [row.verdictId, row.predicate, row.artifact];
      if (!keys) {
        unsure('attestation', "there is no keys' folder to verify its signature");
        continue;
      }
      count += 1;
      const fault = faultOf(row, publicKeys);
      if (fault) report(`attestation ${row.predicate} of verdict ${row.verdictId}: ${fault}`);
      else if (row.sha256 === null)
        unsure(
          'attestation',
          'it was signed before the log had that, so only its signature and content were compared',
        );
    }
    if (rows.length < PAGE) return count;
  }
}
