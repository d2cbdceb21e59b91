import { type Static, Type } from '@sinclair/typebox';
import {
  nullableString,
  parameter,
  type ReadOnly,
  schemaRef,
  sha256,
  stringEnum,
  uuid,
} from '../../contract/schemas.js';
import type { EvidenceKind } from '../../documents/kind.js';
import { kinds } from '../../documents/kinds/index.js';
import { FINDING_TYPES, type FindingType } from '../../vocabulary/finding-types.js';
import { Evidence, evidenceExample, KIND_NAMES, label } from './evidence.schemas.js';
import { Summary } from './summary.schemas.js';

const note = Type.Object({ message: Type.String() });

export const ReceivedEvidence = Type.Object(
  {
    ...Evidence.properties,
    supersedes: Type.Array(
      Type.Object({
        id: uuid(),
        label: nullableString(),
        artifact: nullableString(),
        target: nullableString({
          description:
            'What it is about: tool, type and name without tag. A comma separates several',
        }),
        summary: Summary,
      }),
      { description: 'Evidence of the same label that counts no longer' },
    ),
    warnings: Type.Array(note, {
      description:
        'What the uploader should look at: other evidence of the same label, another name or digest, claims without effect',
    }),
  },
  {
    $id: 'ReceivedEvidence',
    description: 'Evidence after its upload: what it supersedes, and warnings',
    examples: [{ ...evidenceExample, supersedes: [], warnings: [] }],
  },
);

/** Words for `scanners`: those of Trivy, and ours. */
export const SCANNERS: Readonly<Record<string, FindingType>> = {
  vuln: 'vulnerability',
  misconfig: 'misconfiguration',
  license: 'licence',
  ...Object.fromEntries(FINDING_TYPES.map((type) => [type, type])),
};

const SCANNER_WORDS = Object.keys(SCANNERS).join('|');

export const UploadQuery = Type.Object(
  {
    kind: Type.Optional(
      stringEnum(KIND_NAMES, {
        description: 'Kind of the document. If absent, the server recognizes it by its content',
      }),
    ),
    artifact: parameter(
      sha256(''),
      'SHA-256 digest of the artifact of this release that the document is about',
    ),
    scanners: Type.Optional(
      Type.String({
        maxLength: 100,
        pattern: `^(?:${SCANNER_WORDS})(?:,(?:${SCANNER_WORDS}))*$`,
        'x-rule': `must be a list such as vuln,secret of ${Object.keys(SCANNERS).join(', ')}`,
        description: [
          'All scanners of the tool that ran, such as vuln,secret, if its clean reports do not show it: Trivy without',
          'secrets writes no result of its secret scanner. This is recorded as the word of the uploader, and shown in verdicts.',
          'What the document itself says takes precedence',
        ].join(' '),
        // No example: Swagger UI would send it with documents of every kind, and most cannot report secrets.
      }),
    ),
    label: Type.Optional({
      ...label,
      examples: ['example'],
      description: [
        'A name for this document within the release, such as "unit" or "trivy-image".',
        'The document supersedes current evidence of the same kind, label and artifact, if it replaces it:',
        'it is about all that the other is about, looked for all that the other found, and is not older.',
        'Otherwise both count, and `warnings` say so. Without a label, it supersedes nothing',
      ].join(' '),
    }),
  },
  { additionalProperties: false },
);

export const ReceivedEvidenceRef = schemaRef(ReceivedEvidence);

export type ReceivedEvidence = ReadOnly<Static<typeof ReceivedEvidence>>;
export type UploadQuery = Static<typeof UploadQuery>;

/** Any JSON document, with one named example for each kind. */
const json = (some: readonly EvidenceKind[]) =>
  Type.Unsafe({
    'x-examples': Object.fromEntries(
      some.map(({ name, summary, example: value }) => [name, { description: summary, value }]),
    ),
  });

/** Any XML document, described by the first kind that has a shape. */
const xml = Type.Unsafe({ ...kinds.find(({ shape }) => shape)?.shape });

/** The body of an upload by media type. The server accepts each type that ends in json or xml. */
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
