import { type Static, Type } from '@sinclair/typebox';
import { queryById } from '../../contract/page.js';
import {
  defaulted,
  nullableString,
  nullableTimestamp,
  parameter,
  schemaRef,
  sha256,
  stringEnum,
  timestamp,
  uuid,
} from '../../contract/schemas.js';
import { kinds } from '../../documents/kinds/index.js';
import { SEVERITIES } from '../../vocabulary/severity.js';
import { findingCountsExample, Summary, zeros } from './summary.schemas.js';

export const KIND_NAMES = kinds.map(({ name }) => name);

/** Only current evidence counts. */
export const STATUSES = ['current', 'superseded', 'retracted'] as const;

const DIGEST = '1f3c5e7a9b0d2f4e6a8c0b1d3f5e7a9c1b3d5f7e9a0c2b4d6f8e1a3c5b7d9f0e';

export const evidenceExample = {
  id: '019aaf61-0b52-7f1e-b3c4-5d6e7f8091a2',
  projectId: 1,
  releaseId: '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e',
  artifact: null,
  kind: 'trivy',
  label: 'trivy-image',
  status: 'current',
  summary: {
    shows: ['vulnerability'],
    coverage: [
      {
        what: 'vulnerability',
        ran: 'yes',
        of: [{ type: 'image', name: 'registry.example.org/payments:1.4.0' }],
        lookedAt: 214,
        at: '2026-11-25T10:01:00.000Z',
      },
    ],
    targets: ['Trivy image registry.example.org/payments'],
    findings: {
      total: 4,
      reportedBySeverity: zeros(SEVERITIES, { critical: 1, high: 3 }),
      ...findingCountsExample,
    },
  },
  tool: 'Trivy',
  toolVersion: '0.58.1',
  specVersion: '2',
  parserVersion: 1,
  mediaType: 'application/json',
  size: 48_211,
  receivedSha256: DIGEST,
  storedSha256: DIGEST,
  scanners: [],
  mayAbsolve: false,
  createdAt: '2026-11-25T10:02:00.000Z',
  createdBy: 'jenkins',
  triggeredBy: null,
  lastReceivedAt: '2026-11-25T10:02:00.000Z',
  supersededAt: null,
  supersededBy: null,
  retractedAt: null,
  retractedBy: null,
  retractReason: null,
  documentRemoved: null,
};

export const Evidence = Type.Object(
  {
    id: uuid(),
    projectId: Type.Integer(),
    releaseId: uuid(),
    artifact: nullableString({
      description:
        'SHA-256 of the artifact that the evidence is about, or null for the whole release',
    }),
    kind: Type.String(),
    label: nullableString(),
    status: stringEnum(STATUSES, { description: 'Only current evidence counts' }),
    summary: Summary,
    tool: nullableString({ description: 'Name of the tool, as written in the document' }),
    toolVersion: nullableString(),
    specVersion: nullableString({ description: 'Version of the format' }),
    parserVersion: Type.Integer({ description: 'Version of the parser that read the document' }),
    mediaType: Type.String(),
    size: Type.Integer({
      description: 'Size of the received document after decompression, in bytes',
    }),
    receivedSha256: Type.String({
      description: 'SHA-256 digest of the received document after decompression',
    }),
    storedSha256: Type.String({
      description:
        'SHA-256 digest of the stored document. It differs from `receivedSha256` if secrets were masked',
    }),
    scanners: Type.Array(Type.String(), {
      description: 'What the tool looked for, by the word of the uploader',
    }),
    mayAbsolve: Type.Boolean({
      description: [
        'Whether the uploader had `vex:write`. If so, claims of the document take effect.',
        'Otherwise they are shown without effect',
      ].join(' '),
    }),
    createdAt: timestamp('When the document was first received'),
    createdBy: nullableString(),
    triggeredBy: nullableString({
      description:
        'Person who set the pipeline off: the caller, or by `actorClaim` of its issuer. null if unknown',
    }),
    lastReceivedAt: timestamp(
      'When the same document was last received. Its age counts from then, if it does not say when its tool ran',
    ),
    supersededAt: nullableTimestamp('When evidence was received that supersedes it'),
    supersededBy: nullableString({ format: 'uuid', description: 'The newer evidence' }),
    retractedAt: nullableTimestamp('When the evidence was retracted'),
    retractedBy: nullableString(),
    retractReason: nullableString(),
    documentRemoved: Type.Union(
      [
        Type.Object({
          at: timestamp('When retention removed the bytes of the document'),
          policy: uuid('The retention policy of that time'),
        }),
        Type.Null(),
      ],
      { description: 'null: the document can be downloaded' },
    ),
  },
  {
    $id: 'Evidence',
    description: 'A report of a tool about a release',
    examples: [evidenceExample],
  },
);

export const RetractEvidence = Type.Object(
  {
    reason: Type.String({
      minLength: 1,
      maxLength: 2000,
      pattern: '^[^\\u0000]*[^\\u0000\\s][^\\u0000]*$',
      'x-rule': 'must contain text, and must not contain NUL characters',
      description: 'Why the evidence must not count',
    }),
  },
  {
    $id: 'RetractEvidence',
    additionalProperties: false,
    examples: [{ reason: 'Scan of another image' }],
  },
);

export const label = Type.String({
  minLength: 1,
  maxLength: 100,
  pattern: '^[A-Za-z0-9][A-Za-z0-9._:/@+-]*$',
  'x-rule': 'must contain only letters, digits and . _ : / @ + - and begin with a letter or digit',
});

export const ListEvidenceQuery = Type.Object(
  {
    ...queryById,
    kind: Type.Optional(stringEnum(KIND_NAMES)),
    label: Type.Optional(label),
    artifact: parameter(sha256(''), 'Only evidence about this artifact'),
    status: defaulted(
      stringEnum([...STATUSES, 'all'], {
        default: 'all',
        description: 'Only evidence with this status',
      }),
    ),
  },
  { additionalProperties: false },
);

export const EvidenceParams = Type.Object({ id: uuid() });

export const EvidenceRef = schemaRef(Evidence);
export const RetractEvidenceRef = schemaRef(RetractEvidence);

export type ListEvidenceQuery = Static<typeof ListEvidenceQuery>;
