import { type Static, Type } from '@sinclair/typebox';
import { nullableString, type ReadOnly, stringEnum } from '../../contract/schemas.js';
import { isUnderBreakGlass } from '../../engine/index.js';
import { type Statement, statementOf } from '../../security/signing/statement.js';
import {
  type AttestedArtifact,
  type DecidedVerdict,
  type DigestOf,
  evidenceOf,
  requireWaivers,
  type Verifier,
} from './decided.js';
import { subjectsOf } from './vsa.js';

/**
 * Our own predicate: a verdict with all of its inputs and results. The URI is a name. `.invalid` belongs to no one, and
 * every server has the schema under `/schemas/verdict/v1`.
 */
export const VERDICT_TYPE = 'https://srp.invalid/schemas/verdict/v1';

const digest = (description: string) => Type.String({ pattern: '^[0-9a-f]{64}$', description });
const id = Type.String({ format: 'uuid' });
const open = { additionalProperties: true };

const WithDigest = Type.Object({ id, sha256: digest('SHA-256, in lower-case hexadecimal') }, open);

const Result = Type.Object(
  {
    policy: nullableString({ description: 'null: a rule that applies without a policy' }),
    policyVersion: Type.Unsafe<number | null>({ type: ['integer', 'null'] }),
    rule: Type.String(),
    mode: Type.String({ description: '`block` or `warn`' }),
    status: Type.String({ description: '`pass`, `fail`, `not-evidenced` or `error`' }),
    denies: Type.Boolean(),
    message: Type.String(),
    evidence: Type.Array(id),
    findings: Type.Array(Type.Object({}, open)),
    waivers: Type.Array(id),
  },
  open,
);

/** Readers ignore members that they do not know, so objects are open. A changed meaning is a new version. */
export const VerdictPredicate = Type.Object(
  {
    verifier: Type.Object({ id: Type.String({ format: 'uri' }), version: Type.String() }, open),
    verdictId: id,
    release: Type.Object(
      { id, projectId: Type.Integer(), version: Type.String(), commit: Type.String() },
      open,
    ),
    environment: Type.String(),
    decision: stringEnum(['allow', 'deny']),
    breakGlass: Type.Optional(
      Type.Boolean({
        description:
          'true: people broke the glass, which `inputs.breakGlass` names. The release may go although the results ' +
          'with `overridden` deny it. Otherwise absent',
      }),
    ),
    decidedAt: Type.String({ format: 'date-time' }),
    decidedBy: Type.String({ description: 'Subject of the caller who asked first' }),
    engine: Type.Integer({ description: 'Version of the rules' }),
    inputsHash: digest(
      'SHA-256 of the inputs without ids of evidence, as canonical JSON (RFC 8785)',
    ),
    verdictHash: digest('SHA-256 of release, environment, inputs, engine, decision and results'),
    inputs: Type.Object(
      {},
      { ...open, description: 'Everything that the decision depends on, as it was stored' },
    ),
    results: Type.Array(Result, { description: 'Result of each rule' }),
    evidence: Type.Array(WithDigest, {
      description: 'All evidence: digests of documents as received',
    }),
    waivers: Type.Array(WithDigest, {
      description: 'All waivers: digests of canonical statements',
    }),
  },
  {
    ...open,
    $id: VERDICT_TYPE,
    title: 'Verdict',
    description:
      'Predicate of an in-toto statement: whether a release may go to an environment, and why',
  },
);
export type VerdictPredicate = ReadOnly<Static<typeof VerdictPredicate>>;

/** @throws {Error} without an artifact, and if a waiver of the verdict has no digest */
export function verdictStatementOf(
  verdict: DecidedVerdict,
  artifacts: readonly AttestedArtifact[],
  waivers: readonly DigestOf[],
  { installation, version }: Verifier,
): Statement<VerdictPredicate> {
  requireWaivers(verdict, waivers);
  const { release } = verdict.inputs;
  return statementOf(artifacts.flatMap(subjectsOf), VERDICT_TYPE, {
    verifier: { id: installation, version },
    verdictId: verdict.id,
    release: {
      id: verdict.releaseId,
      projectId: verdict.projectId,
      version: release.version,
      commit: release.commit,
    },
    environment: verdict.environment,
    decision: verdict.decision,
    ...(verdict.decision === 'allow' && isUnderBreakGlass(verdict.results) && { breakGlass: true }),
    decidedAt: verdict.decidedAt,
    decidedBy: verdict.decidedBy,
    engine: verdict.engine,
    inputsHash: verdict.inputsHash,
    verdictHash: verdict.verdictHash,
    inputs: { ...verdict.inputs },
    results: verdict.results.map((result) => ({ ...result })),
    evidence: evidenceOf(verdict),
    waivers: waivers.map(({ id: of, sha256 }) => ({ id: of, sha256 })),
  });
}
