import { type Static, Type } from '@sinclair/typebox';
import { resourceName } from '../../contract/resource-name.js';
import { defaulted, parameter, sha256, stringEnum } from '../../contract/schemas.js';
import { PREDICATES } from './attestations.service.js';

const size = (description: string) =>
  Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description }));

export const AttestationQuery = Type.Object(
  {
    predicate: defaulted(
      stringEnum(PREDICATES, {
        default: 'vsa',
        description: [
          '`vsa`: a Verification Summary Attestation (SLSA) about one artifact, for other tools.',
          '`verdict`: the whole verdict, with its inputs and results',
        ].join(' '),
      }),
    ),
    format: defaulted(
      stringEnum(['dsse', 'bundle'], {
        default: 'dsse',
        description: '`dsse`: the envelope. `bundle`: a Sigstore bundle v0.3 around it, for cosign',
      }),
    ),
    artifact: parameter(
      sha256(''),
      'SHA-256 of the artifact. A VSA needs it if the verdict is about several',
    ),
  },
  { additionalProperties: false },
);

export const AuditPackQuery = Type.Object(
  {
    environment: parameter(
      resourceName('', ''),
      'Only verdicts and deployments of this environment. The entries of the log are all of the release',
    ),
    size: size(
      'The pack as of this size of the log: that of a published checkpoint. Absent: now, and the log records it',
    ),
    from: size(
      'Size of an earlier checkpoint that you have: adds a proof that the log since then only grew',
    ),
  },
  { additionalProperties: false },
);

export type AttestationQuery = Static<typeof AttestationQuery>;
export type AuditPackQuery = Static<typeof AuditPackQuery>;
