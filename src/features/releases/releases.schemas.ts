import { type Static, Type } from '@sinclair/typebox';
import { queryById } from '../../contract/page.js';
import {
  defaulted,
  line,
  links,
  linksShown,
  nullableString,
  nullableTimestamp,
  parameter,
  projectId,
  schemaRef,
  stringEnum,
  TEXT_PATTERN,
  timestamp,
  uuid,
} from '../../contract/schemas.js';

export const STATES = ['open', 'sealed', 'revoked'] as const;

const COMMIT = '8f3c2a1b9d4e5f60718293a4b5c6d7e8f9012345';

const example = {
  id: '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e',
  projectId: 1,
  version: '1.4.0',
  commit: COMMIT,
  branch: 'main',
  notes: null,
  links: [{ title: 'Build 4711', url: 'https://ci.example.org/job/payments/4711' }],
  state: 'open',
  sealedAt: null,
  sealedBy: null,
  revokedAt: null,
  revokedBy: null,
  revokedReason: null,
  createdAt: '2026-11-25T10:00:00.000Z',
  createdBy: 'jenkins',
  updatedAt: '2026-11-25T10:00:00.000Z',
  updatedBy: 'jenkins',
};

/** A version is a step of an address: `.` and `..` would lead elsewhere. */
const VERSION = '^(?!\\.{1,2}$)[A-Za-z0-9._+-]{1,128}$';
const versionRule = 'must have 1 to 128 characters of A-Z a-z 0-9 . _ + - and be neither . nor ..';

const version = Type.String({
  maxLength: 128,
  pattern: VERSION,
  'x-rule': versionRule,
  description: 'A SemVer or an image tag; unique in its project',
  examples: ['1.4.0'],
});

const commit = Type.String({
  pattern: '^(?:[0-9A-Fa-f]{40}|[0-9A-Fa-f]{64})$',
  'x-rule': 'must be the whole id of a commit: 40 or 64 hexadecimal digits',
  description: "Git's id of the commit that it was built from, whole",
});

const notes = nullableString({
  maxLength: 10_000,
  pattern: TEXT_PATTERN,
  description: 'Free text, such as what is new; null for none',
});

const linked = links('The build, the ticket, the tag …');
const branch = line(255, 'The branch that it was built from');

export const Release = Type.Object(
  {
    id: uuid(),
    projectId: Type.Integer(),
    version: Type.String(),
    commit: Type.String({ description: 'In lower case' }),
    branch: nullableString(),
    notes: nullableString(),
    links: linksShown(),
    state: stringEnum(STATES, {
      description:
        'open: takes artifacts. sealed: what was built is final. revoked: must not ship any more. Nothing reverses',
    }),
    sealedAt: nullableTimestamp('When it was sealed'),
    sealedBy: nullableString(),
    revokedAt: nullableTimestamp('When it was revoked'),
    revokedBy: nullableString(),
    revokedReason: nullableString(),
    createdAt: timestamp('When it was registered'),
    createdBy: nullableString(),
    updatedAt: timestamp('When its notes, links or state last changed'),
    updatedBy: nullableString(),
  },
  { $id: 'Release', description: 'A version of a project', examples: [example] },
);

const described = {
  branch: Type.Optional(branch),
  notes: Type.Optional(notes),
  links: Type.Optional(linked),
};

export const CreateRelease = Type.Object(
  { version, commit, ...described },
  {
    $id: 'CreateRelease',
    additionalProperties: false,
    examples: [{ version: '1.4.0', commit: COMMIT, branch: 'main' }],
  },
);

export const PutRelease = Type.Object(
  { commit, ...described },
  {
    $id: 'PutRelease',
    additionalProperties: false,
    description: 'Branch, notes and links count only when the release is created',
    examples: [{ commit: COMMIT, branch: 'main' }],
  },
);

export const UpdateRelease = Type.Object(
  { notes: Type.Optional(notes), links: Type.Optional(linked) },
  {
    $id: 'UpdateRelease',
    additionalProperties: false,
    description: 'What is left out stays as it is',
    examples: [{ notes: 'Fixes the rounding of fees' }],
  },
);

export const RevokeRelease = Type.Object(
  {
    reason: Type.String({
      minLength: 1,
      maxLength: 2000,
      pattern: '^[^\\u0000]*[^\\u0000\\s][^\\u0000]*$',
      'x-rule': 'must say why',
      description: 'Why it must not ship',
    }),
  },
  {
    $id: 'RevokeRelease',
    additionalProperties: false,
    examples: [{ reason: 'Charges the fee twice' }],
  },
);

export const ProjectParams = Type.Object({ id: projectId });

export const VersionParams = Type.Object({ id: projectId, version });

export const ReleaseParams = Type.Object({ id: uuid() });

export const ListReleasesQuery = Type.Object(
  {
    ...queryById,
    state: defaulted(
      stringEnum([...STATES, 'all'], { default: 'all', description: 'Only those in this state' }),
    ),
    commit: parameter(commit, 'Only those built from this commit'),
    version: parameter(version, 'Only this version'),
  },
  { additionalProperties: false },
);

export const ReleaseRef = schemaRef(Release);
export const CreateReleaseRef = schemaRef(CreateRelease);
export const PutReleaseRef = schemaRef(PutRelease);
export const UpdateReleaseRef = schemaRef(UpdateRelease);
export const RevokeReleaseRef = schemaRef(RevokeRelease);

export type CreateRelease = Static<typeof CreateRelease>;
export type PutRelease = Static<typeof PutRelease>;
export type UpdateRelease = Static<typeof UpdateRelease>;
export type ListReleasesQuery = Static<typeof ListReleasesQuery>;
