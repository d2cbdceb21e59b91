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
import type { EvidenceKind } from '../../documents/kind.js';
import { kinds } from '../../documents/kinds/index.js';
import { SEVERITIES } from '../../vocabulary/severity.js';
import { findingCountsExample, Summary, zeros } from './summary.schemas.js';

export const KIND_NAMES = kinds.map(({ name }) => name);

/** Which evidence counts is told by what happened to it. */
export const STATUSES = ['current', 'superseded', 'retracted'] as const;

const DIGEST = '1f3c5e7a9b0d2f4e6a8c0b1d3f5e7a9c1b3d5f7e9a0c2b4d6f8e1a3c5b7d9f0e';

const example = {
  id: '019aaf61-0b52-7f1e-b3c4-5d6e7f8091a2',
  projectId: 1,
  releaseId: '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e',
  artifact: null,
  kind: 'trivy',
  label: 'trivy-image',
  status: 'current',
  summary: {
    shows: ['vulnerability'],
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
  mayAbsolve: false,
  createdAt: '2026-11-25T10:02:00.000Z',
  createdBy: 'jenkins',
  lastReceivedAt: '2026-11-25T10:02:00.000Z',
  supersededAt: null,
  supersededBy: null,
  retractedAt: null,
  retractedBy: null,
  retractReason: null,
};

export const Evidence = Type.Object(
  {
    id: uuid(),
    projectId: Type.Integer(),
    releaseId: uuid(),
    artifact: nullableString({
      description: 'SHA-256 of the artifact that it is about; null: the release as a whole',
    }),
    kind: Type.String(),
    label: nullableString(),
    status: stringEnum(STATUSES, { description: 'Only what is current counts' }),
    summary: Summary,
    tool: nullableString({ description: 'As the document has it' }),
    toolVersion: nullableString(),
    specVersion: nullableString({ description: 'Version of the format' }),
    parserVersion: Type.Integer({ description: 'Version of the parser that read it' }),
    mediaType: Type.String(),
    size: Type.Integer({ description: 'Bytes as received, after decompression' }),
    receivedSha256: Type.String({
      description: 'Digest of what was received, after decompression',
    }),
    storedSha256: Type.String({
      description: 'Digest of what is stored: another one where secrets were masked',
    }),
    mayAbsolve: Type.Boolean({
      description:
        'It was uploaded with `vex:write`: what it says does not count, does not count. Otherwise that is shown as claimed, without effect',
    }),
    createdAt: timestamp('When it was first received'),
    createdBy: nullableString(),
    lastReceivedAt: timestamp(
      'When the same document was last received: its age counts from there',
    ),
    supersededAt: nullableTimestamp('When another one of its kind, label and artifact came'),
    supersededBy: nullableString({ format: 'uuid', description: 'That one' }),
    retractedAt: nullableTimestamp('When it was withdrawn'),
    retractedBy: nullableString(),
    retractReason: nullableString(),
  },
  { $id: 'Evidence', description: 'What a tool said about a release', examples: [example] },
);

export const RetractEvidence = Type.Object(
  {
    reason: Type.String({
      minLength: 1,
      maxLength: 2000,
      pattern: '^[^\\u0000]*[^\\u0000\\s][^\\u0000]*$',
      'x-rule': 'must say why',
      description: 'Why it must not count',
    }),
  },
  {
    $id: 'RetractEvidence',
    additionalProperties: false,
    examples: [{ reason: 'Scan of another image' }],
  },
);

const label = Type.String({
  minLength: 1,
  maxLength: 100,
  pattern: '^[A-Za-z0-9][A-Za-z0-9._:/@+-]*$',
  'x-rule': 'must have letters, digits and . _ : / @ + - only, and begin with a letter or digit',
});

export const UploadQuery = Type.Object(
  {
    kind: Type.Optional(
      stringEnum(KIND_NAMES, {
        description: 'What the document is; told by its content if left out',
      }),
    ),
    artifact: parameter(sha256(''), 'Digest of the artifact of this release that it is about'),
    label: Type.Optional({
      ...label,
      examples: ['example'],
      description:
        'Which of several such documents it is ("unit", "trivy-image"): it supersedes the one before of its kind, label and artifact. Without a label nothing is superseded',
    }),
  },
  { additionalProperties: false },
);

export const ListEvidenceQuery = Type.Object(
  {
    ...queryById,
    kind: Type.Optional(stringEnum(KIND_NAMES)),
    label: Type.Optional(label),
    artifact: parameter(sha256(''), 'Only what is about this artifact'),
    status: defaulted(
      stringEnum([...STATUSES, 'all'], { default: 'all', description: 'Only those' }),
    ),
  },
  { additionalProperties: false },
);

export const EvidenceParams = Type.Object({ id: uuid() });

export const EvidenceRef = schemaRef(Evidence);
export const RetractEvidenceRef = schemaRef(RetractEvidence);

export type UploadQuery = Static<typeof UploadQuery>;
export type ListEvidenceQuery = Static<typeof ListEvidenceQuery>;

/** Any JSON document, with an example of each of these kinds, by its name. */
const json = (some: readonly EvidenceKind[]) =>
  Type.Unsafe({
    'x-examples': Object.fromEntries(
      some.map(({ name, summary, example: value }) => [name, { description: summary, value }]),
    ),
  });

/** Any XML document, described as the first kind that has a shape. */
const xml = Type.Unsafe({ ...kinds.find(({ shape }) => shape)?.shape });

/** The body of an upload, by media type: any that ends in json or xml is taken. */
export const uploadBody = {
  content: {
    'application/json': { schema: json(kinds.filter(({ format }) => format === 'json')) },
    'application/xml': { schema: xml },
    ...Object.fromEntries(
      kinds.flatMap((kind) => (kind.mediaType ? [[kind.mediaType, { schema: json([kind]) }]] : [])),
    ),
    'text/xml': { schema: xml },
  },
};
