import { type Static, Type } from '@sinclair/typebox';
import { queryById } from '../../contract/page.js';
import {
  line,
  nullableString,
  schemaRef,
  sha256,
  timestamp,
  uuid,
} from '../../contract/schemas.js';
import { STATES } from './releases.schemas.js';

const SHA256 = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
const PURL =
  'pkg:oci/payments@sha256%3A9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';

const example = {
  id: '019aaf5e-8a10-7c31-a8b2-0d6e4f2c1b9a',
  releaseId: '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e',
  name: 'registry.example.org/payments:1.4.0',
  kind: 'container',
  sha256: SHA256,
  size: 48_113_664,
  purl: PURL,
  digests: [],
  createdAt: '2026-11-25T10:00:05.000Z',
  createdBy: 'jenkins',
};

const fields = {
  id: uuid(),
  releaseId: uuid(),
  name: Type.String(),
  kind: Type.String(),
  sha256: Type.String({ description: 'SHA-256 digest in lower case' }),
  size: Type.Unsafe<number | null>({ type: ['integer', 'null'], description: 'Size in bytes' }),
  purl: nullableString({ description: 'Package URL in canonical form' }),
  digests: Type.Array(Type.String(), {
    description: 'Other digests of the same artifact: the index and the platforms of an image',
  }),
  createdAt: timestamp('Time of creation'),
  createdBy: nullableString(),
};

export const Artifact = Type.Object(fields, {
  $id: 'Artifact',
  description: 'A file or image that was built for a release, identified by its digest',
  examples: [example],
});

export const CreateArtifact = Type.Object(
  {
    name: line(500, 'Name of the file, or of the image with its tag'),
    kind: Type.String({
      maxLength: 50,
      pattern: '^[a-z][a-z0-9-]*$',
      'x-rule': 'must begin with a letter and have only a-z, 0-9 and -',
      description: 'Kind of artifact, such as container, npm, maven, archive or binary',
    }),
    sha256: sha256('SHA-256 digest of the bytes; for a container: of its manifest'),
    size: Type.Optional(
      Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: 'Size in bytes' }),
    ),
    purl: Type.Optional(
      Type.String({
        maxLength: 1000,
        pattern: '^pkg:[!-~]+$',
        'x-rule': 'must be a package URL: pkg:type/namespace/name@version',
        description: 'Package URL (ECMA-427)',
      }),
    ),
    digests: Type.Optional(
      Type.Array(
        Type.String({
          pattern: '^sha256:[0-9a-f]{64}$',
          'x-rule': 'must be sha256: and 64 lower-case hexadecimal digits',
        }),
        {
          maxItems: 50,
          uniqueItems: true,
          description: [
            'Other digests of the same artifact: the index and the platforms of an image.',
            'Reports that name one of them are about this artifact',
          ].join(' '),
        },
      ),
    ),
  },
  {
    $id: 'CreateArtifact',
    additionalProperties: false,
    examples: [{ name: example.name, kind: 'container', sha256: SHA256, purl: PURL }],
  },
);

export const FoundArtifact = Type.Object(
  {
    ...fields,
    release: Type.Object({
      id: uuid(),
      version: Type.String(),
      state: Type.String({ enum: [...STATES] }),
    }),
    project: Type.Object({ id: Type.Integer(), name: Type.String() }),
  },
  {
    $id: 'FoundArtifact',
    description: 'An artifact with its release and project',
    examples: [
      {
        ...example,
        release: { id: example.releaseId, version: '1.4.0', state: 'sealed' },
        project: { id: 1, name: 'Payment gateway' },
      },
    ],
  },
);

export const ListArtifactsQuery = Type.Object(queryById, { additionalProperties: false });

export const DigestParams = Type.Object({ sha256: sha256('Digest of the artifact') });

export const ArtifactRef = schemaRef(Artifact);
export const CreateArtifactRef = schemaRef(CreateArtifact);
export const FoundArtifactRef = schemaRef(FoundArtifact);

export type Artifact = Static<typeof Artifact>;
export type CreateArtifact = Static<typeof CreateArtifact>;
export type FoundArtifact = Static<typeof FoundArtifact>;
export type ListArtifactsQuery = Static<typeof ListArtifactsQuery>;
